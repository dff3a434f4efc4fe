"""Tests of PSNR, SSIM and MS-SSIM against `tf.image` and closed forms."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.metrics import MSSSIM, PSNR, SSIM, ms_ssim_diversity


def _pair(size=24, channels=3, count=4):
    rng = np.random.default_rng(0)
    first = rng.uniform(-1, 1, [count, size, size, channels])
    second = 0.8 * first + 0.2 * rng.uniform(-1, 1, first.shape)
    return first.astype(np.float32), second.astype(np.float32)


def _result(metric, pair):
    metric.update_state(*pair)
    return float(metric.result())


def test_psnr_has_the_closed_form():
    first, second = _pair()
    errors = np.mean((first.astype(np.float64) - second) ** 2, axis=(1, 2, 3))
    expected = np.mean(10 * np.log10(4 / errors))
    assert _result(PSNR(), (first, second)) == pytest.approx(expected, rel=1e-5)


def test_psnr_of_equal_images_is_infinite():
    first, _ = _pair()
    assert _result(PSNR(), (first, first)) == np.inf


@pytest.mark.parametrize("filter_size", [7, 11])
def test_ssim_is_that_of_tf_image(filter_size):
    pair = _pair()
    expected = tf.image.ssim(*((x + 1) / 2 for x in pair), 1.0, filter_size=filter_size)
    result = _result(SSIM(filter_size=filter_size), pair)
    assert result == pytest.approx(float(tf.reduce_mean(expected)), rel=1e-5)


def test_ms_ssim_is_that_of_tf_image():
    pair = _pair(161, 1, 2)
    expected = tf.image.ssim_multiscale(*((x + 1) / 2 for x in pair), 1.0)
    assert _result(MSSSIM(), pair) == pytest.approx(float(tf.reduce_mean(expected)), rel=1e-5)


def test_one_scale_is_ssim():
    pair = _pair()
    assert _result(MSSSIM(scales=1), pair) == pytest.approx(_result(SSIM(), pair), rel=1e-5)


@pytest.mark.parametrize("metric", [SSIM, MSSSIM])
def test_equal_images_are_at_one(metric):
    first, _ = _pair(161, 1, 1)
    assert _result(metric(), (first, first)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("scales, filter_size, size", [(5, 11, 161), (3, 7, 25), (2, 11, 21)])
def test_the_smallest_size_is_the_one_that_tf_image_takes(scales, filter_size, size):
    metric = MSSSIM(scales, filter_size)
    assert metric.min_image_size == size
    assert np.isfinite(_result(metric, _pair(size, 1, 1)))
    small = _pair(size - 1, 1, 1)
    message = rf"{scales} scales.*at least {size} x {size} pixels"
    with pytest.raises(ValueError, match=message):
        MSSSIM(scales, filter_size).update_state(*small)
    with pytest.raises(tf.errors.InvalidArgumentError):
        weights = [1 / scales] * scales
        tf.image.ssim_multiscale(*small, 1.0, power_factors=weights, filter_size=filter_size)


def test_ssim_names_its_smallest_size():
    with pytest.raises(ValueError, match="at least 11 x 11 pixels"):
        SSIM().update_state(*_pair(10))


@pytest.mark.parametrize(
    "first, second, message",
    [
        (np.zeros([2, 8, 8, 1]), np.zeros([3, 8, 8, 1]), r"one shape and number"),
        (np.zeros([2, 8, 8, 1]), np.zeros([2, 8, 8, 3]), r"\(2, 8, 8, 1\) and \(2, 8, 8, 3\)"),
        (np.zeros([8, 8, 1]), np.zeros([8, 8, 1]), r"shape=\(8, 8, 1\)"),
        (np.zeros([2, 8, 8, 1], np.uint8),) * 2 + ("dtype=uint8",),
    ],
)
def test_wrong_pairs_are_refused(first, second, message):
    with pytest.raises(ValueError, match=message):
        PSNR().update_state(first, second)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_keras_evaluates_them(jit_compile):
    first, second = _pair()
    model = keras.Sequential([keras.Input((24, 24, 3)), keras.layers.Rescaling(0.5)])
    model.compile(loss="mse", metrics=[PSNR(), SSIM(5)], jit_compile=jit_compile)
    result = model.evaluate(first, second, batch_size=3, verbose=0, return_dict=True)
    assert result["psnr"] == pytest.approx(_result(PSNR(), (second, first / 2)), rel=1e-5)
    assert result["ssim"] == pytest.approx(_result(SSIM(5), (second, first / 2)), rel=1e-5)


def test_weights_weigh():
    first, second = _pair()
    metric = PSNR()
    metric.update_state(first, second, sample_weight=[0.0, 0.0, 2.0, 0.0])
    expected = _result(PSNR(), (first[2:3], second[2:3]))
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)


def test_refused_rows_are_nan_inside_a_graph_and_an_error_outside():
    metric = PSNR()
    metric.update_state(*(3 * x for x in _pair()))
    assert np.isnan(tf.function(lambda: metric.result())())
    with pytest.raises(ValueError, match="Received: 4 such rows"):
        metric.result()


SMALL = {"scales": 2, "filter_size": 5, "pairs": 70}


def test_a_collapsed_class_is_the_most_similar():
    images, _ = _pair(16, 1, 12)
    collapsed = np.repeat(images[:1], 12, axis=0)
    labels = np.repeat([0, 7], 12)
    result = ms_ssim_diversity(np.concatenate([images, collapsed]), labels, **SMALL)
    assert result["class_ms_ssim"]["7"] == pytest.approx(1, abs=1e-5)
    assert result["class_ms_ssim"]["0"] < 0.5
    assert result["ms_ssim"] == pytest.approx(np.mean(list(result["class_ms_ssim"].values())))


def test_the_only_pair_of_two_images_is_taken():
    pair = _pair(16, 1, 1)
    expected = _result(MSSSIM(2, 5), pair)
    result = ms_ssim_diversity(np.concatenate(pair), **SMALL)
    assert result["ms_ssim"] == pytest.approx(expected, rel=1e-5)
    assert (result["pairs_per_class"], result["scales"], result["filter_size"]) == (70, 2, 5)


def test_pairs_come_from_the_seed():
    images, _ = _pair(16, 1, 12)
    results = [ms_ssim_diversity(images, seed=s, **SMALL)["ms_ssim"] for s in (1, 1, 2)]
    assert results[0] == results[1] != results[2]


@pytest.mark.parametrize(
    "labels, message",
    [
        ([0, 0, 1], r"two images of a class. Received: 1 image of class 1"),
        ([0, 0], r"integers of shape \[3\]. Received: shape=\(2,\)"),
        ([0.0, 0.0, 0.0], "dtype=float64"),
    ],
)
def test_wrong_labels_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        ms_ssim_diversity(_pair(16, 1, 3)[0], np.array(labels), **SMALL)


def test_small_images_are_refused():
    with pytest.raises(ValueError, match="at least 161 x 161 pixels"):
        ms_ssim_diversity(_pair(16, 1, 3)[0])
