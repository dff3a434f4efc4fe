"""Walks between latents: a generator that has learned, not memorized, changes smoothly."""

import numpy as np

from tfgan_suite.generation.given_conditions import repeated
from tfgan_suite.generation.rows_of_conditions import check_drawable, draw_rows
from tfgan_suite.registration import public


@public
def interpolate(prior, rows, columns, seed):
    """Latents on the way from some random ones to others.

    Normal latents are interpolated along the great circle (White 2016, arXiv:1609.04468): points on
    the chord have a norm that the prior never gives. Uniform ones are interpolated linearly, and
    categorical codes change in the middle.

    Args:
        prior: of `tfgan_suite.latents`.
        rows: walks.
        columns: latents in each, both ends included.
        seed: integer seed of the ends.

    Returns:
        float64 array `[rows, columns, dim]`.
    """
    ends = np.asarray(prior.sample(2 * rows, seed))
    t = np.linspace(0.0, 1.0, columns)
    walks = [
        _PATHS[part.kind](ends[:rows, part.columns], ends[rows:, part.columns], t)
        for part in prior.parts
    ]
    return np.concatenate(walks, axis=-1)


def draw_interpolation(generate, latents, condition=None):
    """A picture of walks, each a row and of one condition.

    Args:
        generate: a `Generate`.
        latents: what `interpolate` returned, `[rows, columns, dim]`.
        condition: one for each row, as `Generate.of` takes it; None where it takes none.

    Returns:
        uint8 array `[height, width, 1 or 3]`.

    Raises:
        ValueError: if what the generator makes cannot be drawn.
    """
    check_drawable(generate.modality)
    columns = latents.shape[1]
    condition = repeated(condition, columns)
    made = generate.of(latents.reshape(-1, latents.shape[-1]), condition)
    return draw_rows(generate, made, condition, columns)


def linear(start, end, t):
    """(1 - t) start + t end: `[N, D]`, `[N, D]`, `[T]` -> `[N, T, D]`, in float64."""
    start, end = (np.asarray(z, np.float64)[:, np.newaxis] for z in (start, end))
    t = np.asarray(t)[:, np.newaxis]
    return (1.0 - t) * start + t * end


def spherical(start, end, t):
    """sin((1 - t) omega) / sin(omega) start + sin(t omega) / sin(omega) end.

    omega is the angle between the two; linear where they are (anti)parallel or one is zero, as
    there is no one great circle then.

    Args:
        start, end: `[N, D]`.
        t: `[T]`, in [0, 1].

    Returns:
        float64 array `[N, T, D]`.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    norms = np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1)
    cosine = np.sum(start * end, axis=1) / np.where(norms > 0.0, norms, 1.0)
    omega = np.arccos(np.clip(cosine, -1.0, 1.0))[:, np.newaxis, np.newaxis]
    sine = np.sin(omega)
    t = np.asarray(t)[np.newaxis, :, np.newaxis]
    straight = (sine < 1e-6) | (norms == 0.0)[:, np.newaxis, np.newaxis]
    sine = np.where(straight, 1.0, sine)
    first = np.where(straight, 1.0 - t, np.sin((1.0 - t) * omega) / sine)
    second = np.where(straight, t, np.sin(t * omega) / sine)
    return first * start[:, np.newaxis] + second * end[:, np.newaxis]


def abrupt(start, end, t):
    """`start` for t < 1/2, then `end`: `[N, D]`, `[N, D]`, `[T]` -> `[N, T, D]`, in float64."""
    start, end = (np.asarray(z, np.float64)[:, np.newaxis] for z in (start, end))
    return np.where(np.asarray(t)[:, np.newaxis] < 0.5, start, end)


# How parts of a latent vector are walked, by their kinds.
_PATHS = {"normal": spherical, "uniform": linear, "categorical": abrupt}
