"""Multilayer perceptrons: against NumPy, shapes, seeds, refusals."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing
from tfgan_suite.networks import mlp

ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x: np.where(x > 0.0, x, 0.2 * x),
    "tanh": np.tanh,
    # Five pieces: hidden unit i is the largest of the linear functions i, i + units, ...
    "maxout": lambda x: x.reshape(len(x), 5, -1).max(axis=1),
}


def forward(network, x, activation, output=lambda x: x):
    """What the network computes, in float64, from its kernels and biases in their order."""
    values = [v.numpy().astype("float64") for v in network.variables]
    pairs = list(zip(values[::2], values[1::2], strict=True))
    x = x.reshape(len(x), -1).astype("float64")
    for kernel, bias in pairs[:-1]:
        x = ACTIVATIONS[activation](x @ kernel + bias)
    kernel, bias = pairs[-1]
    return output(x @ kernel + bias)


def with_biases(network):
    """Gives the biases, which begin at zero, other values."""
    rng = np.random.default_rng(0)
    weights = network.get_weights()
    network.set_weights([w if w.ndim > 1 else rng.normal(size=w.shape) for w in weights])
    return network


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_generator_of_vectors_equals_numpy(activation):
    g = with_biases(mlp.build_generator((2,), 3, (6, 5), activation=activation))
    z = testing.points(7, 3)
    np.testing.assert_allclose(g(z), forward(g, z, activation), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_discriminator_equals_numpy(activation):
    d = with_biases(mlp.build_discriminator((4, 3, 2), (6, 5), activation=activation))
    x = testing.images(7, (4, 3, 2))
    np.testing.assert_allclose(d(x), forward(d, x, activation), rtol=1e-4, atol=1e-5)


def test_generated_images_are_a_tanh():
    g = with_biases(mlp.build_generator((4, 3, 2), 3, (6,)))
    z = 10.0 * testing.points(7, 3)
    expected = forward(g, z, "relu", np.tanh).reshape(7, 4, 3, 2)
    np.testing.assert_allclose(g(z), expected, rtol=1e-4, atol=1e-5)
    assert np.abs(g(z)).max() <= 1.0


def test_another_output_activation():
    g = with_biases(mlp.build_generator((2,), 3, (6,), output_activation="sigmoid"))
    z = testing.points(7, 3)
    sigmoid = forward(g, z, "relu", lambda x: 1.0 / (1.0 + np.exp(-x)))
    np.testing.assert_allclose(g(z), sigmoid, rtol=1e-4)


def test_an_integer_is_the_dimension_of_vectors():
    assert mlp.build_generator(2, 3, (4,)).output_shape == (None, 2)
    assert mlp.build_discriminator(2, (4,)).input_shape == (None, 2)


def test_dropout_drops_in_training_alone():
    d = mlp.build_discriminator((2,), (50,), dropout=0.5, seed=1)
    x = testing.points(4)
    assert not np.allclose(d(x, training=True), d(x, training=True))
    np.testing.assert_array_equal(d(x), d(x))


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_dropout_is_there_only_if_asked_for(dropout):
    d = mlp.build_discriminator((2,), (4, 4), dropout=dropout)
    rates = [layer.rate for layer in d.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == ([dropout] * 2 if dropout else [])


@pytest.mark.parametrize("build", [mlp.build_generator, mlp.build_discriminator])
def test_the_seed_decides_the_weights(build):
    assert testing.same(build((2,), seed=1), build((2,), seed=1))
    assert not testing.same(build((2,), seed=1), build((2,), seed=2))


def test_the_seed_decides_dropout():
    x = testing.points(4)
    first, again, other = (
        np.asarray(mlp.build_discriminator((2,), (50,), dropout=0.5, seed=s)(x, training=True))
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_outputs_are_float32_in_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    g, d = mlp.build_generator((2,), 3, (4,)), mlp.build_discriminator((2,), (4,))
    vectors = g(testing.points(2, 3))
    assert vectors.dtype == d(vectors).dtype == tf.float32
    hidden = next(layer for layer in d.layers if isinstance(layer, keras.layers.Dense))
    assert hidden.compute_dtype == policy.removeprefix("mixed_")
    assert d.layers[-1].compute_dtype == "float32"


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_saved_networks_are_the_same(activation, tmp_path):
    d = mlp.build_discriminator((4, 4, 1), (5,), activation=activation, dropout=0.2)
    d.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    x = testing.images(3, (4, 4, 1))
    np.testing.assert_array_equal(loaded(x), d(x))


@pytest.mark.parametrize("build", [mlp.build_generator, mlp.build_discriminator])
@pytest.mark.parametrize("shape", [(), (0,), (8, 8), (8, 8, 1.0), "88", (1, 2, 3, 4)])
def test_a_shape_that_cannot_be_made_is_refused(build, shape):
    with pytest.raises(ValueError, match="`data_shape` must be .*Received: data_shape="):
        build(shape)


@pytest.mark.parametrize("build", [mlp.build_generator, mlp.build_discriminator])
def test_an_unknown_activation_lists_the_known_ones(build):
    with pytest.raises(ValueError, match="`activation` must be one of .*maxout.*activation='gelu'"):
        build((2,), activation="gelu")


@pytest.mark.parametrize("build", [mlp.build_generator, mlp.build_discriminator])
@pytest.mark.parametrize("units", [(0,), (4, -1), (2.5,), (True,)])
def test_units_must_be_positive_integers(build, units):
    with pytest.raises(ValueError, match="`hidden_units` must be a positive integer"):
        build((2,), hidden_units=units)


@pytest.mark.parametrize("dropout", [-0.1, 1.0, float("nan")])
def test_dropout_must_be_a_fraction(dropout):
    with pytest.raises(ValueError, match=r"`dropout` must be in \[0, 1\). Received: dropout="):
        mlp.build_discriminator((2,), dropout=dropout)


def test_latent_dim_must_be_a_positive_integer():
    with pytest.raises(ValueError, match="`latent_dim` must be a positive integer"):
        mlp.build_generator((2,), 0)
