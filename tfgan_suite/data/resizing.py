"""Bringing images to one size."""

import logging
import operator

import tensorflow as tf

POLICIES = ("stretch", "crop", "pad")

# Parmar et al. 2022, "On Aliased Resizing and Surprising Subtleties in GAN Evaluation"
# (arXiv:2104.11222): a bicubic kernel that widens when it shrinks, as Pillow's does.
INTERPOLATIONS = ("bicubic", "nearest")

_LOGGER = logging.getLogger("tfgan_suite.data")


def check_size(image_size, resize, name="image_size"):
    """Checks `image_size`, which the user knows by `name`, and `resize`.

    Returns:
        `(height, width)`, or `None` when no size was asked for.

    Raises:
        ValueError: if the size is not one or two positive integers, the policy is unknown, or a
            policy came without a size.
    """
    if resize is not None and resize not in POLICIES:
        raise ValueError(f"`resize` must be None or one of {POLICIES}. Received: resize={resize!r}")
    if image_size is None:
        if resize is not None:
            raise ValueError(
                f"`resize` needs an `image_size`. Received: resize={resize!r}, image_size=None"
            )
        return None
    pair = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    try:
        size = tuple(operator.index(side) for side in pair)
    except TypeError:
        size = ()
    if len(size) != 2 or min(size) < 1 or True in map(lambda side: isinstance(side, bool), pair):
        raise ValueError(
            f"`{name}` must be a positive integer or a pair (height, width) of them. "
            f"Received: {name}={image_size!r}"
        )
    return size


def check_interpolation(interpolation):
    """Refuses what is neither None nor one of `INTERPOLATIONS`."""
    if interpolation is not None and interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"`interpolation` must be None or one of {INTERPOLATIONS}. "
            f"Received: interpolation={interpolation!r}"
        )


def plan_size(source, size, resize, interpolation=None):
    """Decides how to bring the images of a source to one size.

    Args:
        source: a `Source` of images.
        size: `(height, width)`, or `None` to keep what the source has.
        resize: one of `POLICIES`, or `None` to refuse to change an aspect ratio.
        interpolation: one of `INTERPOLATIONS`; None for `"nearest"` where values are numbers of
            colours, else `"bicubic"`.

    Returns:
        `(convert, size)`: a function of float images in [-1, 1], or `None` when there is
        nothing to do, and the resulting size.

    Raises:
        ValueError: if the sizes differ, or the aspect ratio would change, without a policy.
    """
    height, width, _ = source.shape
    mixed = height is None or width is None
    if size is None:
        if mixed:
            raise ValueError(
                f"The images of {source.name} have different sizes ({_met(source)}); give "
                f"`image_size` and one of resize={POLICIES}. Received: image_size=None"
            )
        return None, (height, width)
    if (height, width) == size:
        return None, size
    if resize is None and (mixed or height * size[1] != width * size[0]):
        what = "have different sizes" if mixed else "have another aspect ratio"
        raise ValueError(
            f"The images of {source.name} {what} ({_met(source)}) and `image_size` is "
            f"{size[0]}x{size[1]}; give one of resize={POLICIES}. Received: resize=None"
        )
    if interpolation is None and source.indexed:
        _LOGGER.warning(
            "%s has indexed colours, or black and white alone: resized to %dx%d by the nearest "
            'pixel; for photographs give interpolation="bicubic"', source.name, *size
        )  # fmt: skip
    method = interpolation or ("nearest" if source.indexed else "bicubic")
    return (lambda images: resize_images(images, size, resize or "stretch", method)), size


def resize_images(images, size, policy, method="bicubic"):
    """Resizes images of one size, antialiased where they shrink.

    Args:
        images: float32 `[H, W, C]` or `[B, H, W, C]` in [-1, 1].
        size: `(height, width)` of the result.
        policy: `"stretch"` changes the aspect ratio; `"crop"` first cuts the largest centred
            window of the new aspect ratio; `"pad"` fits the whole image in and fills the rest
            evenly on both sides with black (-1).
        method: one of `INTERPOLATIONS`; `"nearest"` makes no value that was not there.

    Returns:
        float32 images of the new size in [-1, 1].
    """
    if policy == "pad":
        # It pads with 0.
        images = (
            tf.image.resize_with_pad(images + 1.0, *size, method=method, antialias=True) - 1.0
        )
    else:
        if policy == "crop":
            images = _centre_crop(images, size)
        images = tf.image.resize(images, size, method=method, antialias=True)
    # A bicubic kernel overshoots at edges.
    return tf.clip_by_value(images, -1.0, 1.0)


def _centre_crop(images, size):
    height, width = tf.shape(images)[-3], tf.shape(images)[-2]
    # Rounded to the nearest pixel, at least one.
    new_height = tf.clip_by_value((2 * width * size[0] + size[1]) // (2 * size[1]), 1, height)
    new_width = tf.clip_by_value((2 * height * size[1] + size[0]) // (2 * size[0]), 1, width)
    top, left = (height - new_height) // 2, (width - new_width) // 2
    return images[..., top : top + new_height, left : left + new_width, :]


def _met(source):
    if not source.sizes:
        return "not recorded, so they may be any"
    shown = ", ".join(f"{height}x{width}" for height, width in source.sizes[:5])
    rest = len(source.sizes) - 5
    return f"height x width: {shown}" + (f" and {rest} more" if rest > 0 else "")
