"""Dense layer with an equalized learning rate."""

import tensorflow as tf

from tfgan_suite.layers._equalized import EqualizedLayer
from tfgan_suite.registration import register


@register
class EqualizedDense(EqualizedLayer):
    """Dense layer whose weights all have the same scale, and so the same effective learning rate.

    Progressive Growing of GANs, Karras et al. 2017 (arXiv:1710.10196), section 4.1:

        y = activation(x (c w) + m b),  w ~ N(0, 1 / m^2),  c = gain * m / sqrt(fan_in)

    m is StyleGAN's learning-rate multiplier (Karras et al. 2018, arXiv:1812.04948, appendix C:
    0.01 in the mapping network). Under Adam, whose steps do not depend on the gradient's scale, the
    effective weights move m times as fast as with m = 1.

    Input `[..., D]`, output `[..., units]`.

    Args:
        units: components of the output.
        activation: as in Keras layers.
        use_bias: whether to add a bias.
        initial_bias: what is added at first.
        gain: sqrt(2) for He's constant (the paper), 1 for StyleGAN2.
        lr_multiplier: m.
        seed: integer seed of the kernel; None for Keras's global seed.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `units` is not a positive integer, or `gain` or `lr_multiplier` not positive.
    """

    @property
    def units(self):
        return self._units

    def build(self, input_shape):
        self.add_kernel((input_shape[-1], self.units))

    def call(self, x):
        return self.with_bias(tf.tensordot(x, tf.cast(self.scaled_kernel(), x.dtype), 1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)
