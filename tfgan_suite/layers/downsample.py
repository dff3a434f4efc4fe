"""Shrinking feature maps."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import feature_maps, positive_int
from tfgan_suite.layers._fir import check_filter, downsampling_padding, resample
from tfgan_suite.registration import register


@register
class Downsample(keras.layers.Layer):
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

    def __init__(self, factor=2, taps=(1, 3, 3, 1), **kwargs):
        super().__init__(**kwargs)
        self.factor = positive_int("factor", factor)
        self.taps = None if taps is None else check_filter(taps)
        if taps is not None and len(taps) < factor:
            raise ValueError(
                "The filter must have at least `factor` taps, or pixels would be left out. "
                f"Received: taps={taps!r}, factor={factor}"
            )

    def build(self, input_shape):
        feature_maps(self, input_shape)

    def call(self, x):
        f = self.factor
        if self.taps is None:
            return tf.nn.avg_pool2d(x, f, f, "VALID")
        return resample(x, self.taps, down=f, padding=downsampling_padding(len(self.taps), f))

    def compute_output_shape(self, input_shape):
        n, height, width, channels = input_shape
        return (n, *(None if s is None else s // self.factor for s in (height, width)), channels)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "taps": self.taps}
