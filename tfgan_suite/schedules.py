"""Schedules that Keras lacks: of learning rates, and of what else may follow one.

A `keras.optimizers.schedules.LearningRateSchedule` is a function of a step to a number. Beside
learning rates, weights of penalties, half-lives of moving averages (`HalfLife`) and the beta_2 of
`optimizers.Adam` may be given as one; in a trainer all of them count its steps.
"""

import math

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


@register
class Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """From one number to another along half a cosine, and constant from there.

        value(t) = end + (start - end) (1 + cos(pi min(t / steps, 1))) / 2

    R3GAN (Huang et al. 2024, arXiv:2501.05441, appendix) has all its schedules of this form over a
    burn-in; unlike `keras.optimizers.schedules.CosineDecay` it may rise, and from 0.

        gamma = tgs.schedules.Cosine(1.0, 0.1, steps=4000)
        gan.compile(loss="relativistic_standard_logistic", penalties=[tgs.losses.R1(gamma)])

    Args:
        start: value at step 0.
        end: value from `steps` on.
        steps: length of the burn-in; where it is known in images, these divided by the batch.

    Raises:
        ValueError: if a value is no finite number or `steps` not a positive integer.
    """

    def __init__(self, start, end, steps):
        for name, value in (("start", start), ("end", end)):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not math.isfinite(value):
                raise ValueError(f"`{name}` must be a finite number. Received: {name}={value!r}")
        self.start, self.end = float(start), float(end)
        self.steps = positive_int("steps", steps)

    def __call__(self, step):
        done = tf.minimum(tf.cast(step, tf.float32) / self.steps, 1.0)
        to_go = 0.5 * (1.0 + tf.cos(math.pi * done))  # 1 at first, 0 in the end
        return self.start * to_go + self.end * (1.0 - to_go)

    def get_config(self):
        return {"start": self.start, "end": self.end, "steps": self.steps}


@register
class InSteps(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that counts a trainer's steps, for a player with several updates in each.

    An optimizer asks its schedule with the number of its own updates. A critic with k updates in a
    step would so follow the same plan k times as fast as its generator. Trainers put this around
    the schedules that `compile` is given, so that a plan is always one in steps.

    Args:
        schedule: a `keras.optimizers.schedules.LearningRateSchedule` in units of steps.
        updates: updates of the player in one step, > 0.

    Raises:
        ValueError: if `schedule` is not a schedule or `updates` not a positive integer.
    """

    def __init__(self, schedule, updates):
        if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            raise ValueError(
                "`schedule` must be a keras.optimizers.schedules.LearningRateSchedule. "
                f"Received: schedule={schedule!r}"
            )
        self.schedule = schedule
        self.updates = positive_int("updates", updates)

    def __call__(self, step):
        return self.schedule(step // self.updates)

    def get_config(self):
        schedule = keras.saving.serialize_keras_object(self.schedule)
        return {"schedule": schedule, "updates": self.updates}

    @classmethod
    def from_config(cls, config):
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(**{**config, "schedule": schedule})


def count_in_steps(optimizer, updates):
    """Lets the schedules of an optimizer, where it has some, count steps of so many updates each.

    Those of the learning rate and of `optimizers.Adam`'s beta_2.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    for name in ("learning_rate", "beta_2"):
        schedule = getattr(inner, f"_{name}", None)
        if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            continue
        if isinstance(schedule, InSteps):  # of another trainer, or from a file
            schedule = schedule.schedule
        setattr(inner, name, schedule if updates == 1 else InSteps(schedule, updates))
