"""What every layer must do, whatever it computes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from layer_cases import CASES
from oracles import array

from tfgan_suite import layers

EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def arrays(outputs):
    return [array(t) for t in tf.nest.flatten(outputs)]


def built(case, policy="float32"):
    """The layer, with weights that are not initial: gates that start at 0 are open."""
    keras.utils.set_random_seed(1)
    layer = case.make(policy)
    layer.build(tf.nest.map_structure(lambda t: t.shape, case.inputs))
    for weight in layer.trainable_weights:
        if not np.any(array(weight)):
            weight.assign(np.full(weight.shape, 0.25))
    return layer


def assert_same(ours, expected, tolerance=1e-5):
    for a, b in zip(arrays(ours), arrays(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def test_every_public_layer_has_a_case():
    made = {type(case.make("float32")).__name__ for case in CASES.values()}
    assert made == {name for name in layers.__all__ if isinstance(getattr(layers, name), type)}


@EVERY
@pytest.mark.parametrize("jit_compile", [False, True])
def test_training_in_a_graph_gives_values_of_eager_mode_and_finite_gradients(case, jit_compile):
    expected = built(case)(case.inputs, training=True)
    layer = built(case)

    @tf.function(jit_compile=jit_compile)
    def run(inputs):
        floats = [t for t in tf.nest.flatten(inputs) if t.dtype.is_floating]
        weights = [w.value for w in layer.trainable_weights]
        with tf.GradientTape() as tape:
            tape.watch(floats)
            outputs = layer(inputs, training=True)
        gradients = tape.gradient(outputs, floats + weights, unconnected_gradients="zero")
        return outputs, [tf.convert_to_tensor(g) for g in gradients]

    outputs, gradients = run(tf.nest.map_structure(tf.constant, case.inputs))
    assert_same(outputs, expected, 1e-4)
    assert all(np.isfinite(g).all() for g in arrays(gradients))


@EVERY
def test_saved_and_loaded_in_a_model_it_gives_the_same(case, tmp_path):
    layer = built(case)
    layer(case.inputs, training=True)  # so that all state has moved
    inputs = tf.nest.map_structure(lambda t: keras.Input(t.shape[1:], dtype=t.dtype), case.inputs)
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(loaded(case.inputs), model(case.inputs), 1e-6)
    for symbolic, actual in zip(model.outputs, tf.nest.flatten(model(case.inputs)), strict=True):
        assert symbolic.shape[1:] == tuple(actual.shape)[1:]


@EVERY
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_low_precision_is_finite_and_near_float32(case, policy):
    layer = built(case, policy)
    assert all(np.isfinite(a).all() for a in arrays(layer(case.inputs, training=True)))
    assert all(w.dtype != policy.removeprefix("mixed_") for w in layer.weights)
    outputs = built(case, policy)(case.inputs)
    for a, b in zip(arrays(outputs), arrays(built(case)(case.inputs)), strict=True):
        assert np.abs(a - b).max() <= 0.03 * max(1.0, np.abs(b).max())


@EVERY
@pytest.mark.parametrize("training", [False, True])
def test_two_replicas_give_what_one_gives(case, training, two_replicas):
    if training and case.of_its_batch:
        pytest.skip("its statistics are those of the replica's own batch, as documented")
    expected = tf.nest.flatten(built(case)(case.inputs, training=training))[0]
    with two_replicas.scope():
        layer = built(case)
    inputs = case.inputs if isinstance(case.inputs, list) else [case.inputs]

    @tf.function
    def run():
        def part():
            index = tf.distribute.get_replica_context().replica_id_in_sync_group
            mine = [
                tf.reshape(t, [2, len(t) // 2, *t.shape[1:]])[index] if i in case.rows or not i
                else tf.constant(t)
                for i, t in enumerate(inputs)
            ]  # fmt: skip
            y = layer(mine if len(mine) > 1 else mine[0], training=training)
            return tf.nest.flatten(y)[0]

        return two_replicas.run(part)

    parts = [array(p) for p in two_replicas.experimental_local_results(run())]
    if not case.rows:  # the same everywhere
        np.testing.assert_array_equal(parts[0], parts[1])
        parts = parts[:1]
    np.testing.assert_allclose(np.concatenate(parts), array(expected), rtol=1e-4, atol=1e-4)
