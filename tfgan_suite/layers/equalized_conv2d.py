"""Convolution with an equalized learning rate."""

import math

import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import feature_maps
from tfgan_suite.layers._equalized import EqualizedLayer
from tfgan_suite.registration import register


@register
class EqualizedConv2D(EqualizedLayer):
    """Convolution whose weights all have the same scale: see `EqualizedDense`.

    Progressive Growing of GANs, Karras et al. 2017 (arXiv:1710.10196), section 4.1. The fan-in is
    kernel_size^2 * C.

    Input `[N, H, W, C]`, output `[N, H', W', filters]`. To resample with a filter put `Upsample`
    before or `Downsample` before a convolution of stride 1.

    Args:
        filters: output channels.
        kernel_size: height and width of the kernel.
        strides: of both axes.
        padding: `"same"` or `"valid"`.
        **kwargs: `activation`, `use_bias`, `initial_bias`, `gain`, `lr_multiplier` and `seed` of
            `EqualizedDense`; those of `keras.layers.Layer`.

    Raises:
        ValueError: if an option is out of its range or the input has not rank 4.
    """

    units_name = "filters"

    def __init__(self, filters, kernel_size=3, strides=1, padding="same", **kwargs):
        super().__init__(filters, **kwargs)
        self.kernel_size = positive_int("kernel_size", kernel_size)
        self.strides = positive_int("strides", strides)
        if padding not in ("same", "valid"):
            raise ValueError(f"`padding` must be 'same' or 'valid'. Received: padding={padding!r}")
        self.padding = padding

    @property
    def filters(self):
        return self._units

    def build(self, input_shape):
        channels = feature_maps(self, input_shape)[3]
        self.add_kernel((self.kernel_size, self.kernel_size, channels, self.filters))

    def call(self, x):
        kernel = tf.cast(self.scaled_kernel(), x.dtype)
        return self.with_bias(tf.nn.conv2d(x, kernel, self.strides, self.padding.upper()))

    def compute_output_shape(self, input_shape):
        lost = 0 if self.padding == "same" else self.kernel_size - 1
        height, width = (
            None if size is None else math.ceil((size - lost) / self.strides)
            for size in input_shape[1:3]
        )
        return (input_shape[0], height, width, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
        }
