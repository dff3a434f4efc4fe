"""Adaptive instance normalization: statistics of feature maps set by a style."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import feature_maps, positive, two_shapes
from tfgan_suite.layers._random import check_seed
from tfgan_suite.layers._statistics import moments
from tfgan_suite.layers.equalized_dense import EqualizedDense
from tfgan_suite.registration import register


@register
class AdaIN(keras.layers.Layer):
    """Normalizes each map of each image, then scales and shifts it as a style vector says.

    StyleGAN, Karras et al. 2018 (arXiv:1812.04948), eq. 1, after Huang & Belongie 2017
    (arXiv:1703.06868), eq. 8:

        y_i = s_i * (x_i - mean(x_i)) / sqrt(var(x_i) + epsilon) + b_i,   (s - 1, b) = A(w)

    mean and variance of channel i are over the positions of one image. A is an affine map with an
    equalized learning rate, so s starts around 1 and b around 0. Statistics in float32.

    Call with `[x, w]`: x of shape `[N, H, W, C]`, w of shape `[N, D]`. Output: the shape of x.

    Args:
        epsilon: added to the variance.
        seed: integer seed of A; None for Keras's global seed.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `epsilon` is not positive or the inputs have other shapes.
    """

    def __init__(self, epsilon=1e-8, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = positive("epsilon", epsilon)
        self.seed = check_seed(seed)

    def build(self, input_shape):
        x_shape, w_shape = two_shapes(self, input_shape, ("x", "w"))
        channels = feature_maps(self, x_shape)[3]
        self.affine = EqualizedDense(
            2 * channels, seed=self.seed, dtype=self.dtype_policy, name="affine"
        )
        self.affine.build(w_shape)

    def call(self, inputs):
        x, w = inputs
        y = x if x.dtype == tf.float64 else tf.cast(x, tf.float32)
        mean, variance = moments(y, [1, 2])
        s, b = tf.split(tf.cast(self.affine(w), y.dtype)[:, None, None, :], 2, axis=-1)
        y = (1.0 + s) * (y - mean) * tf.math.rsqrt(variance + self.epsilon) + b
        return tf.cast(y, x.dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon, "seed": self.seed}
