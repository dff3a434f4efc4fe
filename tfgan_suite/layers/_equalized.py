"""What the layers with an equalized learning rate share."""

import math

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import positive
from tfgan_suite.layers._random import check_seed


class EqualizedLayer(keras.layers.Layer):
    """Base: a kernel of N(0, 1) that is multiplied by its initializer's constant at run time.

    Args:
        units: output channels.
        activation: as in Keras layers.
        use_bias: whether to add a bias.
        initial_bias: what is added at first.
        gain: of the layer: sqrt(2) for He's initializer (before a ReLU), 1 for StyleGAN2.
        lr_multiplier: factor on the learning rate of kernel and bias.
        seed: integer seed of the kernel; None for Keras's global seed.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `units` is not a positive integer, or `gain` or `lr_multiplier` not positive.
    """

    units_name = "units"

    def __init__(
        self,
        units,
        *,
        activation=None,
        use_bias=True,
        initial_bias=0.0,
        gain=1.0,
        lr_multiplier=1.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._units = positive_int(self.units_name, units)
        self.activation = keras.activations.get(activation)
        self.use_bias = bool(use_bias)
        self.initial_bias = float(initial_bias)
        self.gain = positive("gain", gain)
        self.lr_multiplier = positive("lr_multiplier", lr_multiplier)
        self.seed = check_seed(seed)

    def add_kernel(self, shape):
        """Adds the weights; the last two axes of `shape` are input and output channels."""
        self.kernel = self.add_weight(
            shape=shape,
            initializer=keras.initializers.RandomNormal(
                0.0, 1.0 / self.lr_multiplier, seed=self.seed
            ),
            autocast=False,
            name="kernel",
        )
        # He's constant for this fan-in.
        self.runtime_scale = self.gain * self.lr_multiplier / math.sqrt(math.prod(shape[:-1]))
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(shape[-1],),
                initializer=keras.initializers.Constant(self.initial_bias / self.lr_multiplier),
                autocast=False,
                name="bias",
            )

    def scaled_kernel(self):
        """The kernel that multiplies the input, in the precision of the weights."""
        return self.kernel.value * self.runtime_scale

    def with_bias(self, y):
        """Adds the bias and applies the activation."""
        if self.bias is not None:
            y += tf.cast(self.bias.value * self.lr_multiplier, y.dtype)
        return self.activation(y)

    def get_config(self):
        return {
            **super().get_config(),
            self.units_name: self._units,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "initial_bias": self.initial_bias,
            "gain": self.gain,
            "lr_multiplier": self.lr_multiplier,
            "seed": self.seed,
        }
