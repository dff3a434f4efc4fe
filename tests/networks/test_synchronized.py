"""Synchronized BatchNorm in any network: values, gradients and statistics of one device."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import networks, testing

K = keras.layers
X = testing.points(8, 3)


def nested():
    inner_in = keras.Input((4,))
    inner = keras.Model(inner_in, K.BatchNormalization(momentum=0.5)(inner_in))
    x = keras.Input((3,))
    y = K.BatchNormalization(momentum=0.5)(K.Dense(4, "tanh")(x))
    return keras.Model(x, K.Dense(2)(inner(y)))


def double(model):
    """The same in float64, where only another formula could differ."""
    keras.config.set_floatx("float64")
    try:
        copy = keras.models.clone_model(
            model, clone_function=lambda layer: type(layer).from_config(
                {**layer.get_config(), "dtype": "float64"}
            ), recursive=True,
        )  # fmt: skip
    finally:
        keras.config.set_floatx("float32")
    copy.set_weights(model.get_weights())
    return copy


def calculated(model, rows):
    with tf.GradientTape() as tape:
        tape.watch(rows)
        y = model(rows, training=True)
        # No mean over rows: its gradient through a normalization would vanish.
        loss = tf.reduce_mean(tf.reduce_sum(tf.sin(3.0 * y), axis=1))
    return y, tape.gradient(loss, [*(v.value for v in model.trainable_variables), rows])


@pytest.mark.parametrize("make", [nested], ids=["nested"])
def test_values_gradients_and_statistics_are_those_of_all_rows(make, two_replicas):
    keras.utils.set_random_seed(1)
    plain = double(make())
    y, (*expected, by_rows) = calculated(plain, tf.constant(X, tf.float64))
    with two_replicas.scope():
        keras.utils.set_random_seed(1)
        both = networks.synchronized(double(make()))

    def step():
        index = tf.distribute.get_replica_context().replica_id_in_sync_group
        rows = tf.reshape(tf.constant(X, tf.float64), [2, 4, 3])[index]
        return calculated(both, rows)

    results = tf.function(lambda: two_replicas.run(step))()
    local = tf.nest.map_structure(two_replicas.experimental_local_results, results)
    values, (*found, of_rows) = local
    np.testing.assert_allclose(np.concatenate(values), y, rtol=1e-9)
    # The loss of each is a mean over half of the rows.
    np.testing.assert_allclose(np.concatenate(of_rows) / 2, by_rows, rtol=1e-9, atol=1e-12)
    for gradients, gradient in zip(found, expected, strict=True):
        np.testing.assert_allclose(sum(gradients) / 2, gradient, rtol=1e-9, atol=1e-12)
    for variable, same in zip(both.non_trainable_variables, plain.non_trainable_variables):
        for copy in two_replicas.experimental_local_results(variable.value):
            np.testing.assert_allclose(copy, same, rtol=1e-9)


def test_a_copy_has_the_weights_and_name_and_the_original_is_left_alone():
    model = nested()
    model.layers[-1].kernel.assign(model.layers[-1].kernel + 1.0)
    copy = networks.synchronized(model)
    assert copy.name == model.name
    np.testing.assert_array_equal(copy(X), model(X))
    kinds = [
        [layer.synchronized for layer in m._flatten_layers() if hasattr(layer, "synchronized")]
        for m in (copy, model)
    ]
    assert kinds == [[True, True], [False, False]]


def test_on_one_device_it_changes_nothing():
    model = nested()
    copy = networks.synchronized(model)
    y, expected = (network(X, training=True) for network in (copy, model))
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_conditional_normalization_is_synchronized_too():
    generator = networks.dcgan.build_generator(
        16, 1, 3, 2, num_classes=3, condition="batch_norm", seed=1
    )
    copy = networks.synchronized(generator)
    kinds = [type(x).__name__ for x in copy.layers if getattr(x, "normalization", None)]
    assert set(kinds) == {"ConditionalBatchNormalization"}
    assert all(x.get_config()["synchronized"] for x in copy.layers if "batch_norm" in x.name)
    assert all(
        x.normalization.synchronized for x in copy.layers if hasattr(x, "normalization")
    )


def test_a_network_without_batch_normalization_is_refused():
    with pytest.raises(ValueError, match="no batch normalization.*network='mlp_generator'"):
        networks.synchronized(networks.mlp.build_generator((2,), 3, (4,)))
