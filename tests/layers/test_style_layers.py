"""Layers of ProGAN and StyleGAN against NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import array, correlate, filtered, maps, normal, pad, randomize, zero_insert

from tfgan_suite import layers

TAPS = (1, 3, 3, 1)


def test_equalized_dense_multiplies_by_the_constant_of_the_initializer():
    x = normal(4, 7)
    layer = layers.EqualizedDense(5, gain=2**0.5, lr_multiplier=0.01, dtype="float64")
    layer.build(x.shape)
    randomize(layer)
    w, b = array(layer.kernel), array(layer.bias)
    expected = 0.01 * (2 / 7) ** 0.5 * x @ w + 0.01 * b
    np.testing.assert_allclose(array(layer(x)), expected, rtol=1e-10)


def test_equalized_dense_starts_with_unit_variance_and_the_given_bias():
    x = normal(200, 100).astype("float32")
    y = array(layers.EqualizedDense(50, initial_bias=3.0, lr_multiplier=0.01, seed=1)(x))
    assert y.mean() == pytest.approx(3.0, abs=0.05)
    assert y.std() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("multiplier", [1.0, 0.1])
def test_a_step_of_adam_moves_the_output_in_proportion_to_the_multiplier(multiplier):
    layer = layers.EqualizedDense(1, use_bias=False, lr_multiplier=multiplier, dtype="float64")
    x = np.ones((1, 4))
    before = array(layer(x))
    keras.optimizers.Adam(0.01).apply([tf.ones((4, 1), tf.float64)], layer.trainable_variables)
    # Each of 4 weights moves by 0.01; c = multiplier / 2.
    assert array(layer(x)) - before == pytest.approx(-0.02 * multiplier, rel=1e-4)


@pytest.mark.parametrize("padding, strides", [("same", 1), ("valid", 2)])
def test_equalized_convolution_is_a_scaled_convolution(padding, strides):
    x = maps(2, 6, 5, 3)
    layer = layers.EqualizedConv2D(4, 3, strides, padding, lr_multiplier=0.5, dtype="float64")
    layer.build(x.shape)
    randomize(layer)
    padded = pad(x, 1, 1) if padding == "same" else x
    expected = 0.5 / 27**0.5 * correlate(padded, array(layer.kernel), strides)
    y = array(layer(x))
    assert layer.compute_output_shape(x.shape) == y.shape
    np.testing.assert_allclose(y, expected + 0.5 * array(layer.bias), rtol=1e-10, atol=1e-12)


def test_pixel_normalization_gives_unit_mean_square():
    x = normal(2, 3, 4, 5)
    y = array(layers.PixelNormalization(dtype="float64")(x))
    expected = x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-8)
    np.testing.assert_allclose(y, expected, rtol=1e-12)


def test_pixel_normalization_of_large_float16_features():
    x = (1000.0 * normal(2, 5)).astype("float16")  # their squares are beyond float16
    y = array(layers.PixelNormalization(dtype="mixed_float16")(x))
    np.testing.assert_allclose((y**2).mean(-1), 1.0, rtol=0.01)


def test_adain_sets_the_statistics_that_the_style_asks_for():
    x, w = maps(3, 6, 5, 4), normal(3, 7)
    layer = layers.AdaIN(dtype="float64")
    layer.build([x.shape, w.shape])
    randomize(layer)
    a = w @ array(layer.affine.kernel) / 7**0.5 + array(layer.affine.bias)
    s, b = 1 + a[:, None, None, :4], a[:, None, None, 4:]
    mean, variance = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
    expected = s * (x - mean) / np.sqrt(variance + 1e-8) + b
    np.testing.assert_allclose(array(layer([x, w])), expected, rtol=1e-9, atol=1e-10)


def modulated(layer, x, w):
    """Eq. 1 and 3 with a kernel for each image, and resampling by zero-insertion and filtering."""
    fan_in = np.prod(layer.kernel.shape[:3])
    a = layer.affine
    s = w @ array(a.kernel) / w.shape[1] ** 0.5 + array(a.bias)
    rows = []
    for image, scale in zip(x, s):
        kernel = scale[:, None] * array(layer.kernel) / fan_in**0.5
        if layer.demodulate:
            kernel = kernel / np.sqrt((kernel**2).sum((0, 1, 2)) + 1e-8)
        k = layer.kernel_size
        image = image[None]
        if layer.resample == "up":
            # The transposed convolution: every product of a pixel and the kernel, uncropped.
            wide = correlate(pad(zero_insert(image), k - 1, k - 1), kernel)
            h, v = image.shape[1:3]
            wide = wide[:, : 2 * (h - 1) + k, : 2 * (v - 1) + k]
            wide = filtered(pad(wide, 3, 3), TAPS, gain=4.0)
            # Centred: what is too much is cut on both sides.
            cut = (wide.shape[1] - 2 * h) // 2
            image = wide[:, cut : cut + 2 * h, cut : cut + 2 * v]
        elif layer.resample == "down":
            extra = 2 + k - 1
            image = filtered(pad(image, (extra + 1) // 2, extra // 2), TAPS)
            image = correlate(image, kernel, stride=2)
        else:
            image = correlate(pad(image, k // 2, k // 2), kernel)
        rows.append(image + array(layer.bias))
    return np.concatenate(rows)


@pytest.mark.parametrize("resample", [None, "up", "down"])
@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize("demodulate", [True, False])
def test_modulated_convolution_is_a_convolution_with_a_kernel_for_each_image(
    resample, kernel_size, demodulate
):
    x, w = maps(3, 6, 4, 5), normal(3, 7)
    layer = layers.ModulatedConv2D(
        2, kernel_size, demodulate=demodulate, resample=resample, dtype="float64"
    )
    layer.build([x.shape, w.shape])
    randomize(layer)
    y = array(layer([x, w]))
    assert layer.compute_output_shape([x.shape, w.shape]) == y.shape
    np.testing.assert_allclose(y, modulated(layer, x, w), rtol=1e-9, atol=1e-10)


def test_demodulated_output_does_not_depend_on_the_scale_of_the_style():
    x, w = maps(3, 6, 4, 5), normal(3, 7)
    layer = layers.ModulatedConv2D(2, use_bias=False, dtype="float64")
    y = array(layer([x, w]))
    layer.affine.set_weights([1000 * a for a in layer.affine.get_weights()])
    np.testing.assert_allclose(array(layer([x, w])), y, rtol=1e-5)


@pytest.mark.parametrize("resample", ["up", "down"])
def test_resampling_convolution_of_a_constant_is_constant_inside(resample):
    x, w = np.ones((1, 12, 12, 1)), np.ones((1, 1))
    layer = layers.ModulatedConv2D(1, 3, False, resample, dtype="float64")
    layer.build([x.shape, w.shape])
    layer.kernel.assign(np.eye(3)[1][:, None, None, None] * np.eye(3)[1][None, :, None, None])
    layer.affine.set_weights([np.zeros((1, 1)), np.ones(1)])
    y = 3.0 * array(layer([x, w]))  # the equalized scale is 1 / 3
    np.testing.assert_allclose(y[0, 3:-3, 3:-3, 0], 1.0, rtol=1e-12)


def test_noise_is_new_in_training_and_seeded():
    x = np.zeros((4, 6, 6, 2), "float32")
    draws = []
    for _ in range(2):
        layer = layers.NoiseInjection(seed=7)
        layer.build(x.shape)
        layer.strength.assign(2.0)
        draws.append([array(layer(x, training=True)) for _ in range(2)])
    np.testing.assert_array_equal(draws[0], draws[1])
    first, second = draws[0]
    assert np.abs(first - second).min() > 0
    np.testing.assert_array_equal(first[..., 0], first[..., 1])
    assert np.concatenate([first, second]).std() == pytest.approx(2.0, rel=0.1)


def test_noise_is_fixed_at_inference_and_saved_as_a_weight():
    x = np.zeros((3, 6, 6, 2), "float32")
    layer = layers.NoiseInjection(per_channel=True, seed=7)
    layer.build(x.shape)
    layer.strength.assign([1.0, -2.0])
    noise = array(layer.noise)
    np.testing.assert_array_equal(array(layer(x)), np.tile(noise * [1.0, -2.0], (3, 1, 1, 1)))


def test_noise_can_be_left_out_or_random_at_inference():
    x = maps(3, 6, 6, 2).astype("float32")
    none, random = (layers.NoiseInjection(inference=i, seed=1) for i in ("none", "random"))
    for layer in (none, random):
        layer.build((None, None, None, 2))
        layer.strength.assign(1.0)
    np.testing.assert_array_equal(array(none(x)), x)
    assert np.abs(array(random(x)) - array(random(x))).min() > 0


def test_noise_differs_on_every_replica(two_replicas):
    with two_replicas.scope():
        layer = layers.NoiseInjection(seed=7)
        layer.build((4, 3, 3, 1))
        layer.strength.assign(1.0)
    x = np.zeros((2, 3, 3, 1), "float32")
    run = tf.function(lambda: two_replicas.run(lambda: layer(x, training=True)))
    first, second = (array(p) for p in two_replicas.experimental_local_results(run()))
    assert np.abs(first - second).min() > 0


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: layers.EqualizedDense(0), (None, 3), "units=0"),
        (lambda: layers.EqualizedDense(3, gain=0.0), (None, 3), "gain=0.0"),
        (lambda: layers.EqualizedConv2D(3, padding="full"), (None, 8, 8, 3), "padding='full'"),
        (lambda: layers.EqualizedConv2D(3), (None, 8, 3), "input_shape="),
        (lambda: layers.PixelNormalization(epsilon=-1.0), (None, 3), "epsilon=-1.0"),
        (lambda: layers.NoiseInjection(inference="zero"), (None, 8, 8, 3), "inference='zero'"),
        (lambda: layers.NoiseInjection(), (None, None, 8, 3), r"\(None, None, 8, 3\)"),
        (lambda: layers.AdaIN(), (None, 8, 8, 3), r"is called with a list \[x, w\]"),
        (lambda: layers.ModulatedConv2D(3, 4), [(None, 8, 8, 3), (None, 2)], "kernel_size=4"),
        (lambda: layers.ModulatedConv2D(3, 7, resample="up"), [], "kernel_size=7"),
        (lambda: layers.ModulatedConv2D(3, resample="left"), [], "resample='left'"),
    ],
)
def test_wrong_use_is_named(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make().build(shape)
