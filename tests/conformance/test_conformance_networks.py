"""What every network must do, whatever its architecture."""

import cases
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing

EVERY = pytest.mark.parametrize("name", cases.NETWORKS)


def inputs(network, rows=4):
    """What to call the network with: a tensor, or a list where it has several inputs."""
    result = [
        tf.constant(testing.images(rows, tuple(x.shape[1:]), seed=i))
        for i, x in enumerate(network.inputs)
    ]
    return result if len(result) > 1 else result[0]


def assert_close(ours, expected, tolerance=1e-5):
    for a, b in zip(tf.nest.flatten(ours), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@EVERY
def test_it_is_a_built_functional_model(name):
    network = cases.NETWORKS[name]()
    assert network.built
    assert network.inputs and network.outputs
    assert all(x.shape[0] is None for x in [*network.inputs, *network.outputs])


@EVERY
def test_a_clone_and_a_saved_network_compute_the_same(name, tmp_path):
    network = cases.NETWORKS[name]()
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    x = inputs(network)
    assert_close(loaded(x), network(x))
    assert_close(clone(x), network(x))


@EVERY
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "xla"])
def test_compiled_equals_eager_with_its_gradients(name, jit_compile):
    network = cases.NETWORKS[name]()
    weights = [v.value for v in network.trainable_variables]

    def run(x):
        with tf.GradientTape() as tape:
            y = network(x, training=False)
        return tf.nest.flatten([y, tape.gradient(y, weights, unconnected_gradients="zero")])

    x = inputs(network)
    assert_close(tf.function(run, jit_compile=jit_compile)(x), run(x), 1e-4)


@EVERY
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_gives_finite_float32(name, dtype):
    keras.config.set_dtype_policy(f"mixed_{dtype}")
    network = cases.NETWORKS[name]()
    for output in tf.nest.flatten(network(inputs(network))):
        assert output.dtype == tf.float32
        assert np.isfinite(output).all()


@EVERY
def test_two_replicas_compute_what_one_does(name, two_replicas):
    with two_replicas.scope():
        network = cases.NETWORKS[name]()
    x = inputs(network)

    def step():
        i = 2 * tf.distribute.get_replica_context().replica_id_in_sync_group
        return network(tf.nest.map_structure(lambda t: t[i : i + 2], x), training=False)

    halves = tf.function(lambda: two_replicas.run(step))()
    whole = np.concatenate(two_replicas.experimental_local_results(halves))
    assert_close(whole, cases.NETWORKS[name]()(x))


@EVERY
def test_a_seed_gives_the_same_weights(name):
    assert testing.same(cases.NETWORKS[name](), cases.NETWORKS[name]())
