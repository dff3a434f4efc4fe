"""Batch normalization by the fused operation, against its formula and against Keras's layer."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, maps, normal, randomize

from tfgan_suite import layers

X = 3.0 + 2.0 * maps(6, 5, 4, 8)


def built(layer, shape=X.shape):
    layer.build(shape)
    return randomize(layer)


@pytest.mark.parametrize("shape", [(6, 5, 4, 8), (1, 1, 2, 3)])
def test_values_are_those_of_the_formula(shape):
    x = 3.0 + maps(*shape)
    layer = built(layers.BatchNormalization(epsilon=1e-5), shape)
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    expected = array(layer.gamma) * (x - mean) / np.sqrt(variance + 1e-5) + array(layer.beta)
    y = layer(x.astype("float32"), training=True)
    np.testing.assert_allclose(array(y), expected, rtol=1e-4, atol=1e-5)


def test_moving_statistics_take_the_biased_variance():
    layer = built(layers.BatchNormalization(momentum=0.9))
    before = [array(layer.moving_mean), array(layer.moving_variance)]
    layer(X.astype("float32"), training=True)
    for old, moving, value in zip(
        before, (layer.moving_mean, layer.moving_variance), (X.mean((0, 1, 2)), X.var((0, 1, 2)))
    ):
        np.testing.assert_allclose(array(moving), 0.9 * old + 0.1 * value, rtol=1e-5)


def gradients(layer, x, order):
    """Of a nonlinear function of the output by the input and all trainable weights."""
    target = tf.constant(normal(*x.shape, seed=9), x.dtype)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.cast(tf.square(layer(x, training=True) - target), tf.float32))
        if order == 2:
            loss = tf.reduce_sum(tf.square(tape.gradient(loss, x)))
    return [array(g) for g in outer.gradient(loss, [x, *layer.trainable_variables])]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("options", [{}, {"scale": False, "center": False}, {"center": False}])
def test_derivatives_are_those_of_keras_in_float64(order, options):
    fused = built(layers.BatchNormalization(**options))
    precise = keras.layers.BatchNormalization(dtype="float64", **options)
    precise.build(X.shape)
    precise.set_weights(fused.get_weights())
    found = gradients(fused, tf.constant(X, tf.float32), order)
    for value, expected in zip(found, gradients(precise, tf.constant(X), order), strict=True):
        tolerance = 1e-5 + 2e-4 * np.abs(expected).max()
        np.testing.assert_allclose(value, expected, rtol=2e-3, atol=tolerance)


def operations(layer, dtype=tf.float32, shape=X.shape, **options):
    """Types of the operations of a training call."""
    function = tf.function(lambda x: layer(x, training=True, **options))
    graph = function.get_concrete_function(tf.TensorSpec(shape, dtype)).graph
    return {op.type for op in graph.get_operations()}


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_feature_maps_take_the_fused_operation(dtype):
    layer = built(layers.BatchNormalization(dtype=dtype))
    found = operations(layer, tf.as_dtype(layer.compute_dtype))
    assert "FusedBatchNormV3" in found
    assert "SquaredDifference" not in found


@pytest.mark.parametrize(
    "options, shape, dtype",
    [
        ({}, (6, 8), "float32"),  # after a dense layer
        ({"dtype": "float64"}, X.shape, "float64"),
        ({"synchronized": True}, X.shape, "float32"),
        ({"axis": 1}, X.shape, "float32"),
        ({"renorm": True}, X.shape, "float32"),
    ],
)
def test_the_rest_is_left_to_keras(options, shape, dtype):
    layer = layers.BatchNormalization(**options)
    layer.build(shape)
    assert "FusedBatchNormV3" not in operations(layer, tf.as_dtype(dtype), shape)


def test_a_frozen_layer_uses_and_keeps_its_moving_statistics():
    layer = built(layers.BatchNormalization())
    layer.trainable = False
    before = layer.get_weights()
    y = layer(X.astype("float32"), training=True)
    np.testing.assert_array_equal(array(y), array(layer(X.astype("float32"), training=False)))
    for old, new in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(old, new)


def test_bfloat16_is_normalized_in_float32():
    x = tf.cast(1000.0 + X, tf.bfloat16)  # whose mean bfloat16 could not hold
    layer = layers.BatchNormalization(dtype="mixed_bfloat16")
    layer.build(X.shape)
    y = layer(x, training=True)
    assert y.dtype == tf.bfloat16
    exact = array(x)
    expected = (exact - exact.mean((0, 1, 2))) / np.sqrt(exact.var((0, 1, 2)) + layer.epsilon)
    np.testing.assert_allclose(array(y), expected, atol=0.01, rtol=0.01)
