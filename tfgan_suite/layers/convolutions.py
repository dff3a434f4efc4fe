"""Keras's convolutions, faster in training on a CPU."""

import keras
import tensorflow as tf

from tfgan_suite.layers._convolutions import (
    Geometry,
    has_accelerator,
    is_worth_it,
    large_map,
    small_map,
)
from tfgan_suite.registration import register


class _Convolution:
    """Mixin of both layers: when to compute otherwise than Keras, and what follows."""

    def _geometry(self, inputs, large, channels, training):
        """The `Geometry` where it is worth it, else None."""
        plain = (
            training
            and self.data_format == "channels_last"
            and self.dilation_rate == (1, 1)
            and getattr(self, "groups", 1) == 1
            and self.strides[0] == self.strides[1]
            and None not in large
            and inputs.shape[3] is not None
        )
        if not plain or inputs.dtype != self.compute_dtype:
            return None
        geometry = Geometry.of(large, self.kernel_size, self.strides[0], self.padding.upper())
        worth = is_worth_it(geometry, inputs.shape[0], channels, inputs.dtype)
        return geometry if worth else None

    def _finished(self, outputs):
        if self.use_bias:
            # As Keras does: `tf.nn.bias_add` adds its derivative up in bfloat16.
            outputs += tf.reshape(tf.convert_to_tensor(self.bias), [1, 1, 1, -1])
        return outputs if self.activation is None else self.activation(outputs)


@register
class Conv2D(_Convolution, keras.layers.Conv2D):
    """`keras.layers.Conv2D` whose derivatives are faster on a CPU, where they can be.

    In training calls, in float32 and bfloat16: the derivative by an image, and by the kernel of
    small maps. Either is a convolution too, of stride 1 (Dumoulin & Visin 2016, arXiv:1603.07285,
    chapter 4) and of dilated filters. Values and derivatives of all orders are the same but for rounding; at inference,
    on a GPU and without oneDNN everything is Keras's own.

    With `groups` it trains on a CPU too, where TensorFlow has no derivatives of grouped
    convolutions: there each group is a convolution of its own, in every call.

    Takes the arguments of `keras.layers.Conv2D`.
    """

    def call(self, inputs, training=None):
        channels = inputs.shape[-1]
        geometry = self._geometry(inputs, inputs.shape[1:3], channels, training)
        if geometry is None:
            return super().call(inputs)
        return self._finished(small_map(inputs, tf.convert_to_tensor(self.kernel), geometry))

    def convolution_op(self, inputs, kernel):
        if self.groups == 1 or has_accelerator():
            return super().convolution_op(inputs, kernel)
        axis = -1 if self.data_format == "channels_last" else 1
        groups = zip(
            tf.split(inputs, self.groups, axis), tf.split(kernel, self.groups, -1), strict=True
        )
        convolve = super().convolution_op
        return tf.concat([convolve(maps, own) for maps, own in groups], axis)


@register
class Conv2DTranspose(_Convolution, keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose` that is faster in training on a CPU, where it can be.

    In training calls, in float32 and bfloat16: where it makes an image, of few channels, by a
    convolution of stride 1 and a shuffle of its channels (Shi et al. 2016, arXiv:1609.07009), and
    in the derivative by the kernel of small maps. Values and derivatives of all orders are the same but
    for rounding; at inference, on a GPU and without oneDNN everything is Keras's own.

    Takes the arguments of `keras.layers.Conv2DTranspose`.
    """

    def call(self, inputs, training=None):
        large = self.compute_output_shape(inputs.shape)[1:3]
        geometry = self._geometry(inputs, large, self.filters, training)
        if geometry is None or geometry.small != tuple(inputs.shape[1:3]):
            return super().call(inputs)
        return self._finished(large_map(inputs, tf.convert_to_tensor(self.kernel), geometry))
