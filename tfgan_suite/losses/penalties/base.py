"""What all penalties share: weight, interval, the player they are for, a memory."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.distribution import assign_all, mean_over_replicas
from tfgan_suite.configured import Configured
from tfgan_suite.losses._reduction import check_same_shape
from tfgan_suite.losses.lookup import snake_case
from tfgan_suite.losses.penalties._arguments import as_images, check_at_least
from tfgan_suite.losses.penalties._draws import as_seed
from tfgan_suite.losses.penalties._penalized_network import PenalizedNetwork
from tfgan_suite.registration import public


Schedule = keras.optimizers.schedules.LearningRateSchedule


class Memory(keras.layers.Layer):
    """The variables of a penalty, as something that Keras saves with the trainer.

    Args:
        **initial: initial values by name.
    """

    def __init__(self, **initial):
        super().__init__(dtype="float32", trainable=False)
        for name, value in initial.items():
            value = np.asarray(value, "float32")
            self.add_weight(
                name=name,
                shape=value.shape,
                initializer=lambda shape, dtype, value=value: tf.constant(value, dtype),
                trainable=False,
            )
        self.built = True


@public
class Penalty(Configured):
    """A scalar added to the discriminator's loss: `weight * penalty`.

    A subclass implements `value` and is decorated with `registration.register`. Everything is
    computed in float32, or in float64 if the images are; only the networks themselves follow their
    own dtype policy.

    Args:
        weight: factor of the penalty, >= 0 and finite; or a
            `keras.optimizers.schedules.LearningRateSchedule` of such numbers, which counts the
            trainer's steps (R3GAN's gamma, arXiv:2501.05441).
        interval: lazy regularization (Karras et al. 2020, arXiv:1912.04958, section 3.1): the
            trainer computes the penalty in every `interval`-th update of the player only, and
            multiplies it by `interval`. A positive integer.

    Raises:
        ValueError: if `weight` is negative or no number and no schedule, or `interval` is not a
            positive integer.
    """

    # Whose loss it is for: "discriminator", "generator", or None for either.
    player = "discriminator"
    # Whether `value` takes two arguments more: the generator, and latents to call it with.
    needs_latents = False
    # Whether it bounds the critic's slope, so that weights need no clipping (WassersteinGAN).
    bounds_slope = False
    # Whether `value` returns `(penalty, statistics)`; see `remember`.
    has_memory = False
    # The variables of a penalty with a memory, once built.
    memory = None

    def __init__(self, weight, interval=1):
        is_schedule = isinstance(weight, Schedule)
        self.weight = weight if is_schedule else check_at_least(0.0, weight=weight)
        self.interval = positive_int("interval", interval)

    @property
    def name(self):
        """Name in the logs."""
        return snake_case(type(self).__name__)

    def log_name(self, player):
        """Name in the logs of a trainer, where both players may have a penalty of this kind."""
        return self.name if self.player == player else f"{player}_{self.name}"

    def __call__(
        self, discriminator, real, fake, condition=None, *, seed=None, step=None, **known
    ):
        """Returns the weighted penalty, and updates the memory of a penalty that has one.

        Args:
            discriminator: a callable from images, or from `[images, condition]`, to logits of
                shape `[N, ...]` (or to several outputs, of which the logits are the first).
            real: images of shape `[N, ...]`; None if the penalty does not look at them.
            fake: generated images of the same shape; None if the penalty does not look at them.
            condition: what the discriminator takes beside the images, or None.
            seed: int tensor of shape `[2]`, the source of all randomness; None draws one from
                Keras's global seed.
            step: steps of the training before this one, which a weight that follows a schedule
                needs.
            **known: what need not, or cannot, be computed here: `real_logits` and `fake_logits`,
                D's outputs in training mode; and for penalties with `needs_latents`, `generator` (a
                callable), `latents` and, if the generator takes one, `generator_condition`.

        Returns:
            float32 (or float64) scalar: `weight` times the penalty, without the factor `interval`.

        Raises:
            ValueError: if the shapes of `real` and `fake` differ, images are not float, or the
                discriminator's output does not depend on the images.
        """
        value, statistics = self.compute(
            discriminator, real, fake, condition, seed=seed, step=step, **known
        )
        self.remember(statistics)
        return value

    def compute(
        self,
        discriminator,
        real,
        fake,
        condition=None,
        *,
        seed=None,
        step=None,
        real_logits=None,
        fake_logits=None,
        generator=None,
        generator_condition=None,
        latents=None,
    ):
        """As the call, but updates nothing: returns the weighted penalty and its `statistics`."""
        real, fake = as_images(real=real, fake=fake)
        if real is not None and fake is not None:
            check_same_shape(real, fake, ("real", "fake"))
        known = [(real, real_logits), (fake, fake_logits)]
        player = PenalizedNetwork(discriminator, condition, known)
        arguments = [player, real, fake, as_seed(seed)]
        if self.needs_latents:
            if generator is None or latents is None:
                raise ValueError(
                    f"{type(self).__name__} needs `generator` and `latents`. Received: "
                    f"generator={generator!r}, latents={latents!r}"
                )
            arguments += [PenalizedNetwork(generator, generator_condition), latents]
        return self.weighted(self.value(*arguments), step)

    def value(self, discriminator, real, fake, seed):
        """The unweighted penalty; `discriminator` takes images alone and gives float32 logits.

        A subclass with `has_memory` returns a pair: the penalty, and the statistics of this batch,
        one tensor for each variable of the memory.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `value`.")

    def weighted(self, value, step=None):
        """What `value` returned, with the weight of a step, as `(weighted penalty, statistics)`."""
        value, statistics = value if self.has_memory else (value, [])
        weight = self.weight_at(step)
        if tf.is_tensor(weight):
            weight = tf.cast(weight, value.dtype)
        return weight * value, list(statistics)

    def weight_at(self, step=None):
        """The weight in a step: a number, or what its schedule gives for the steps before it.

        Raises:
            ValueError: if it follows a schedule and there is no step.
        """
        if not isinstance(self.weight, Schedule):
            return self.weight
        if step is None:
            raise ValueError(
                f"The weight of this {type(self).__name__} follows a schedule: call it with "
                f"step=, the steps before this one. Received: step=None, weight={self.weight!r}"
            )
        return self.weight(step)

    # --- Memory -----------------------------------------------------------------------------

    def build(self, network):
        """Creates the memory, where there is one and it does not exist; `compile` calls it in the
        strategy's scope. `network` is the penalized player's.
        """
        if self.has_memory and self.memory is None:
            self.memory = Memory(**self.initial_memory(network))

    def initial_memory(self, network):
        """Initial values of the memory, by name."""
        raise NotImplementedError(f"{type(self).__name__} must implement `initial_memory`.")

    def no_statistics(self):
        """What stands for the statistics in an update that lazy regularization skips."""
        return [tf.zeros(v.shape) for v in self.memory.variables] if self.memory else []

    def remember(self, statistics, due=True):
        """Updates the memory from the statistics of a batch: their mean over all replicas.

        It is apart from `compute` because a strategy cannot reduce over replicas inside the
        `tf.cond` of lazy regularization.

        Args:
            statistics: what `compute` returned.
            due: scalar boolean: whether they count.
        """
        if not statistics:
            return
        statistics = [tf.stop_gradient(tf.cast(s, tf.float32)) for s in statistics]
        statistics = mean_over_replicas(statistics)
        variables = self.memory.variables
        old = [variable.value for variable in variables]
        new = self.updated_memory(old, statistics)
        assign_all(variables, [tf.where(due, n, o) for n, o in zip(new, old)])

    def updated_memory(self, old, statistics):
        """New values of the memory from the old ones and the statistics."""
        return statistics

    # --- Config -----------------------------------------------------------------------------

    def get_config(self):
        weight = self.weight
        if isinstance(weight, Schedule):
            weight = keras.saving.serialize_keras_object(weight)
        return {"weight": weight, "interval": self.interval}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if isinstance(config.get("weight"), dict):
            config["weight"] = keras.saving.deserialize_keras_object(config["weight"])
        return cls(**config)


