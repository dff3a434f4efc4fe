"""Tests of the sliced Wasserstein distance against SciPy, TF-GAN's pyramid and closed forms."""

import sys

import numpy as np
import pytest
import scipy.ndimage
from scipy.stats import wasserstein_distance

from tfgan_suite import tf_gan
from tfgan_suite.metrics import laplacian_pyramid, sliced_wasserstein_distance
from tfgan_suite.metrics.sliced_wasserstein import _patches, _sliced_distance

FEW = {"projections": 32, "patches_per_image": 16}


def _images(seed=0, count=20, shape=(32, 32, 3), sigma=1):
    """Smooth images: noise blurred by a Gaussian of `sigma` pixels."""
    noise = np.random.default_rng(seed).uniform(-1, 1, [count, *shape])
    return scipy.ndimage.gaussian_filter(noise, (0, sigma, sigma, 0)).astype(np.float32)


def test_pyramid_is_that_of_tf_gan():
    theirs = sys.modules[tf_gan.eval.sliced_wasserstein_distance.__module__].laplacian_pyramid
    images = _images()
    for ours, expected in zip(laplacian_pyramid(images, 3), theirs(images, 3), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-5)


def test_a_constant_is_all_in_the_last_level():
    *fine, last = laplacian_pyramid(np.full([1, 16, 16, 2], 0.5), 3)
    for level in fine:
        np.testing.assert_allclose(level, 0, atol=1e-6)
    np.testing.assert_allclose(last, 0.5, atol=1e-6)


def test_projections_have_the_distance_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=[100, 1]), 2 * rng.normal(size=[100, 1])
    # In one dimension there is one direction, up to its sign.
    expected = wasserstein_distance(a[:, 0], b[:, 0])
    assert _sliced_distance(a, b, 3, rng) == pytest.approx(expected, rel=1e-9)


def test_shifted_points_have_the_closed_form():
    rng = np.random.default_rng(0)
    a = rng.normal(size=[50, 4])
    # The mean of |u_1| over the unit sphere in four dimensions is 4 / (3 pi).
    expected = 2.0 * 4 / (3 * np.pi)
    assert _sliced_distance(a, a + [2.0, 0, 0, 0], 20_000, rng) == pytest.approx(expected, rel=0.02)


def test_patches_are_normalized_by_channel():
    patches = _patches(_images(), 16, 7, np.random.default_rng(0)).reshape(-1, 49, 3)
    np.testing.assert_allclose(patches.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(patches.std(axis=(0, 1)), 1, atol=1e-4)


def test_equal_sets_are_at_distance_zero():
    result = sliced_wasserstein_distance(_images(), _images(), **FEW)
    assert result == {"sliced_wasserstein": 0.0, "levels": {"32": 0.0, "16": 0.0}}


def test_the_score_is_the_mean_of_the_levels():
    result = sliced_wasserstein_distance(_images(0), _images(1), min_size=8, **FEW)
    assert list(result["levels"]) == ["32", "16", "8"]
    assert result["sliced_wasserstein"] == pytest.approx(np.mean(list(result["levels"].values())))


def test_texture_shows_in_its_level():
    real, same = _images(0, sigma=2), _images(1, sigma=2)
    noise = 0.3 * np.random.default_rng(2).normal(size=same.shape)
    noisy = np.clip(same + noise, -1, 1).astype(np.float32)
    floor, result = (
        sliced_wasserstein_distance(real, other, projections=64, patches_per_image=64)["levels"]
        for other in (same, noisy)
    )
    assert result["32"] > 1.4 * floor["32"]
    assert result["16"] < 1.2 * floor["16"]


def test_grey_images_that_are_not_square_are_taken():
    result = sliced_wasserstein_distance(
        _images(0, 9, (16, 24, 1)), _images(1, 9, (16, 24, 1)), min_size=8, **FEW
    )
    assert list(result["levels"]) == ["16", "8"]


def test_a_channel_without_variation_is_no_nan():
    flat = np.zeros([4, 16, 16, 1], np.float32)
    result = sliced_wasserstein_distance(flat, flat + 0.5, **FEW)
    assert result["sliced_wasserstein"] == 0.0


def test_the_figure_comes_from_the_seed():
    pair = _images(0), _images(1)
    first, again, other = (
        sliced_wasserstein_distance(*pair, seed=seed, **FEW) for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"generated": _images(1, 3)}, "as many images of one shape"),
        ({"generated": np.zeros([0, 32, 32, 3])}, "at least one image"),
        ({"generated": 3 * np.ones([20, 32, 32, 3])}, r"must lie in \[-1, 1\]"),
        ({"generated": np.full([20, 32, 32, 3], np.nan)}, "`generated` must be finite"),
        ({"patch_size": 6}, "odd and at most 16.*patch_size=6"),
        ({"patch_size": 17}, "patch_size=17"),
        ({"projections": 0}, "projections=0"),
        ({"patches_per_image": -1}, "patches_per_image=-1"),
        ({"min_size": 0}, "min_size=0"),
    ],
)
def test_wrong_arguments_are_refused(changes, message):
    arguments = {"real": _images(), "generated": _images(), **FEW, **changes}
    with pytest.raises(ValueError, match=message):
        sliced_wasserstein_distance(**arguments)


def test_sides_that_do_not_halve_are_refused():
    with pytest.raises(ValueError, match="3 levels need both sides divisible by 4"):
        laplacian_pyramid(np.zeros([1, 8, 6, 1]), 3)
