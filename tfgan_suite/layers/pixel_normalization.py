"""Normalization of each position's feature vector."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import positive
from tfgan_suite.registration import register


@register
class PixelNormalization(keras.layers.Layer):
    """Scales the feature vector of each position to unit mean square.

    Progressive Growing of GANs, Karras et al. 2017 (arXiv:1710.10196), section 4.2:

        y = x / sqrt(mean over channels of x^2 + epsilon)

    StyleGAN normalizes its latents the same way. Input and output: `[..., C]`; computed in float32
    for lower precisions, where squares would overflow.

    Args:
        epsilon: added to the mean square.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `epsilon` is not positive.
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = positive("epsilon", epsilon)

    def call(self, x):
        y = x if x.dtype == tf.float64 else tf.cast(x, tf.float32)
        power = tf.reduce_mean(tf.square(y), axis=-1, keepdims=True)
        return tf.cast(y * tf.math.rsqrt(power + self.epsilon), x.dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
