"""Blur, up- and downsampling and pixel shuffle against NumPy."""

import numpy as np
import pytest
from oracles import array, filtered, maps, pad, zero_insert

from tfgan_suite import layers

TAPS = (1, 3, 3, 1)
ASYMMETRIC = (1, 2, 4)


@pytest.mark.parametrize("taps", [TAPS, ASYMMETRIC, (1, 2, 1)])
def test_blur_is_a_centred_convolution(taps):
    x = maps(2, 6, 5, 3)
    extra = len(taps) - 1
    expected = filtered(pad(x, (extra + 1) // 2, extra // 2), taps)
    y = array(layers.Blur(taps, dtype="float64")(x))
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("taps", [TAPS, ASYMMETRIC])
def test_upsampling_filters_the_zero_inserted_maps(taps):
    x = maps(2, 4, 3, 3)
    extra = len(taps) - 2
    expected = filtered(pad(zero_insert(x), (extra + 1) // 2 + 1, extra // 2), taps, gain=4.0)
    y = array(layers.Upsample(taps=taps, dtype="float64")(x))
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14)


def test_upsampling_by_the_default_filter_is_bilinear():
    ramp = np.arange(8.0)[None, :, None, None] * np.ones((1, 8, 8, 1))
    y = array(layers.Upsample(dtype="float64")(ramp))
    # Pixel i of the result has its centre at i / 2 - 1 / 4 of the original.
    np.testing.assert_allclose(y[0, 2:-2, 8, 0], np.arange(2, 14) / 2 - 0.25, rtol=1e-12)


@pytest.mark.parametrize("factor", [2, 3])
def test_upsampling_by_nearest_neighbours_repeats(factor):
    x = maps(2, 4, 3, 3)
    y = array(layers.Upsample(factor, taps=None, dtype="float64")(x))
    np.testing.assert_array_equal(y, x.repeat(factor, axis=1).repeat(factor, axis=2))


@pytest.mark.parametrize("size", [(6, 4), (7, 5)])
def test_downsampling_keeps_each_second_filtered_pixel(size):
    x = maps(2, *size, 3)
    expected = filtered(pad(x, 1, 1), TAPS)[:, ::2, ::2]
    layer = layers.Downsample(dtype="float64")
    y = array(layer(x))
    assert y.shape == layer.compute_output_shape(x.shape) == (2, size[0] // 2, size[1] // 2, 3)
    expected = expected[:, : size[0] // 2, : size[1] // 2]
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14)


def test_downsampling_without_taps_averages_blocks():
    x = maps(2, 6, 9, 3)
    y = array(layers.Downsample(3, taps=None, dtype="float64")(x))
    np.testing.assert_allclose(y, x.reshape(2, 2, 3, 3, 3, 3).mean((2, 4)), rtol=1e-12)


def test_down_of_up_of_a_constant_is_the_constant_inside():
    x = np.ones((1, 8, 8, 1))
    y = array(layers.Downsample(dtype="float64")(layers.Upsample(dtype="float64")(x)))
    np.testing.assert_allclose(y[0, 2:-2, 2:-2, 0], 1.0, rtol=1e-12)


def test_pixel_shuffle_makes_pixels_of_channels():
    x = maps(2, 3, 4, 12)
    y = array(layers.PixelShuffle(2, dtype="float64")(x))
    assert y.shape == (2, 6, 8, 3)
    for row in range(2):
        for column in range(2):
            block = x[..., (2 * row + column) * 3 :][..., :3]
            np.testing.assert_array_equal(y[:, row::2, column::2], block)


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: layers.Blur(()), (None, 8, 8, 3), r"taps=\(\)"),
        (lambda: layers.Blur((1, -1)), (None, 8, 8, 3), r"taps=\(1, -1\)"),
        (lambda: layers.Blur(), (None, 8, 3), "input_shape"),
        (lambda: layers.Upsample(3, (1, 1)), (None, 8, 8, 3), "factor=3"),
        (lambda: layers.Downsample(3, (1, 1)), (None, 8, 8, 3), "factor=3"),
        (lambda: layers.Downsample(0), (None, 8, 8, 3), "factor=0"),
        (lambda: layers.PixelShuffle(1), (None, 8, 8, 4), "factor=1"),
        (lambda: layers.PixelShuffle(2), (None, 8, 8, 6), r"factor\^2 = 4"),
    ],
)
def test_wrong_use_is_named(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make().build(shape)
