"""Dropout whose masks do not depend on how many replicas there are."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import sizes
from tfgan_suite.layers._random import check_seed, draw_rows
from tfgan_suite.registration import register


@register
class Dropout(keras.layers.Dropout):
    """Sets each number to 0 with probability `rate` in training, and scales the others up.

        y = m x / (1 - rate),  m ~ Bernoulli(1 - rate) for each number

    Hinton et al. 2012, "Improving neural networks by preventing co-adaptation of feature detectors"
    (arXiv:1207.0580). With `training=False`, and with `rate=0`, y = x.

    As `keras.layers.Dropout`, but for the mask: each replica, and each micro-batch, takes its rows
    of the one mask of the whole global batch, so that two replicas train as one; and it is the same
    under XLA, in eager mode and on every device. Keras's own has one mask for all replicas, or, in
    a trainer of this package, one for each that no single device would draw. Every replica draws
    the mask of the whole batch, four bytes for each number.

    Input and output: `[N, ...]`, of any shape.

    Args:
        rate: probability in [0, 1] of a zero.
        seed: integer seed of the masks; None for one from `keras.utils.set_random_seed`'s.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `rate` is outside [0, 1] or `seed` is no integer >= 0.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, seed=check_seed(seed), **kwargs)

    def call(self, x, training=False):
        if not training or not self.rate:
            return x
        if self.rate == 1:
            return tf.zeros_like(x)
        kept = draw_rows(self.seed_generator, x, sizes(x)[1:]) >= self.rate
        return tf.where(kept, x / (1.0 - self.rate), tf.zeros_like(x))

    def get_config(self):
        config = super().get_config()
        del config["noise_shape"]
        return config
