"""Sets of images as the metrics see them: checked, drawn from a generator, resized."""

import numbers

import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import check_finite

# How far a value may leave [-1, 1]: rounding in half precision, not another scale.
RANGE_TOLERANCE = 1e-3

RESIZE_METHODS = ("area", "bicubic", "bilinear", "nearest")

_RESIZE_BATCH = 256


def checked_resize(resize):
    """Returns a method of `RESIZE_METHODS` or None; raises ValueError for anything else."""
    if resize is not None and resize not in RESIZE_METHODS:
        raise ValueError(
            f"`resize` must be None or one of {RESIZE_METHODS}. Received: resize={resize!r}"
        )
    return resize


def checked_images(images, name="images"):
    """Returns `images` as a float32 array after checking them against the suite's convention.

    Args:
        images: floating point array or tensor of shape `[N, H, W, C]`, values in [-1, 1]; a value
            may exceed the range by at most 1e-3.
        name: what the errors call them.

    Raises:
        ValueError: if the rank or the type is another, there is no image, or a value is NaN,
            infinite or outside the range.
    """
    images = np.asarray(images)
    # TensorFlow's bfloat16 is a NumPy extension type, of kind "V" and not "f".
    if images.dtype.kind != "f" and images.dtype.name != "bfloat16":
        raise ValueError(
            f"`{name}` must be floating point with values in [-1, 1]; uint8 images are brought "
            f"there by `x / 127.5 - 1`. Received: dtype={images.dtype}"
        )
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"`{name}` must have the shape [N, height, width, channels] and hold at least one "
            f"image. Received: shape={images.shape}"
        )
    images = images.astype(np.float32, copy=False)
    check_finite(images, name)
    low, high = float(images.min()), float(images.max())
    if max(high, -low) > 1 + RANGE_TOLERANCE:
        raise ValueError(
            f"`{name}` must lie in [-1, 1]. Received: values from {low:.6g} to {high:.6g}"
        )
    return images


def generate_images(generate, num_samples, seed, **asked):
    """`generate_samples` of a generator of images, checked as `checked_images` does.

    Raises:
        ValueError: as these do; or if the generator says that it makes something else.
    """
    check_makes_images(generate)
    samples = generate_samples(generate, num_samples, seed, **asked)
    return checked_images(samples, "generated images")


def check_makes_images(generate):
    """Raises ValueError if a generator says that it makes something else than images."""
    modality = getattr(generate, "modality", None)
    if modality is not None and modality.kind != "image":
        raise ValueError(
            "This evaluator judges images [H, W, C] in [-1, 1]. "
            f"Received: a generator of {modality.noun} of shape {modality.shape}"
        )


def generate_samples(generate, num_samples, seed, **asked):
    """Calls `generate(num_samples, seed, **asked)` and checks that so many samples came back.

    Args:
        generate: callable `(n, seed) -> array [n, ...]`.
        num_samples: number of samples to draw.
        seed: int, handed on to `generate`.
        **asked: what else is handed on, such as `condition`.

    Returns:
        NumPy array of shape `[num_samples, ...]`.

    Raises:
        ValueError: if `seed` is not an integer or the number of samples is another.
    """
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise ValueError(f"`seed` must be an integer. Received: seed={seed!r}")
    samples = np.asarray(generate(num_samples, int(seed), **asked))
    if samples.ndim < 2 or len(samples) != num_samples:
        raise ValueError(
            f"`generate({num_samples}, seed)` must return {num_samples} samples, one in each "
            f"row. Received: shape={samples.shape}"
        )
    return samples


def rounded_to_8_bits(images):
    """Images in [-1, 1] as they come back from files of 256 levels: float32 of the same shape."""
    levels = np.rint(np.clip((images + np.float32(1.0)) * np.float32(127.5), 0.0, 255.0))
    return levels / np.float32(127.5) - np.float32(1.0)


def resize_images(images, size, method, antialias=True):
    """Resizes `[N, H, W, C]` images to `size`, by default with antialiasing when they shrink.

    Bicubic interpolation overshoots at edges; the result is clipped to [-1, 1].

    Args:
        images: float32 array of shape `[N, H, W, C]` in [-1, 1].
        size: `(height, width)` in pixels.
        method: one of `RESIZE_METHODS`, as in `tf.image.resize`.
        antialias: whether to filter before making images smaller.

    Returns:
        float32 array of shape `[N, height, width, C]`.
    """
    batches = [
        tf.image.resize(images[start : start + _RESIZE_BATCH], size, method, antialias=antialias)
        for start in range(0, len(images), _RESIZE_BATCH)
    ]
    return np.clip(tf.concat(batches, 0).numpy(), -1.0, 1.0)
