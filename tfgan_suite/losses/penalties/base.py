"""What all penalties share: weight, interval, the player they are for, a memory."""

import math
import numbers

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.distribution import assign_all, replica_rows
from tfgan_suite.losses._reduction import at_least_float32, check_same_shape
from tfgan_suite.losses.lookup import snake_case
from tfgan_suite.registration import public


class Player:
    """A network as penalties call it: with images (or latents) alone, in training mode.

    The function that is trained is the one that is penalized, so Dropout drops and BatchNorm uses
    the statistics of the batch. But the call leaves no trace in the network: interpolated or
    augmented images move no average.

    Args:
        network: a `keras.Model`, or any callable.
        condition: what the network takes beside its input, or None.
        known: pairs `(input, output)` of calls made already; the same input tensor is not put
            through the network again.
    """

    def __init__(self, network, condition=None, known=()):
        self.network = network
        self.condition = condition
        self.known = [(x, at_least_float32(y)) for x, y in known if y is not None]

    def __call__(self, inputs):
        for known, output in self.known:
            if inputs is known:
                return output
        arguments = inputs if self.condition is None else [inputs, self.condition]
        if isinstance(self.network, keras.layers.Layer):
            with keras.StatelessScope():  # collects what layers assign, and is thrown away
                outputs = self.network(arguments, training=True)
        else:
            outputs = self.network(arguments)
        # Of a network with several outputs (AC-GAN) the first is the logits.
        first = outputs[0] if isinstance(outputs, (list, tuple)) else outputs
        return at_least_float32(first)


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
class Penalty:
    """A scalar added to the discriminator's loss: `weight * penalty`.

    A subclass implements `value` and is decorated with `registration.register`. Everything is
    computed in float32, or in float64 if the images are; only the networks themselves follow their
    own dtype policy.

    Args:
        weight: factor of the penalty, >= 0 and finite.
        interval: lazy regularization (Karras et al. 2020, arXiv:1912.04958, section 3.1): the
            trainer computes the penalty in every `interval`-th update of the player only, and
            multiplies it by `interval`. A positive integer.

    Raises:
        ValueError: if `weight` is negative or `interval` is not a positive integer.
    """

    # Whose loss it is for: "discriminator", "generator", or None for either.
    player = "discriminator"
    # Whether `value` takes two arguments more: the generator, and latents to call it with.
    needs_latents = False
    # Whether `value` returns `(penalty, statistics)`; see `remember`.
    has_memory = False
    # The variables of a penalty with a memory, once built.
    memory = None

    def __init__(self, weight, interval=1):
        self.weight = check_at_least(0.0, weight=weight)
        if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
            raise ValueError(
                f"`interval` must be a positive integer. Received: interval={interval!r}"
            )
        self.interval = interval

    @property
    def name(self):
        """Name in the logs."""
        return snake_case(type(self).__name__)

    def log_name(self, player):
        """Name in the logs of a trainer, where both players may have a penalty of this kind."""
        return self.name if self.player == player else f"{player}_{self.name}"

    def __call__(self, discriminator, real, fake, condition=None, *, seed=None, **known):
        """Returns the weighted penalty, and updates the memory of a penalty that has one.

        Args:
            discriminator: a callable from images, or from `[images, condition]`, to logits of
                shape `[N, ...]` (or to several outputs, of which the logits are the first).
            real: images of shape `[N, ...]`; None if the penalty does not look at them.
            fake: generated images of the same shape; None if the penalty does not look at them.
            condition: what the discriminator takes beside the images, or None.
            seed: int tensor of shape `[2]`, the source of all randomness; None draws one from
                Keras's global seed.
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
            discriminator, real, fake, condition, seed=seed, **known
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
        player = Player(discriminator, condition, [(real, real_logits), (fake, fake_logits)])
        arguments = [player, real, fake, as_seed(seed)]
        if self.needs_latents:
            if generator is None or latents is None:
                raise ValueError(
                    f"{type(self).__name__} needs `generator` and `latents`. Received: "
                    f"generator={generator!r}, latents={latents!r}"
                )
            arguments += [Player(generator, generator_condition), latents]
        return self.weighted(self.value(*arguments))

    def value(self, discriminator, real, fake, seed):
        """The unweighted penalty; `discriminator` takes images alone and gives float32 logits.

        A subclass with `has_memory` returns a pair: the penalty, and the statistics of this batch,
        one tensor for each variable of the memory.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `value`.")

    def weighted(self, value):
        """What `value` returned as `(weighted penalty, statistics)`."""
        value, statistics = value if self.has_memory else (value, [])
        return self.weight * value, list(statistics)

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
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            statistics = context.all_reduce(tf.distribute.ReduceOp.MEAN, statistics)
        variables = self.memory.variables
        old = [variable.value for variable in variables]
        new = self.updated_memory(old, statistics)
        assign_all(variables, [tf.where(due, n, o) for n, o in zip(new, old)])

    def updated_memory(self, old, statistics):
        """New values of the memory from the old ones and the statistics."""
        return statistics

    # --- Config -----------------------------------------------------------------------------

    def get_config(self):
        return {"weight": self.weight, "interval": self.interval}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        options = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({options})"


