"""Generators that must not be served are refused before anything is written."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.export.tracing import trace
from tfgan_suite.interface import Interface
from tfgan_suite.latents import LatentPrior
from tfgan_suite.modalities import Vector


@pytest.fixture
def refused(make_trainer, export, tmp_path):
    """Exports a generator, expecting a ValueError and an untouched disk; returns the message."""

    def refuse(generator):
        trainer = make_trainer()
        trainer.generator = generator
        with pytest.raises(ValueError) as caught:
            export(trainer, tmp_path / "models")
        assert not (tmp_path / "models").exists()
        return str(caught.value)

    return refuse


def around(layer):
    """A generator with `layer` (any function of a tensor) in its middle."""
    latents = keras.Input((6,))
    return keras.Model(latents, keras.layers.Dense(3)(layer(keras.layers.Dense(4)(latents))))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_weight_is_named(refused, value):
    generator = around(keras.layers.BatchNormalization(name="norm"))
    statistics = generator.get_layer("norm").moving_mean
    statistics.assign([0.0, value, 0.0, 0.0])
    message = refused(generator)
    assert statistics.path in message and "1 of 4" in message


def test_latents_too_large_for_the_generator_are_refused():
    generator = around(lambda x: 1e3 * x)
    _, functions = trace(generator, Interface(LatentPrior(6), Vector(3)), max_rows=8)
    latents = np.zeros([3, 6], np.float32)
    assert functions["serving_default"](tf.constant(latents))["vectors"].shape == (3, 3)
    latents[1] = 3.4e38
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"made of it is finite.*\[1\]"):
        functions["serving_default"](tf.constant(latents))


class KerasNoise(keras.layers.Layer):
    """Noise at inference too, from a seed which is a variable."""

    def __init__(self):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x):
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed_generator)


class TensorFlowNoise(keras.layers.Layer):
    def call(self, x):
        return x + tf.random.normal(tf.shape(x))


class CallsPython(keras.layers.Layer):
    def call(self, x):
        return tf.ensure_shape(tf.numpy_function(lambda value: value, [x], x.dtype), [None, 4])


class Counts(keras.layers.Layer):
    """Holds a variable that Keras does not know."""

    def __init__(self, assign):
        super().__init__()
        self.counter, self.assign = tf.Variable(0.0, name="counter"), assign

    def call(self, x):
        return x + (self.counter.assign_add(1.0) if self.assign else self.counter)


@pytest.mark.parametrize(
    ("layer", "op"),
    [(KerasNoise, "StatelessRandomNormal"), (TensorFlowNoise, "RandomStandardNormal"),
     (CallsPython, "PyFunc"), (lambda: Counts(assign=True), "AssignAddVariableOp")],
)
def test_forbidden_operation_is_named(refused, layer, op):
    assert op in refused(around(layer()))


def test_foreign_variable_is_named(refused):
    assert "counter" in refused(around(Counts(assign=False)))


def test_two_conditions_of_one_key(refused):
    inputs = [keras.Input((6,)) for _ in range(3)]
    message = refused(keras.Model(inputs, keras.layers.Add()(inputs)))
    assert "Received: conditions with the keys ['condition', 'condition']" in message


def test_a_condition_of_no_known_kind(refused):
    latents, rows = keras.Input((6,)), keras.Input((2, 6))
    x = keras.layers.Add()([latents, keras.layers.GlobalAveragePooling1D()(rows)])
    assert "of shape (None, 2, 6)" in refused(keras.Model([latents, rows], x))


def test_fixed_batch_size(refused):
    latents = keras.Input((6,), batch_size=8)
    assert "(8, 6)" in refused(keras.Model(latents, keras.layers.Dense(3)(latents)))


def test_other_latent_dim(refused):
    latents = keras.Input((7,))
    message = refused(keras.Model(latents, keras.layers.Dense(3)(latents)))
    assert "latent_dim=6" in message and "(None, 7)" in message


def test_model_without_a_graph(refused):
    class Generator(keras.Model):
        def call(self, latents):
            return latents

    assert "functional keras.Model" in refused(Generator())


def test_bare_generator_has_no_prior(export, trainer, tmp_path):
    with pytest.raises(TypeError, match="`generator`"):
        export(trainer.generator, tmp_path)


def test_state_of_keras_layers_is_left_alone(make_trainer, export, tmp_path):
    """A Keras layer that counts its calls is servable: the updates are dropped."""

    class Counter(keras.layers.Layer):
        def build(self, shape):
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.calls.assign_add(1.0)
            return x

    trainer = make_trainer()
    layer = Counter()
    trainer.generator, trainer.latent_prior = around(layer), LatentPrior(6)
    before = layer.calls.numpy()
    function = tf.saved_model.load(export(trainer, tmp_path)).signatures["serving_default"]
    first, second = (function(latents=tf.ones([2, 6]))["vectors"].numpy() for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert layer.calls.numpy() == before
