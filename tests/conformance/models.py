"""The kinds of cases that are models or parts of them: layers, networks, trainers."""

import functools
import math

import keras
import numpy as np
import tensorflow as tf
from kinds import Case, Result, gradients, part

from tfgan_suite import testing
from tfgan_suite.export import export
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior
from tfgan_suite.served_part import ServedPart

LATENT_DIM = 5
LABELS = np.array([2, 0, 1, 1], "int32")


def array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor), "float64")


def served(part, folder):
    """What the exported generator of a trainer, or of a served part, makes, and of what."""
    latents = part.generator.inputs[0]
    given = {"latents": tf.constant(testing.points(3, latents.shape[1]))}
    if len(part.generator.inputs) > 1:
        given["labels"] = tf.constant([0, 1, 2], tf.int64)
    signatures = tf.saved_model.load(str(export(part, folder))).signatures
    inputs = list(given.values())
    (made,) = signatures["serving_default"](**given).values()
    return made, inputs if inputs[1:] else inputs[0]


def made_of(latents, like, seed):
    """Symbolic rows of latents as something of the shape and kind of an array."""
    kernel = keras.initializers.GlorotUniform(seed=seed)
    if np.issubdtype(like.dtype, np.integer):
        scores = keras.layers.Dense(int(like.max()) + 1, kernel_initializer=kernel)(latents)
        return keras.ops.cast(keras.ops.argmax(scores, axis=-1), "int32")
    x = keras.layers.Dense(math.prod(like.shape[1:]), kernel_initializer=kernel)(latents)
    return keras.layers.Reshape(like.shape[1:])(x)


class RowsCase(Case):
    """What gives something for each row of a batch.

    Args:
        make: function of nothing that gives it.
        *inputs: arrays to call it with.
    """

    per_row = True

    def __init__(self, make, *inputs):
        super().__init__(make)
        self.inputs = inputs

    def call(self, thing, inputs, training):
        return tf.nest.flatten(thing(inputs if len(inputs) > 1 else inputs[0], training=training))

    def differentiated(self, thing, weights, inputs, training):
        floats = [x for x in inputs if x.dtype.is_floating]
        with tf.GradientTape() as tape:
            tape.watch(floats)
            outputs = self.call(thing, inputs, training)
        found = gradients(tape, outputs[0], [*weights, *floats])
        return Result(outputs, found[: len(weights)], found[len(weights) :])

    @staticmethod
    def joined(first, second):
        values = [np.concatenate([a, b]) for a, b in zip(first.values, second.values)]
        return Result(values, [a + b for a, b in zip(first.weights, second.weights)], [])

    def saved_and_loaded(self, folder):
        model = self.model()
        model.save(folder / "model.keras")
        loaded = keras.saving.load_model(folder / "model.keras")
        inputs = [tf.constant(x) for x in self.inputs]
        before, after = (self.call(m, inputs, False) for m in (model, loaded))
        for symbolic, y in zip(loaded.outputs, after, strict=True):
            assert symbolic.shape[1:] == tuple(y.shape)[1:]
        return zip(before, after, strict=True)

    @staticmethod
    def exported_and_loaded(cases, folder):
        latents, outputs = keras.Input((LATENT_DIM,)), []
        for index, case in enumerate(cases.values()):
            inputs = [made_of(latents, x, seed) for seed, x in enumerate(case.inputs)]
            thing = case.made()
            thing.name = f"case_{index}"  # names must differ within a model
            y = tf.nest.flatten(thing(inputs if len(inputs) > 1 else inputs[0]))[0]
            y = keras.ops.reshape(y, (-1, math.prod(y.shape[1:])) if case.per_row else (1, -1))
            outputs.append(y + keras.ops.zeros_like(latents[:, :1]))
        generator = keras.Model(latents, keras.ops.concatenate(outputs, axis=1))
        part = ServedPart(generator, infer(generator, prior=LatentPrior(LATENT_DIM)))
        images, z = served(part, folder)
        ends = np.cumsum([y.shape[1] for y in outputs])[:-1]
        pairs = zip(np.split(generator(z), ends, axis=1), np.split(images, ends, axis=1))
        return dict(zip(cases, pairs, strict=True))


