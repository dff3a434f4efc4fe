"""Colour channels: grey, RGB, and what to do with alpha."""

import tensorflow as tf

COUNTS = (1, 3)


def check_channels(channels):
    """Refuses a number of channels that is neither `None` nor 1 nor 3."""
    if channels not in (None, *COUNTS) or isinstance(channels, bool):
        raise ValueError(
            f"`channels` must be 1 (grey), 3 (RGB) or None. Received: channels={channels!r}"
        )


def plan_channels(source, channels):
    """Decides how to bring the examples of a source to one number of channels.

    Args:
        source: a `Source` of images.
        channels: 1, 3, or `None` to keep what the source has.

    Returns:
        `(convert, count)`: a function of float images in [-1, 1], or `None` when there is
        nothing to do, and the resulting number of channels.

    Raises:
        ValueError: if `channels` is `None` and the source mixes channels or has alpha.
    """
    present = source.shape[2]
    if channels is None:
        if present is None:
            raise ValueError(
                f"{source.name} mixes numbers of channels (grey, RGB or alpha); give channels=1 "
                "or channels=3. Received: channels=None"
            )
        if present in (2, 4) and not source.stacked:
            raise ValueError(
                f"{source.name} has an alpha channel; give channels=1 or channels=3 to put the "
                "images on black. Received: channels=None"
            )
        return None, present
    if present == channels:
        return None, channels
    return (lambda images: convert_channels(images, channels)), channels


def convert_channels(images, channels):
    """Converts images to grey or RGB.

    RGB becomes grey with the ITU-R BT.601 weights (0.2989, 0.587, 0.114); grey becomes RGB by
    repetition; alpha is composited on black (-1).

    Args:
        images: float32 `[..., H, W, C]` in [-1, 1]; C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4
            (RGB, alpha), and may be unknown until the pipeline runs.
        channels: 1 or 3.

    Returns:
        float32 `[..., H, W, channels]` in [-1, 1].
    """
    if images.shape[-1] is not None:
        return _from_known(images, images.shape[-1], channels)

    def branch(count):
        shape = (*images.shape[:-1], count)
        return lambda: _from_known(tf.ensure_shape(images, shape), count, channels)

    return tf.switch_case(tf.shape(images)[-1] - 1, [branch(count) for count in (1, 2, 3, 4)])


def _from_known(images, count, channels):
    if count in (2, 4):
        alpha = (images[..., -1:] + 1.0) / 2.0
        images = (images[..., :-1] + 1.0) * alpha - 1.0
    coloured = count in (3, 4)
    if channels == 1:
        return tf.image.rgb_to_grayscale(images) if coloured else images
    return images if coloured else tf.image.grayscale_to_rgb(images)
