"""Interpolation of latents against closed forms, and the picture at the end of training."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import drawing
from tfgan_suite.callbacks import LatentInterpolation
from tfgan_suite.generation.interpolation import linear, spherical


def test_a_quarter_circle():
    t = np.linspace(0.0, 1.0, 7)
    path = spherical([[2.0, 0.0]], [[0.0, 2.0]], t)
    expected = 2.0 * np.stack([np.cos(t * np.pi / 2), np.sin(t * np.pi / 2)], axis=1)
    np.testing.assert_allclose(path[0], expected, atol=1e-12)


def test_a_path_on_the_sphere_stays_on_it():
    start, end = np.random.default_rng(0).normal(size=(2, 20, 50))
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    end /= np.linalg.norm(end, axis=1, keepdims=True)
    path = spherical(start, end, np.linspace(0.0, 1.0, 9))
    np.testing.assert_allclose(np.linalg.norm(path, axis=-1), 1.0, atol=1e-12)


@pytest.mark.parametrize("path", [spherical, linear])
def test_a_path_begins_and_ends_at_its_ends(path):
    start, end = np.random.default_rng(0).normal(size=(2, 4, 3))
    walked = path(start, end, np.array([0.0, 1.0]))
    np.testing.assert_allclose(walked, np.stack([start, end], axis=1), atol=1e-12)


@pytest.mark.parametrize("end", [[3.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
def test_without_one_great_circle_the_path_is_straight(end):
    t = np.linspace(0.0, 1.0, 5)
    expected = linear([[1.0, 0.0]], [end], t)
    np.testing.assert_allclose(spherical([[1.0, 0.0]], [end], t), expected, atol=1e-6)


def test_linear_is_linear():
    np.testing.assert_allclose(
        linear([[0.0, 4.0]], [[1.0, 0.0]], [0.0, 0.25, 1.0]), [[[0, 4], [0.25, 3], [1, 0]]]
    )


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_the_picture_is_of_the_paths_of_the_prior(
    make_trainer, real_examples, tmp_path, distribution
):
    trainer = make_trainer(latent_distribution=distribution)
    callback = LatentInterpolation(tmp_path, rows=2, columns=4, seed=6)
    trainer.fit(real_examples(), batch_size=16, callbacks=[callback], verbose=0)
    ends = trainer.sample_latents(4, seed=6).numpy()
    path = {"normal": spherical, "uniform": linear}[distribution]
    latents = path(ends[:2], ends[2:], np.linspace(0.0, 1.0, 4)).astype(np.float32)
    expected = drawing.tile(trainer(latents.reshape(8, -1)).numpy(), 4)[..., 0]
    with Image.open(tmp_path / "interpolation.png") as image:
        difference = np.asarray(image).astype(int) - expected
    assert np.abs(difference).max() <= 1


def test_walks_of_points_are_one_scatter_plot(make_trainer, real_examples, tmp_path):
    callback = LatentInterpolation(tmp_path, rows=2, columns=50)
    make_trainer((2,)).fit(real_examples((2,)), batch_size=16, callbacks=[callback], verbose=0)
    with Image.open(tmp_path / "interpolation.png") as image:
        assert image.size == (512, 512)


@pytest.mark.parametrize(("name", "value"), [("rows", 0), ("columns", 1), ("columns", 2.0)])
def test_numbers_are_checked(tmp_path, name, value):
    with pytest.raises(ValueError, match=f"{name}={value}"):
        LatentInterpolation(tmp_path, **{name: value})
