"""Channels of images: grey, RGB, either with alpha, or any other bands."""

import operator

import tensorflow as tf

MOST = 64  # bands; more are likely an axis that is no channels
_COLOURS = (1, 2, 3, 4)  # grey, grey with alpha, RGB, RGB with alpha


def has_alpha(count):
    """Whether the last of so many channels says how opaque the others are."""
    return count in (2, 4)


def check_channels(channels):
    """Refuses a number of channels that is neither None nor an integer from 1 to 64."""
    try:
        count = 1 if channels is None else operator.index(channels)
    except TypeError:
        count = 0
    if isinstance(channels, bool) or not 1 <= count <= MOST:
        raise ValueError(
            "`channels` must be 1 (grey), 3 (RGB), 2 or 4 (these with alpha), the number of bands "
            f"that the images have, or None. Received: channels={channels!r}"
        )


def plan_channels(source, channels):
    """Decides how to bring the examples of a source to one number of channels.

    Args:
        source: a `Source` of images.
        channels: a number, or None to keep what the source has.

    Returns:
        `(convert, count)`: a function of float images in [-1, 1], or None when there is nothing to
        do, and the resulting number of channels.

    Raises:
        ValueError: if `channels` is None and the source mixes numbers of channels, or there is no
            way from what it has to `channels`.
    """
    present = source.shape[-1]
    if channels is None:
        if present is None:
            raise ValueError(
                f"{source.name} mixes numbers of channels (grey, RGB or alpha); give channels=1 or "
                "channels=3, or channels=4 to keep alpha. Received: channels=None"
            )
        return None, present
    if present == channels:
        return None, channels
    if channels not in _COLOURS or present not in (None, *_COLOURS):
        raise ValueError(
            "Only grey and RGB, with and without alpha, turn into each other (channels 1 to 4). "
            f"Received: channels={channels}, {source.name} with {present or 'mixed'} channels"
        )
    return (lambda images: convert_channels(images, channels)), channels


def convert_channels(images, channels):
    """Converts images to grey or RGB, with or without alpha.

    RGB becomes grey with the ITU-R BT.601 weights (0.2989, 0.587, 0.114); grey becomes RGB by
    repetition. Where alpha goes, images are composited on black (-1); where it comes, they are
    opaque (1).

    Args:
        images: float32 `[..., H, W, C]` in [-1, 1]; C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4
            (RGB, alpha), and may be unknown until the pipeline runs.
        channels: 1, 2, 3 or 4.

    Returns:
        float32 `[..., H, W, channels]` in [-1, 1].
    """
    if images.shape[-1] is not None:
        return _from_known(images, images.shape[-1], channels)

    def branch(count):
        shape = (*images.shape[:-1], count)
        return lambda: _from_known(tf.ensure_shape(images, shape), count, channels)

    return tf.switch_case(tf.shape(images)[-1] - 1, [branch(count) for count in _COLOURS])


def _from_known(images, count, channels):
    alpha = None
    if has_alpha(count):
        images, alpha = images[..., :-1], images[..., -1:]
        if not has_alpha(channels):
            images = (images + 1.0) * (alpha + 1.0) / 2.0 - 1.0
    is_grey, to_grey = count < 3, channels < 3
    if to_grey and not is_grey:
        images = tf.image.rgb_to_grayscale(images)
    elif is_grey and not to_grey:
        images = tf.image.grayscale_to_rgb(images)
    if not has_alpha(channels):
        return images
    alpha = tf.ones_like(images[..., :1]) if alpha is None else alpha
    return tf.concat([images, alpha], axis=-1)


def weighted_by_alpha(resize):
    """A function that resizes images with alpha as `resize` does images without.

    Colours are weighted by alpha (premultiplied): else those of pixels that nobody can see, mostly
    black, would run into the edges of what can be seen. Where all is transparent it becomes black.

    Args:
        resize: function of float images in [-1, 1].

    References:
        Porter and Duff 1984, "Compositing Digital Images", SIGGRAPH (premultiplied alpha).
    """

    def resized(images):
        unit = (images + 1.0) / 2.0
        alpha = unit[..., -1:]
        weighted = tf.concat([unit[..., :-1] * alpha, alpha], axis=-1)
        weighted = (resize(weighted * 2.0 - 1.0) + 1.0) / 2.0
        alpha = weighted[..., -1:]
        colours = tf.clip_by_value(tf.math.divide_no_nan(weighted[..., :-1], alpha), 0.0, 1.0)
        return tf.concat([colours, alpha], axis=-1) * 2.0 - 1.0

    return resized