@public
class GeneratorPenalty(Penalty):
    """A scalar added to the generator's loss: `weight * penalty`.

    As `Penalty`, but called with the generator, and for `compile(generator_penalties=[...])`.
    """

    player = "generator"

    def __call__(self, generator, latents, condition=None, *, seed=None, step=None):
        """Returns the weighted penalty, and updates the memory of a penalty that has one.

        Args:
            generator: a callable from latents, or from `[latents, condition]`, to images.
            latents: float tensor of shape `[N, latent_dim]`.
            condition: what the generator takes beside the latents, or None.
            seed: int tensor of shape `[2]`; None draws one from Keras's global seed.
            step: see `Penalty`'s call.

        Returns:
            float32 (or float64) scalar: `weight` times the penalty, without the factor `interval`.

        Raises:
            ValueError: if the generator's output does not depend on the latents.
        """
        value, statistics = self.compute(generator, latents, condition, seed=seed, step=step)
        self.remember(statistics)
        return value

    def compute(self, generator, latents, condition=None, *, seed=None, step=None):
        """As the call, but updates nothing: returns the weighted penalty and its `statistics`."""
        (latents,) = as_images(latents=latents)
        network = PenalizedNetwork(generator, condition)
        return self.weighted(self.value(network, latents, as_seed(seed)), step)

    def value(self, generator, latents, seed):
        """The unweighted penalty; `generator` takes latents alone and gives images."""
        raise NotImplementedError(f"{type(self).__name__} must implement `value`.")
