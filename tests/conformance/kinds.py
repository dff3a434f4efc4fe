"""The kinds of cases: how each is run, saved, exported and put on replicas.

Every kind answers the same questions, which `test_conformance` asks of the whole list.
"""

import collections
import functools
import json

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import GAN, testing

ROWS = 8
IMAGE_SHAPE = (8, 8, 1)
SEED = tf.constant([3, 4], tf.int64)

# What a run gives: values, and the gradients with respect to weights and inputs.
Result = collections.namedtuple("Result", "values weights inputs")


def compute_dtype():
    return keras.config.dtype_policy().compute_dtype


def part(array, index, dtype=None):
    """A constant: an array, or the half of its rows that belongs to replica `index`."""
    tensor = tf.constant(array)
    if dtype is not None and tensor.dtype.is_floating:
        tensor = tf.cast(tensor, dtype)
    if index is None:
        return tensor
    return tf.reshape(tensor, [2, len(array) // 2, *tensor.shape[1:]])[index]


def gradients(tape, target, sources):
    found = tape.gradient(target, sources, unconnected_gradients="zero")
    return [tf.convert_to_tensor(g) for g in found]


def values_in_a_graph(run):
    return tf.function(lambda: run().values, input_signature=[])


class Case:
    """One thing that the package offers, and how to use it.

    Args:
        make: function of nothing that gives it.
    """

    # What `training` may be where two replicas must equal one.
    modes = (True,)
    # Of values and gradients, relative and absolute.
    tolerance = 1e-4
    # Of half precision relative to float32, with respect to the largest value; None for finite.
    half_tolerance = 0.1
    # Whether its results are float32 whatever the policy.
    gives_float32 = True
    has_config = True
    has_file = True

    def __init__(self, make):
        self.make = make

    def prepare(self, thing=None):
        """Returns a function `run(index=None, training=True)` that gives a `Result`.

        It is made anew, with the same weights each time, under the policy and in the strategy's
        scope of the caller. `index` is the replica whose rows it takes; None for all rows.
        """
        raise NotImplementedError

    @functools.cache  # noqa: B019 - the list of cases lives as long as the tests
    def eager(self, training=True):
        """The `Result` that others are compared with: in eager mode, in float32, on one device."""
        return self.prepare()(training=training)

    def compiled(self, jit_compile):
        run = self.prepare()
        return tf.function(lambda: run(), jit_compile=jit_compile)()

    def half(self, dtype):
        """Values in half precision, what they are in float32, and values of other modes."""
        first, *others = self.modes
        exact = self.eager(first).values
        keras.config.set_dtype_policy(f"mixed_{dtype}")
        run = self.prepare()
        values = run(training=first).values
        return values, exact, [value for mode in others for value in run(training=mode).values]

    def on_two_replicas(self, strategy):
        """Yields pairs of `Result`s: two replicas put together, and one with all rows."""
        with strategy.scope():
            run = self.prepare()
        for mode in self.modes:

            def step(mode=mode):
                return run(tf.distribute.get_replica_context().replica_id_in_sync_group, mode)

            both = tf.function(lambda step=step: strategy.run(step))()
            local = tf.nest.map_structure(strategy.experimental_local_results, both)
            yield self.joined(*(self.of_replica(local, i) for i in range(2))), self.eager(mode)

    @staticmethod
    def of_replica(local, index):
        return Result(*([results[index] for results in field] for field in local))

    @staticmethod
    def joined(first, second):
        """One `Result` of those of two replicas."""
        raise NotImplementedError

    def config_round_trip(self):
        """The thing, what its config gives, and pairs of their values."""
        thing = self.make()
        config = json.loads(json.dumps(keras.saving.serialize_keras_object(thing)))
        return thing, keras.saving.deserialize_keras_object(config), []

    def saved_and_loaded(self, folder):
        """Pairs of values: before, and after a `.keras` file."""
        raise NotImplementedError

    @staticmethod
    def exported_and_loaded(cases, folder):
        """Values of each case, before and from a SavedModel that TensorFlow alone has loaded.

        All cases of a kind go into one SavedModel, which costs hardly more than one of them.

        Args:
            cases: of this kind, by name.
            folder: an empty folder.

        Returns:
            Dict of pairs of values, by name.
        """
        raise NotImplementedError


class ScalarCase(Case):
    """What gives means over the rows of a batch."""

    @staticmethod
    def joined(first, second):
        return tf.nest.map_structure(lambda a, b: (a + b) / 2, first, second)

    def config_round_trip(self):
        thing, again, _ = super().config_round_trip()
        return thing, again, zip(self.prepare(thing)().values, self.prepare(again)().values)

    @staticmethod
    def exported_and_loaded(cases, folder):
        module = tf.Module()
        module.functions, module.held = {}, []
        for name, case in cases.items():
            function = values_in_a_graph(case.prepare())
            module.held.extend(function.get_concrete_function().graph.variables)
            module.functions[name] = function
        tf.saved_model.save(module, folder)
        loaded = tf.saved_model.load(folder)
        return {
            name: (case.eager().values, loaded.functions[name]()) for name, case in cases.items()
        }


class Function(ScalarCase):
    """A loss of tensors.

    Args:
        make: function of nothing that gives it.
        *inputs: arrays whose first axis is the batch.
    """

    has_file = False  # it is no part of a model

    def __init__(self, make, *inputs):
        super().__init__(make)
        self.inputs = inputs
        self.has_config = hasattr(make(), "get_config")

    def prepare(self, thing=None):
        keras.utils.set_random_seed(1)
        function, dtype = thing or self.make(), compute_dtype()
        scale = tf.Variable(1.0)

        def run(index=None, training=True):
            inputs = [part(x, index) for x in self.inputs]
            floats = [x for x in inputs if x.dtype.is_floating]
            with tf.GradientTape() as tape:
                tape.watch(floats)
                scaled = [tf.cast(x * scale, dtype) if x.dtype.is_floating else x for x in inputs]
                value = function(*scaled)
            found = gradients(tape, value, [scale, *floats])
            return Result([value], found[:1], found[1:])

        return run

    def config_round_trip(self):
        return Case.config_round_trip(self)  # a config holds no weights of a network


class Loss(ScalarCase):
    """An adversarial loss of a linear critic's logits."""

    half_tolerance = 1e-5  # it computes in float32 whatever the logits are

    X = [testing.points(ROWS, 2, seed=seed) for seed in (0, 1)]
    W = testing.points(2, 1, seed=2)

    def prepare(self, thing=None):
        loss, weight = thing or self.make(), tf.Variable(self.W)

        def run(index=None, training=True):
            x = [part(x, index) for x in self.X]
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(x)
                logits = [images @ weight for images in x]
                values = [loss.discriminator_loss(*logits), loss.generator_loss(*logits)]
            found = [gradients(tape, value, [weight, *x]) for value in values]
            return Result(values, [f[0] for f in found], [g for f in found for g in f[1:]])

        return run

    def logits(self, shape=(ROWS, 1)):
        return [tf.reshape(tf.constant(x @ self.W), shape) for x in self.X]

    def half(self, dtype):
        loss = self.make()
        half = [tf.cast(100.0 * logits, dtype) for logits in self.logits()]
        exact = [tf.cast(logits, tf.float32) for logits in half]
        both = (loss.discriminator_loss, loss.generator_loss)
        return [f(*half) for f in both], [f(*exact) for f in both], []

    def saved_and_loaded(self, folder):
        loss = self.make()
        gan = GAN(*testing.mlp_networks(), testing.LATENT_DIM)
        gan.compile(loss=loss)
        gan.save(folder / "gan.keras")
        loaded = keras.saving.load_model(folder / "gan.keras").adversarial_loss
        return zip(self.prepare(loss)().values, self.prepare(loaded)().values)


class Penalty(ScalarCase):
    """A penalty on either player of a game of small networks.

    Args:
        make: function of nothing that gives it.
        near: whether half precision comes near to float32 (squares of small differences of
            half-precision logits say little of the true ones).
    """

    REAL, FAKE = (testing.images(ROWS, IMAGE_SHAPE, seed=seed) for seed in (0, 1))
    LATENTS = testing.points(ROWS, testing.LATENT_DIM)

    def __init__(self, make, near=True):
        super().__init__(make)
        self.half_tolerance = 0.1 if near else None

    def prepare(self, thing=None):
        penalty, dtype = thing or self.make(), compute_dtype()
        generator, discriminator = testing.mlp_networks(IMAGE_SHAPE)
        player = generator if penalty.player == "generator" else discriminator
        if penalty.memory is None:
            penalty.build(player)
            self.remember_something(penalty)
        weights = [v.value for v in player.trainable_variables]

        def run(index=None, training=True):
            data = [part(x, index, dtype) for x in (self.REAL, self.FAKE, self.LATENTS)]
            with tf.GradientTape() as tape:
                value = self.value(penalty, generator, discriminator, *data)
            return Result([value], gradients(tape, value, weights), [])

        return run

    @staticmethod
    def remember_something(penalty):
        for variable in penalty.memory.variables if penalty.memory else ():
            variable.assign(np.full(variable.shape, 0.5))

    @staticmethod
    def value(penalty, generator, discriminator, real, fake, latents):
        if penalty.player == "generator":
            return penalty.compute(generator, latents, seed=SEED)[0]
        known = {"generator": generator, "latents": latents}
        return penalty.compute(discriminator, real, fake, seed=SEED, **known)[0]

    def saved_and_loaded(self, folder):
        penalty = self.make()
        of_generator = penalty.player == "generator"
        gan = GAN(*testing.mlp_networks(IMAGE_SHAPE), testing.LATENT_DIM)
        option = "generator_penalties" if of_generator else "penalties"
        gan.compile(loss="hinge", **{option: [penalty]})
        self.remember_something(penalty)
        before = self.prepare(penalty)().values
        gan.save(folder / "gan.keras")
        gan = keras.saving.load_model(folder / "gan.keras")
        [loaded] = getattr(gan, option)
        return zip(before, self.prepare(loaded)().values)
