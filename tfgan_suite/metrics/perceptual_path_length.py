"""Perceptual path length: how fast images change along a path through the latent space."""

import numbers

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer, positive_number
from tfgan_suite.registration import public


@public
def slerp(start, end, t):
    """Spherical interpolation of rows: from `start` to `end` on the great circle, as t goes 0 to 1.

    Args:
        start: array of shape `[N, D]`; rows are normalized first.
        end: array of shape `[N, D]`, likewise.
        t: array of shape `[N]` or a number.

    Returns:
        float64 array of unit rows, shape `[N, D]`.
    """
    start, end = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (start, end))
    cosine = np.clip(np.sum(start * end, axis=1, keepdims=True), -1, 1)
    tangent = end - cosine * start
    length = np.linalg.norm(tangent, axis=1, keepdims=True)
    # Equal or opposite ends define no great circle: the point stays where it is.
    tangent = tangent / np.where(length > 0, length, 1)
    angle = np.reshape(t, (-1, 1)) * np.arctan2(length, cosine)
    return start * np.cos(angle) + tangent * np.sin(angle)


@public
def perceptual_path_length(
    generate,
    features,
    start,
    end,
    *,
    interpolation="slerp",
    sampling="full",
    epsilon=1e-4,
    batch_size=64,
    seed=0,
):
    """Mean squared change of features over a small step on a path, divided by the step squared.

    `E[|f(G(p(t + eps))) - f(G(p(t)))|^2] / eps^2` with a path p between two latents. The paper's f
    are VGG-16 features weighted as in LPIPS (arXiv:1801.03924), whose distance is the squared
    difference that is taken here of whatever features are given: a score from others is comparable
    with itself only. In float32 a step of 1e-4 leaves few digits of the difference; if the score
    moves when `epsilon` is doubled, it is rounding, and `epsilon` is too small.

    References:
        Karras et al. 2019, "A Style-Based Generator Architecture for Generative Adversarial
        Networks", arXiv:1812.04948, section 4.1, equations 2 and 3.

    Args:
        generate: callable, latents `[B, D]` (float32) to images.
        features: callable, images to features `[B, F]`.
        start: latents of shape `[N, D]` at which the paths start.
        end: latents of shape `[N, D]` at which they end.
        interpolation: "slerp" for normally distributed z (the points are scaled to length
            sqrt(D), which is about that of z), "lerp" for w.
        sampling: "full" takes t uniform in [0, 1), "end" takes t = 0.
        epsilon: the step in t.
        batch_size: paths in a call of `generate`, which gets twice as many latents.
        seed: int, of t.

    Returns:
        A JSON-able dict:
            "perceptual_path_length"; "standard_error" of this mean (`None` for one path);
            "paths": N; "epsilon"; "interpolation"; "sampling".

    Raises:
        ValueError: if an argument is not as described, a latent of a spherical path is zero, or
            features are NaN, infinite or of another number of rows.
    """
    start = finite_matrix(start, "start")
    end = finite_matrix(end, "end", start.shape[1])
    _check_options(start, end, interpolation, sampling)
    positive_number(epsilon, "epsilon")
    positive_integer(batch_size, "batch_size")
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise ValueError(f"`seed` must be an integer. Received: seed={seed!r}")
    count, dimension = start.shape
    t = np.zeros(count)
    if sampling == "full":
        t = np.random.default_rng(seed).random(count)

    def point(rows, t):
        if interpolation == "lerp":
            return start[rows] + t[:, None] * (end[rows] - start[rows])
        return np.sqrt(dimension) * slerp(start[rows], end[rows], t)

    changes = []
    for first in range(0, count, batch_size):
        rows = slice(first, first + batch_size)
        latents = np.concatenate([point(rows, t[rows]), point(rows, t[rows] + epsilon)])
        values = finite_matrix(features(generate(latents.astype(np.float32))), "features")
        if len(values) != len(latents):
            raise ValueError(
                f"`features` must return one row for each of {len(latents)} images. "
                f"Received: {len(values)} rows"
            )
        before, after = np.split(values, 2)
        changes.append(np.sum((after - before) ** 2, axis=1))
    lengths = np.concatenate(changes) / epsilon**2
    return {
        "perceptual_path_length": float(lengths.mean()),
        "standard_error": float(lengths.std(ddof=1) / np.sqrt(count)) if count > 1 else None,
        "paths": count,
        "epsilon": float(epsilon),
        "interpolation": interpolation,
        "sampling": sampling,
    }


def _check_options(start, end, interpolation, sampling):
    if len(start) != len(end):
        raise ValueError(
            "`start` and `end` must hold as many latents. "
            f"Received: {len(start)} and {len(end)}"
        )
    for name, value, known in (
        ("interpolation", interpolation, ("slerp", "lerp")),
        ("sampling", sampling, ("full", "end")),
    ):
        if value not in known:
            raise ValueError(f"`{name}` must be one of {known}. Received: {name}={value!r}")
    if interpolation == "slerp" and not all(a.any(axis=1).all() for a in (start, end)):
        raise ValueError("A latent of zeros has no direction: `slerp` cannot start or end there.")
