"""Shrinking feature maps."""

import tensorflow as tf

from tfgan_suite.layers._fir import downsampling_padding, resample
from tfgan_suite.layers._resampling import ResamplingLayer
from tfgan_suite.registration import register


@register
class Downsample(ResamplingLayer):
    """Shrinks feature maps: a low-pass filter and decimation, or averages of blocks.

    The default taps are StyleGAN2's (Karras et al. 2019, arXiv:1912.04958), with zeros outside of
    the image.

    Input `[N, H, W, C]`, output `[N, H // factor, W // factor, C]`.

    Args:
        factor: of both sizes.
        taps: of the filter, at least `factor`; scaled to sum to 1. None for averages of blocks of
            `factor` x `factor` pixels.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `factor` is not a positive integer, `taps` is no filter or too short, or the
            input has not rank 4.
    """

    too_short = "pixels would be left out"

    def call(self, x):
        f = self.factor
        if self.taps is None:
            return tf.nn.avg_pool2d(x, f, f, "VALID")
        return resample(x, self.taps, down=f, padding=downsampling_padding(len(self.taps), f))

    def resized(self, size):
        return size // self.factor
