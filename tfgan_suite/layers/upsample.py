"""Enlarging feature maps."""

import tensorflow as tf

from tfgan_suite.layers._checks import sizes
from tfgan_suite.layers._fir import resample, upsampling_padding
from tfgan_suite.layers._resampling import ResamplingLayer
from tfgan_suite.registration import register


@register
class Upsample(ResamplingLayer):
    """Enlarges feature maps: zero-insertion and a filter, or nearest neighbours.

    The default taps are StyleGAN2's (Karras et al. 2019, arXiv:1912.04958): bilinear interpolation
    for a factor of 2, with zeros outside of the image.

    Unlike `keras.layers.UpSampling2D`, nearest neighbours have a gradient under XLA
    (tensorflow issue 60203).

    Input `[N, H, W, C]`, output `[N, factor * H, factor * W, C]`.

    Args:
        factor: of both sizes.
        taps: of the filter, at least `factor`; scaled to keep the mean of the image. None for
            nearest neighbours.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `factor` is not a positive integer, `taps` is no filter or too short, or the
            input has not rank 4.
    """

    too_short = "zeros would stay between pixels"

    def call(self, x):
        f = self.factor
        if self.taps is not None:
            return resample(x, self.taps, up=f, padding=upsampling_padding(len(self.taps), f))
        n, height, width, channels = sizes(x)
        x = tf.broadcast_to(x[:, :, None, :, None], [n, height, f, width, f, channels])
        return tf.reshape(x, [n, height * f, width * f, channels])

    def resized(self, size):
        return size * self.factor
