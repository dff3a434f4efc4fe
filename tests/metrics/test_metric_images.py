"""Tests of how generated images are made and resized for a judge, against Pillow and NumPy."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite.metrics._images import generate_images, resize_images
from tfgan_suite.modalities import Vector


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, [3, 16, 24, 1]).astype(np.float32)


@pytest.mark.parametrize("size", [(8, 12), (7, 9), (32, 40)])
@pytest.mark.parametrize("method, filter_", [("bilinear", "BILINEAR"), ("bicubic", "BICUBIC")])
def test_interpolation_is_that_of_pillow(images, size, method, filter_):
    expected = [
        np.asarray(Image.fromarray(image[..., 0]).resize(size[::-1], Image.Resampling[filter_]))
        for image in images
    ]
    resized = resize_images(images, size, method)
    np.testing.assert_allclose(resized[..., 0], np.clip(expected, -1, 1), atol=1e-5)


def test_area_is_the_mean_of_blocks(images):
    expected = images.reshape(3, 8, 2, 12, 2, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(resize_images(images, (8, 12), "area"), expected, atol=1e-6)


def test_nearest_repeats_pixels(images):
    expected = images.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_array_equal(resize_images(images, (32, 48), "nearest"), expected)


def test_bicubic_overshoot_is_clipped():
    edge = np.where(np.arange(16) < 8, -1, 1).astype(np.float32)
    resized = resize_images(np.tile(edge[None, None, :, None], [1, 16, 1, 1]), (32, 32), "bicubic")
    assert (resized.min(), resized.max()) == (-1.0, 1.0)


def test_sets_larger_than_a_batch_stay_in_order():
    levels = np.linspace(-1, 1, 600, dtype=np.float32)
    images = np.broadcast_to(levels[:, None, None, None], [600, 8, 8, 1])
    resized = resize_images(images, (4, 4), "area")
    np.testing.assert_allclose(resized[:, 0, 0, 0], levels, atol=1e-6)


def test_a_generator_of_something_else_is_named():
    class Points:
        modality = Vector(2)

        def __call__(self, n, seed):
            return np.zeros([n, 2])

    with pytest.raises(ValueError, match=r"judges images.*generator of vectors of shape \(2,\)"):
        generate_images(Points(), 4, 0)
