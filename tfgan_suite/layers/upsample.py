"""Enlarging feature maps."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import feature_maps, positive_int, sizes
from tfgan_suite.layers._fir import check_filter, resample, upsampling_padding
from tfgan_suite.registration import register


@register
class Upsample(keras.layers.Layer):
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

    def __init__(self, factor=2, taps=(1, 3, 3, 1), **kwargs):
        super().__init__(**kwargs)
        self.factor = positive_int("factor", factor)
        self.taps = None if taps is None else check_filter(taps)
        if taps is not None and len(taps) < factor:
            raise ValueError(
                "The filter must have at least `factor` taps, or zeros would stay between pixels. "
                f"Received: taps={taps!r}, factor={factor}"
            )

    def build(self, input_shape):
        feature_maps(self, input_shape)

    def call(self, x):
        f = self.factor
        if self.taps is not None:
            return resample(x, self.taps, up=f, padding=upsampling_padding(len(self.taps), f))
        n, height, width, channels = sizes(x)
        x = tf.broadcast_to(x[:, :, None, :, None], [n, height, f, width, f, channels])
        return tf.reshape(x, [n, height * f, width * f, channels])

    def compute_output_shape(self, input_shape):
        n, height, width, channels = input_shape
        return (n, *(None if s is None else s * self.factor for s in (height, width)), channels)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "taps": self.taps}
