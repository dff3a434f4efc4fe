"""Spectral normalization: sigma against the SVD, gradients against the analytic ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, normal

from tfgan_suite.layers import SpectralNormalization

K = keras.layers
# (layer, shape of a batch, axes of the kernel that make the columns of its matrix)
WRAPPED = {
    "dense": (lambda **k: K.Dense(5, **k), (4, 7), (1,)),
    "conv1d": (lambda **k: K.Conv1D(5, 3, **k), (2, 6, 3), (2,)),
    "conv2d": (lambda **k: K.Conv2D(5, 3, strides=2, **k), (2, 6, 6, 3), (3,)),
    "transposed": (lambda **k: K.Conv2DTranspose(5, 3, 2, **k), (2, 4, 4, 3), (2,)),
    "depthwise": (lambda **k: K.DepthwiseConv2D(3, depth_multiplier=2, **k), (2, 5, 5, 3), (2, 3)),
    "embedding": (lambda **k: K.Embedding(6, 5, **k), (4,), (1,)),
}


def wrapped(name, **kwargs):
    make, shape, columns = WRAPPED[name]
    layer = SpectralNormalization(make(**kwargs), seed=3)
    x = np.arange(4) if name == "embedding" else normal(*shape).astype("float32")
    layer(x)
    weight = layer.layer.embeddings if name == "embedding" else layer.layer.kernel
    return layer, x, weight, columns


def matrix(kernel, columns):
    kernel = array(kernel)
    rows = [axis for axis in range(kernel.ndim) if axis not in columns]
    size = int(np.prod([kernel.shape[axis] for axis in columns]))
    return np.transpose(kernel, [*rows, *columns]).reshape(-1, size)


@pytest.mark.parametrize("name", WRAPPED)
def test_sigma_is_the_largest_singular_value_after_warm_up(name):
    layer, x, weight, columns = wrapped(name)
    for _ in range(60):
        layer.normalized_kernel(training=True)
    largest = np.linalg.svd(matrix(weight, columns), compute_uv=False)[0]
    assert float(layer.sigma()) == pytest.approx(largest, rel=0.01)
    # The layer computes with a kernel of norm 1.
    normalized = matrix(layer.normalized_kernel(), columns)
    assert np.linalg.svd(normalized, compute_uv=False)[0] == pytest.approx(1.0, rel=0.01)


def power_iteration(m, u, iterations=1):
    """Algorithm 1 of the paper: the new u, v, and sigma."""
    for _ in range(iterations):
        v = m @ u / np.linalg.norm(m @ u)
        u = m.T @ v / np.linalg.norm(m.T @ v)
    return u, v, v @ m @ u


@pytest.mark.parametrize("name", WRAPPED)
def test_training_output_is_that_of_the_layer_with_the_kernel_divided(name):
    layer, x, weight, columns = wrapped(name)
    before = array(weight)
    u, _, sigma = power_iteration(matrix(before, columns), array(layer.u)[0])
    y = layer(x, training=True)
    plain = WRAPPED[name][0]()
    plain.build(x.shape)
    (plain.embeddings if name == "embedding" else plain.kernel).assign(before / sigma)
    np.testing.assert_allclose(array(y), array(plain(x)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(array(layer.u)[0], u, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(array(weight), before)


@pytest.mark.parametrize("iterations", [1, 3])
def test_gradient_is_the_analytic_one(iterations):
    dense = K.Dense(5, use_bias=False, dtype="float64")
    layer = SpectralNormalization(dense, power_iterations=iterations)
    x, c = normal(4, 7), normal(4, 5, seed=1)
    layer.build(x.shape)
    w = array(dense.kernel)
    u, v, sigma = power_iteration(w, array(layer.u)[0], iterations)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x, training=True) * c)
    gradient = array(tape.gradient(loss, dense.kernel.value))
    # Eq. 12: the gradient of W_bar, less its component along u v^T.
    g = x.T @ c
    expected = (g - np.sum(g * w / sigma) * np.outer(v, u)) / sigma
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", WRAPPED)
def test_inference_changes_no_weight_and_training_only_u(name):
    layer, x, _, _ = wrapped(name)
    before = {w.path: array(w) for w in layer.weights}
    layer(x, training=False)
    assert all(np.array_equal(array(w), before[w.path]) for w in layer.weights)
    layer(x, training=True)
    changed = [w.path for w in layer.weights if not np.array_equal(array(w), before[w.path])]
    assert changed == [layer.u.path]


def test_zero_kernel_stays_zero_and_recovers():
    layer = SpectralNormalization(K.Dense(3, kernel_initializer="zeros"))
    x = normal(2, 4).astype("float32")
    with tf.GradientTape() as tape:
        y = layer(x, training=True)
    np.testing.assert_array_equal(array(y), 0.0)
    assert np.isfinite(array(tape.gradient(y, layer.layer.kernel.value))).all()
    layer.layer.kernel.assign(normal(4, 3))
    for _ in range(30):
        layer(x, training=True)
    assert float(layer.sigma()) == pytest.approx(np.linalg.norm(normal(4, 3), 2), rel=0.01)


def test_sigma_is_float32_under_mixed_precision():
    # Squares of these weights are 0 in float16.
    layer = SpectralNormalization(K.Dense(5, use_bias=False, dtype="mixed_float16"), seed=1)
    x = normal(4, 7).astype("float16")
    layer.build(x.shape)
    w = 1e-5 * normal(7, 5, seed=1)
    layer.layer.kernel.assign(w)
    for _ in range(60):
        y = layer(x, training=True)
    assert y.dtype == tf.float16
    expected = array(x) @ (w / np.linalg.norm(w, 2))
    np.testing.assert_allclose(array(y), expected, rtol=0.01, atol=0.01)


def test_sigma_is_float32_inside_of_a_mixed_precision_model():
    layer = SpectralNormalization(K.Dense(5, use_bias=False, dtype="mixed_float16"), seed=1)
    inputs = keras.Input((7,))
    model = keras.Model(inputs, layer(K.Dense(7, dtype="mixed_float16")(inputs)))
    layer.layer.kernel.assign(1e-5 * normal(7, 5, seed=1))
    for _ in range(60):
        model(normal(4, 7), training=True)
    assert float(layer.sigma()) == pytest.approx(
        1e-5 * np.linalg.norm(normal(7, 5, seed=1), 2), rel=0.01
    )


def test_two_replicas_keep_the_u_of_one(two_replicas):
    alone = SpectralNormalization(K.Dense(3, kernel_initializer="ones"), seed=2)
    x = normal(4, 5).astype("float32")
    alone(x, training=True)
    with two_replicas.scope():
        layer = SpectralNormalization(K.Dense(3, kernel_initializer="ones"), seed=2)
        layer.build((4, 5))
    tf.function(lambda: two_replicas.run(lambda: layer(x[:2], training=True)))()
    copies = [array(v) for v in two_replicas.experimental_local_results(layer.u.value)]
    assert len(copies) == 2
    for copy in copies:
        np.testing.assert_allclose(copy, array(alone.u), rtol=1e-6)


@pytest.mark.parametrize(
    "layer", [K.SeparableConv2D(3, 3), K.ReLU(), K.Dense(3, activity_regularizer="l2")]
)
def test_layers_that_cannot_be_normalized_are_named(layer):
    with pytest.raises(ValueError, match="Received: layer=<"):
        SpectralNormalization(layer).build((None, 8, 8, 3))


def test_power_iterations_must_be_positive():
    with pytest.raises(ValueError, match="power_iterations=0"):
        SpectralNormalization(K.Dense(3), power_iterations=0)
