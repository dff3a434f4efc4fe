"""The range of data, for generators that are not bound to it."""

import keras
import tensorflow as tf

from tfgan_suite.registration import register


@register
class ClipAtInference(keras.layers.Layer):
    """Cuts values off at the ends of a range when a network is used, not while it is trained.

    For the end of a generator without tanh, as R3GAN's (Huang et al. 2024, arXiv:2501.05441), whose
    images are only aimed at [-1, 1]: in training the discriminator sees them as they are, and what
    is beyond has gradients; what is served, judged and drawn lies in the range.

    Input and output: of any shape.

    Args:
        low: the least value at inference.
        high: the largest value at inference, > `low`.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `low` is not less than `high`.
    """

    def __init__(self, low=-1.0, high=1.0, **kwargs):
        super().__init__(**kwargs)
        if not low < high:
            raise ValueError(f"`low` must be less than `high`. Received: low={low}, high={high}")
        self.low, self.high = float(low), float(high)

    def call(self, x, training=False):
        return x if training else tf.clip_by_value(x, self.low, self.high)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "low": self.low, "high": self.high}
