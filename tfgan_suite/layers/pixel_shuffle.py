"""Rearranging channels into pixels."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import feature_maps
from tfgan_suite.registration import register


@register
class PixelShuffle(keras.layers.Layer):
    """Sub-pixel upsampling: blocks of factor^2 channels become blocks of pixels.

    Shi et al. 2016 (arXiv:1609.05158), eq. 4, in the channel order of `tf.nn.depth_to_space`:
    the channel of the output varies fastest, then the column within the block, then the row.

    Input `[N, H, W, factor^2 * C]`, output `[N, factor * H, factor * W, C]`.

    Args:
        factor: of both sizes; at least 2.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `factor` is not an integer >= 2, or the channels are no multiple of factor^2.
    """

    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        if positive_int("factor", factor) < 2:
            raise ValueError(f"`factor` must be at least 2. Received: factor={factor}")
        self.factor = factor

    def build(self, input_shape):
        if feature_maps(self, input_shape)[3] % self.factor**2:
            raise ValueError(
                f"The number of channels must be a multiple of factor^2 = {self.factor**2}. "
                f"Received: input_shape={tuple(input_shape)}"
            )

    def call(self, x):
        return tf.nn.depth_to_space(x, self.factor)

    def compute_output_shape(self, input_shape):
        n, height, width, channels = input_shape
        enlarged = (None if size is None else size * self.factor for size in (height, width))
        return (n, *enlarged, channels // self.factor**2)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
