"""How fast the moving averages of a trainer's networks follow them."""

import math

import keras
import tensorflow as tf

from tfgan_suite.configured import Configured
from tfgan_suite.registration import register


@register
class HalfLife(Configured):
    """The time in which a moving average forgets half, in examples shown, whatever the batch.

    For the option `ema_decay` of trainers. A step of B examples has the decay 0.5^(B / half_life)
    (Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data",
    arXiv:2006.06676, whose code has 10,000 times the batch over 32; R3GAN, arXiv:2501.05441, lets
    it grow from 0).

        gan = tgs.GAN(g, d, latent_dim=64, ema_decay=tgs.HalfLife(20_000))
        growing = tgs.schedules.Cosine(0.0, 500_000.0, steps=4000)
        gan = tgs.GAN(g, d, latent_dim=64, ema_decay=tgs.HalfLife(growing))

    While training is young the decay of a constant half-life is at most (1 + step) / (10 + step),
    as everywhere; a schedule is followed as it is.

    Args:
        images: real examples shown in that time, over all replicas and all minibatches of a step,
            > 0; or a `keras.optimizers.schedules.LearningRateSchedule` of such numbers >= 0 by the
            trainer's steps. At 0 the average is the network itself.

    Raises:
        ValueError: if `images` is neither.
    """

    def __init__(self, images):
        is_number = isinstance(images, (int, float)) and not isinstance(images, bool)
        is_schedule = isinstance(images, keras.optimizers.schedules.LearningRateSchedule)
        if not is_schedule and not (is_number and 0 < images < math.inf):
            raise ValueError(
                "A half-life must be a positive number of examples, or a "
                f"keras.optimizers.schedules.LearningRateSchedule of them. Received: {images!r}"
            )
        self.images = images

    @property
    def is_constant(self):
        return isinstance(self.images, (int, float))

    def rate(self, step, images):
        """1 - decay, in [0, 1], of one step.

        Args:
            step: steps before this one, an integer scalar.
            images: examples of this step.
        """
        half_life = self.images if self.is_constant else self.images(step)
        halvings = tf.cast(images, tf.float32) / tf.cast(half_life, tf.float32)
        # `1 - 0.5**halvings` would lose what is left of it beside the 1.
        return -tf.math.expm1(-math.log(2.0) * halvings)

    def get_config(self):
        images = self.images
        if not self.is_constant:
            images = keras.saving.serialize_keras_object(images)
        return {"images": images}

    @classmethod
    def from_config(cls, config):
        images = config["images"]
        if isinstance(images, dict):
            images = keras.saving.deserialize_keras_object(images)
        return cls(images)


def check_ema_decay(ema_decay):
    """Raises ValueError unless it is a decay in (0, 1), a `HalfLife` or None."""
    if ema_decay is None or isinstance(ema_decay, HalfLife):
        return
    is_number = isinstance(ema_decay, (int, float)) and not isinstance(ema_decay, bool)
    if not is_number or not 0.0 < ema_decay < 1.0:
        raise ValueError(
            "`ema_decay` must be in (0, 1), a HalfLife, or None. "
            f"Received: ema_decay={ema_decay!r}"
        )


def rate_of_average(ema_decay, step, images):
    """1 - decay of the moving averages in one step, a float32 scalar in [0, 1].

    Args:
        ema_decay: a decay in (0, 1), or a `HalfLife`.
        step: steps before this one, an integer scalar.
        images: examples of this step, over all replicas.
    """
    t = tf.cast(step, tf.float32)
    while_young = (1.0 + t) / (10.0 + t)
    if not isinstance(ema_decay, HalfLife):
        return 1.0 - tf.minimum(ema_decay, while_young)
    rate = ema_decay.rate(step, images)
    return tf.maximum(rate, 1.0 - while_young) if ema_decay.is_constant else rate
