"""Optimizers that Keras lacks."""

import keras

from tfgan_suite.registration import register

Schedule = keras.optimizers.schedules.LearningRateSchedule


@register
class Adam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` whose beta_2 may follow a schedule.

    As R3GAN's (Huang et al. 2024, arXiv:2501.05441), in whose code the present beta_2 is used in
    the average and in the correction of its bias:

        v <- beta_2(t) v + (1 - beta_2(t)) g^2,  corrected by 1 / (1 - beta_2(t)^(t + 1)),

    t = 0, 1, ... In a trainer schedules count its steps. With numbers alone it is Keras's own.

        beta_2 = tgs.schedules.Cosine(0.9, 0.99, steps=4000)
        adam = tgs.optimizers.Adam(2e-4, beta_1=0.0, beta_2=beta_2)

    Args:
        learning_rate: as Keras's.
        beta_1: as Keras's.
        beta_2: a number in [0, 1), or a `keras.optimizers.schedules.LearningRateSchedule` of such.
        **kwargs: as Keras's.

    Raises:
        ValueError: if `beta_2` is neither.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, **kwargs):
        is_number = isinstance(beta_2, (int, float)) and not isinstance(beta_2, bool)
        if not isinstance(beta_2, Schedule) and not (is_number and 0.0 <= beta_2 < 1.0):
            raise ValueError(
                "`beta_2` must be a number in [0, 1), or a "
                "keras.optimizers.schedules.LearningRateSchedule of such. "
                f"Received: beta_2={beta_2!r}"
            )
        super().__init__(learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2, **kwargs)

    @property
    def beta_2(self):
        """The present one: a number, or the scalar that the schedule gives."""
        if isinstance(self._beta_2, Schedule):
            return self._beta_2(self.iterations)
        return self._beta_2

    @beta_2.setter
    def beta_2(self, value):
        self._beta_2 = value

    def get_config(self):
        beta_2 = self._beta_2
        if isinstance(beta_2, Schedule):  # of which Keras's config has the present value
            beta_2 = keras.saving.serialize_keras_object(beta_2)
        return {**super().get_config(), "beta_2": beta_2}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if isinstance(config["beta_2"], dict):
            config["beta_2"] = keras.saving.deserialize_keras_object(
                config["beta_2"], custom_objects
            )
        return super().from_config(config, custom_objects)