class Layer(RowsCase):
    """A layer.

    Args:
        make: function of nothing that gives it, under the policy of the moment.
        *inputs: arrays to call it with; the first axis of the first is the batch.
        of_its_batch: why two replicas differ from one in training, or "".
        rows: the inputs whose first axis is the batch.
        per_row: whether it has a result for each row of the batch.
    """

    gives_float32 = False
    half_tolerance = 0.03

    def __init__(self, make, *inputs, of_its_batch="", rows=(0, 1), per_row=True):
        super().__init__(make, *inputs)
        self.modes = (False,) if of_its_batch else (False, True)
        self.rows, self.per_row = rows, per_row

    def made(self):
        """The layer, with weights that are not initial: gates that start at 0 are open."""
        keras.utils.set_random_seed(1)
        layer = self.make()
        shapes = [x.shape for x in self.inputs]
        layer.build(shapes if len(shapes) > 1 else shapes[0])
        for weight in layer.trainable_weights:
            if not np.any(array(weight)):
                weight.assign(np.full(weight.shape, 0.25))
        return layer

    def prepare(self, thing=None):
        layer = thing or self.made()
        weights = [v.value for v in layer.trainable_variables]

        def run(index=None, training=True):
            inputs = [part(x, index if i in self.rows else None) for i, x in enumerate(self.inputs)]
            return self.differentiated(layer, weights, inputs, training)

        return run

    def on_two_replicas(self, strategy):
        for both, alone in super().on_two_replicas(strategy):
            # What comes behind the first output belongs to no row.
            yield both._replace(values=both.values[:1]), alone._replace(values=alone.values[:1])

    def joined(self, first, second):
        if self.per_row:
            return super().joined(first, second)
        np.testing.assert_array_equal(first.values[0], second.values[0])
        return first

    def model(self):
        """A model of the layer alone, whose state has moved."""
        layer = self.made()
        self.call(layer, [tf.constant(x) for x in self.inputs], True)
        inputs = [keras.Input(x.shape[1:], dtype=x.dtype) for x in self.inputs]
        return keras.Model(inputs, layer(inputs if len(inputs) > 1 else inputs[0]))


class Network(RowsCase):
    """A network of latents or images, perhaps with labels of three classes, run as at inference."""

    def __init__(self, make):
        first, *labels = make().inputs
        inputs = [testing.images(4, first.shape[1:]), *(LABELS for _ in labels)]
        super().__init__(make, *inputs)

    def made(self):
        return self.make()

    def model(self):
        return self.make()

    def prepare(self, thing=None):
        network = thing or self.make()
        weights = [v.value for v in network.trainable_variables]

        def run(index=None, training=True):
            inputs = [part(x, index) for x in self.inputs]
            return self.differentiated(network, weights, inputs, False)

        return run


class Trainer(Case):
    """A compiled trainer of vectors with two components, perhaps with labels of three classes."""

    BATCH, STEPS = 4, 2
    half_tolerance = None

    def data(self, trainer, steps, seed=0):
        """Vectors for a number of steps, and their labels or None."""
        x = testing.points(steps * self.BATCH * trainer.discriminator_steps, seed=seed)
        labels = np.arange(len(x), dtype="int32") % 3
        return x, labels if len(trainer.generator.inputs) > 1 else None

    def fit(self, trainer, seed=0):
        """Trains, and returns networks and losses."""
        data = self.data(trainer, self.STEPS, seed)
        history = trainer.fit(*data, batch_size=self.BATCH, shuffle=False, verbose=0).history
        return Result([*self.networks(trainer), history["d_loss"], history["g_loss"]], [], [])

    @staticmethod
    def networks(trainer):
        networks = [trainer.generator, trainer.discriminator, trainer.ema_generator]
        return [testing.vector(network) for network in networks if network]

    def trainer(self, **compile_options):
        trainer = self.make()
        trainer.compile_from_config({**trainer.get_compile_config(), **compile_options})
        return trainer

    @functools.cache  # noqa: B019
    def eager(self, training=True):
        return self.fit(self.trainer(run_eagerly=True))

    def compiled(self, jit_compile):
        return self.fit(self.trainer(jit_compile=jit_compile))

    def half(self, dtype):
        keras.config.set_dtype_policy(f"mixed_{dtype}")
        return self.fit(self.trainer(run_eagerly=True)).values, None, []

    def on_two_replicas(self, strategy):
        with strategy.scope():
            trainer = self.make()
        yield self.fit(trainer), self.eager()

    def saved_and_loaded(self, folder):
        trainer = self.trainer(run_eagerly=True)
        self.fit(trainer)
        trainer.save(folder / "trainer.keras")
        loaded = keras.saving.load_model(folder / "trainer.keras")
        return zip(*(self.fit(t, seed=1).values for t in (trainer, loaded)), strict=True)

    @staticmethod
    def exported_and_loaded(cases, folder):
        pairs = {}
        for name, case in cases.items():
            trainer = case.trainer(run_eagerly=True)
            case.fit(trainer)
            images, inputs = served(trainer, folder / name)
            pairs[name] = trainer(inputs), images
        return pairs
