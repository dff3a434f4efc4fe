"""Learning rate schedules that Keras lacks."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.registration import register


@register
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant at first, then linearly down to 0 (Zhu et al. 2017, arXiv:1703.10593, section 4).

    Args:
        learning_rate: of the constant part, > 0.
        constant_steps: steps until the decay begins, >= 0; in the paper, 100 epochs.
        decay_steps: steps from there until it is 0; in the paper, 100 epochs.

    Raises:
        ValueError: if a number is out of its range.
    """

    def __init__(self, learning_rate, constant_steps, decay_steps):
        is_number = isinstance(learning_rate, (int, float)) and not isinstance(learning_rate, bool)
        if not is_number or not 0.0 < learning_rate < float("inf"):
            raise ValueError(
                f"`learning_rate` must be a positive number. Received: {learning_rate!r}"
            )
        if constant_steps != 0 or isinstance(constant_steps, bool):
            positive_int("constant_steps", constant_steps)
        self.learning_rate = float(learning_rate)
        self.constant_steps = constant_steps
        self.decay_steps = positive_int("decay_steps", decay_steps)

    def __call__(self, step):
        done = tf.cast(step - self.constant_steps, tf.float32) / self.decay_steps
        return self.learning_rate * (1.0 - tf.clip_by_value(done, 0.0, 1.0))

    def get_config(self):
        return {
            "learning_rate": self.learning_rate,
            "constant_steps": self.constant_steps,
            "decay_steps": self.decay_steps,
        }
