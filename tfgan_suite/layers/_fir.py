"""Resampling of feature maps with a separable filter."""

import tensorflow as tf

from tfgan_suite.layers._checks import sizes


def check_filter(taps):
    """Returns the taps of a filter as a tuple of floats that sum to 1.

    Raises:
        ValueError: if they are not a sequence of numbers with a positive sum.
    """
    numbers = isinstance(taps, (tuple, list)) and all(
        isinstance(t, (int, float)) and not isinstance(t, bool) for t in taps
    )
    if not numbers or not sum(taps) > 0:
        raise ValueError(
            "`taps` must be a sequence of numbers with a positive sum, for example (1, 3, 3, 1). "
            f"Received: taps={taps!r}"
        )
    return tuple(t / sum(taps) for t in taps)


def upsampling_padding(length, factor):
    """Zeros before and after, for an output of exactly `factor` times the size."""
    extra = length - factor
    return (extra + 1) // 2 + factor - 1, extra // 2


def downsampling_padding(length, factor):
    """Zeros before and after, for an output of 1/`factor` of the size, rounded down."""
    extra = length - factor
    return (extra + 1) // 2, extra // 2


def resample(x, taps, up=1, down=1, padding=(0, 0)):
    """Zero-insertion, zero-padding, filtering and decimation of both spatial axes.

    The mean of the image is kept: what zero-insertion takes away, the filter is scaled by.

    Args:
        x: `[N, H, W, C]`.
        taps: of the filter of each axis, summing to 1.
        up: factor of zero-insertion: each pixel is followed by `up - 1` zeros.
        down: of the filtered pixels, each `down`-th is kept.
        padding: zeros before and after, on both axes.
    """
    if up > 1:
        n, height, width, channels = sizes(x)
        x = tf.reshape(x, [n, height, 1, width, 1, channels])
        x = tf.pad(x, [[0, 0], [0, 0], [0, up - 1], [0, 0], [0, up - 1], [0, 0]])
        x = tf.reshape(x, [n, height * up, width * up, channels])
    x = tf.pad(x, [[0, 0], padding, padding, [0, 0]])
    # TensorFlow correlates; a convolution has its filter reversed.
    line = tf.constant([t * up for t in reversed(taps)], x.dtype)
    kernel = tf.tile((line[:, None] * line)[:, :, None, None], [1, 1, x.shape[-1], 1])
    return tf.nn.depthwise_conv2d(x, kernel, [1, down, down, 1], "VALID")