@public
class GeneratorPenalty(Penalty):
    """A scalar added to the generator's loss: `weight * penalty`.

    As `Penalty`, but called with the generator, and for `compile(generator_penalties=[...])`.
    """

    player = "generator"

    def __call__(self, generator, latents, condition=None, *, seed=None):
        """Returns the weighted penalty, and updates the memory of a penalty that has one.

        Args:
            generator: a callable from latents, or from `[latents, condition]`, to images.
            latents: float tensor of shape `[N, latent_dim]`.
            condition: what the generator takes beside the latents, or None.
            seed: int tensor of shape `[2]`; None draws one from Keras's global seed.

        Returns:
            float32 (or float64) scalar: `weight` times the penalty, without the factor `interval`.

        Raises:
            ValueError: if the generator's output does not depend on the latents.
        """
        value, statistics = self.compute(generator, latents, condition, seed=seed)
        self.remember(statistics)
        return value

    def compute(self, generator, latents, condition=None, *, seed=None):
        """As the call, but updates nothing: returns the weighted penalty and its `statistics`."""
        (latents,) = as_images(latents=latents)
        return self.weighted(self.value(Player(generator, condition), latents, as_seed(seed)))

    def value(self, generator, latents, seed):
        """The unweighted penalty; `generator` takes latents alone and gives images."""
        raise NotImplementedError(f"{type(self).__name__} must implement `value`.")


# --- Building blocks of penalties -----------------------------------------------------------


def check_at_least(bound, **number):
    """Returns the number given by name as a float; raises ValueError below `bound` or infinite."""
    ((name, value),) = number.items()
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not value >= bound:
        raise ValueError(f"`{name}` must be >= {bound:g}. Received: {name}={value!r}")
    if math.isinf(value):
        raise ValueError(f"`{name}` must be finite. Received: {name}={value!r}")
    return float(value)


def as_images(**tensors):
    """Float tensors, half precision as float32; None stays None; integers raise ValueError."""
    result = []
    for name, tensor in tensors.items():
        tensor = None if tensor is None else at_least_float32(tensor)
        if tensor is not None and not tensor.dtype.is_floating:
            raise ValueError(
                f"`{name}` must be float, or there is no gradient to it. "
                f"Received: {name} of dtype {tensor.dtype.name}"
            )
        result.append(tensor)
    return result


def as_seed(seed):
    """`seed` as a tensor; a new one, from Keras's global seed, for None."""
    if seed is None:
        return tf.random.uniform([2], maxval=tf.int32.max, dtype=tf.int32)
    return tf.convert_to_tensor(seed)


def other_seed(seed, index):
    """The `index`-th of the seeds that follow from one seed."""
    return seed + tf.constant([7919 * index, 0], seed.dtype)


def rows_like(tensor, row_shape, seed, distribution):
    """A random row for each row of `tensor`, different on every replica: see `replica_rows`."""
    rows = replica_rows(tensor.shape[0] or tf.shape(tensor)[0], row_shape, seed, distribution)
    return tf.cast(rows, tensor.dtype)


def input_gradients(network, inputs, weights=None, names=("discriminator", "images")):
    """Gradient of each row's outputs with respect to that row's input.

    With several outputs a row (PatchGAN), it is the gradient of their sum, or of their sum weighted
    by `weights(outputs)` (a vector-Jacobian product).

    Args:
        network: a `Player`.
        inputs: tensor `[N, ...]`.
        weights: a function of the outputs, or None.
        names: what errors call the network and its inputs.

    Returns:
        Tensor of the shape of `inputs`; differentiable once more.

    Raises:
        ValueError: if the network's output does not depend on the inputs.
    """
    inputs = tf.identity(inputs)  # outputs known already have no tape to their input
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = network(inputs)
        if weights is not None:
            outputs = outputs * weights(outputs)
    gradients = tape.gradient(outputs, inputs)
    if gradients is None:
        raise ValueError(
            f"The {names[0]}'s output does not depend on the {names[1]} by differentiable "
            "operations, so a penalty on its gradient has no meaning. "
            f"Received: {names[0]}={network.network!r}"
        )
    return gradients


def squared_norms(tensor):
    """Squared Euclidean norm of each row: `[N, ...]` -> `[N]`."""
    return tf.reduce_sum(tf.square(tensor), axis=list(range(1, tensor.shape.rank)))
