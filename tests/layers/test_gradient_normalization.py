"""Gradient normalization: the bound, the formula, and its place in a trainer."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, derivatives, maps, normal, randomize

import tfgan_suite
from tfgan_suite import networks
from tfgan_suite.layers import GradientNormalization, SpectralNormalization, gradient_normalized
from tfgan_suite.losses import GradientPenalty

K = keras.layers


def dense_critic(dtype="float32"):
    x = inputs = keras.Input((6,), dtype=dtype)
    for _ in range(2):
        x = K.ReLU(dtype=dtype)(K.Dense(8, dtype=dtype)(x))
    return keras.Model(inputs, K.Dense(1, dtype=dtype)(x))


def convolutional_critic():
    x = inputs = keras.Input((8, 8, 3))
    for _ in range(2):
        x = K.LeakyReLU(0.2)(K.Conv2D(6, 3, strides=2)(x))
    return keras.Model(inputs, K.Dense(1)(K.Flatten()(x)))


def residual_critic():
    inputs = keras.Input((6, 6, 2))
    x = K.Conv2D(4, 3, padding="same")(inputs)
    for _ in range(2):
        x = K.Add()([x, K.Conv2D(4, 3, padding="same")(K.ReLU()(x))])
    return keras.Model(inputs, K.Dense(1)(K.GlobalAveragePooling2D()(K.ReLU()(x))))


def gradients(critic, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        f = critic(x)
    return array(f)[:, 0], array(tape.gradient(f, x)).reshape(len(x), -1)


@pytest.mark.parametrize("make", [dense_critic, convolutional_critic, residual_critic])
def test_gradient_norm_is_at_most_one(make):
    critic = randomize(make())
    x = 3.0 * normal(1000, *critic.input_shape[1:]).astype("float32")
    f, raw = gradients(critic, x)
    f_hat, normalized = gradients(gradient_normalized(critic), x)
    assert np.linalg.norm(raw, axis=1).max() > 1.5  # there is something to bound
    assert np.linalg.norm(normalized, axis=1).max() <= 1.0 + 1e-5
    expected = f / (np.linalg.norm(raw, axis=1) + np.abs(f))
    np.testing.assert_allclose(f_hat, expected, rtol=1e-4, atol=1e-6)


def test_linear_critic_has_the_closed_form():
    a, x = normal(6), normal(5, 6, seed=1)
    critic = keras.Sequential(
        [keras.Input((6,), dtype="float64"), K.Dense(1, use_bias=False, dtype="float64")]
    )
    critic.set_weights([a[:, None]])
    layer = GradientNormalization(critic)
    f = x @ a
    expected = f / (np.linalg.norm(a) + np.abs(f))
    np.testing.assert_allclose(array(layer(x))[:, 0], expected, rtol=1e-10)


def test_zero_critic_gives_zeros_and_finite_gradients():
    model = gradient_normalized(keras.Sequential([keras.Input((6,)), K.Dense(1)]))
    model.set_weights([np.zeros((6, 1)), np.zeros(1)])
    with tf.GradientTape() as tape:
        f_hat = model(normal(5, 6).astype("float32"))
        loss = tf.reduce_sum(f_hat)
    np.testing.assert_array_equal(array(f_hat), 0.0)
    for gradient in tape.gradient(loss, model.trainable_variables):
        assert np.isfinite(array(gradient)).all()


@pytest.mark.parametrize("order", [1, 2])
def test_derivatives_equal_finite_differences(order):
    # Smooth, so that second derivatives of f take part.
    critic = keras.Sequential([
        keras.Input((5,), dtype="float64"),
        K.Dense(4, "tanh", dtype="float64"),
        K.Dense(1, dtype="float64"),
    ])  # fmt: skip
    layer = GradientNormalization(critic)
    layer.build((None, 5))
    randomize(layer)
    by_tape, by_differences = derivatives(layer, [normal(3, 5)], lambda i: layer(i[0]), order)
    assert by_tape == pytest.approx(by_differences, rel=1e-6)


def test_condition_is_passed_through_and_not_differentiated():
    images, label = keras.Input((6,)), keras.Input((3,))
    critic = keras.Model([images, label], K.Dense(1)(K.Concatenate()([images, label])))
    x, y = normal(4, 6).astype("float32"), np.eye(3, dtype="float32")[[0, 1, 2, 0]]
    f = array(critic([x, y]))
    norm = np.linalg.norm(critic.get_weights()[0][:6])
    f_hat = array(gradient_normalized(critic)([x, y]))
    np.testing.assert_allclose(f_hat, f / (norm + np.abs(f)), rtol=1e-5)


def test_trainer_takes_it_as_its_discriminator(tmp_path):
    generator = networks.mlp.build_generator((6,), 3, (4,), seed=1)
    critic = gradient_normalized(networks.mlp.build_discriminator((6,), (4,), seed=2))
    gan = tfgan_suite.GAN(generator, critic, 3, seed=0)
    gan.compile(loss="wasserstein", penalties=[GradientPenalty(1.0)])
    before = critic.get_weights()
    gan.fit(normal(16, 6).astype("float32"), batch_size=8, verbose=0)
    # All weights move, the last bias too: f is in numerator and denominator.
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, critic.get_weights()))
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras").discriminator
    x = normal(4, 6).astype("float32")
    np.testing.assert_allclose(array(loaded(x)), array(critic(x)), rtol=1e-6)


def test_spectral_normalization_within_moves_on_in_training():
    spectral = SpectralNormalization(K.Dense(1))
    model = gradient_normalized(keras.Sequential([keras.Input((6,)), spectral]))
    before = array(spectral.u)
    model(normal(4, 6).astype("float32"))
    np.testing.assert_array_equal(array(spectral.u), before)
    model(normal(4, 6).astype("float32"), training=True)
    assert np.abs(array(spectral.u) - before).max() > 0


def test_output_is_float32_under_mixed_precision():
    critic = keras.Sequential(
        [keras.Input((6, 6, 2))]
        + [K.Conv2D(4, 3, dtype="mixed_float16"), K.Flatten(), K.Dense(1, dtype="mixed_float16")]
    )
    f_hat = gradient_normalized(critic)(maps(3, 6, 6, 2).astype("float32"))
    assert f_hat.dtype == tf.float32
    assert np.isfinite(array(f_hat)).all()


def test_wrong_critics_are_named():
    two = keras.Sequential([keras.Input((6,)), K.Dense(2)])
    with pytest.raises(ValueError, match=r"one output for each image.*\(None, 2\)"):
        gradient_normalized(two)
    flat = keras.Sequential([keras.Input((6,)), K.Dense(1), K.Activation(lambda x: tf.round(x))])
    with pytest.raises(ValueError, match="must depend on the images"):
        gradient_normalized(flat)
    with pytest.raises(ValueError, match="discriminator=<Dense"):
        gradient_normalized(K.Dense(1))
