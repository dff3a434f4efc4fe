"""Mixtures of Gaussians."""

import numpy as np
import pytest

from tfgan_suite import data


def test_ring_has_the_centers_of_the_literature():
    centers = data.GaussianMixture("ring").centers
    half = np.sqrt(2.0)
    expected = [[2, 0], [half, half], [0, 2], [-half, half]]
    expected += [[-x, -y] for x, y in expected]
    np.testing.assert_allclose(centers, expected, atol=1e-15)
    assert centers.dtype == np.float64


def test_grid_has_the_centers_of_the_literature():
    centers = data.GaussianMixture("grid").centers
    assert centers.tolist() == [[x, y] for y in (-4, -2, 0, 2, 4) for x in (-4, -2, 0, 2, 4)]


def test_defaults_of_the_spread():
    assert data.GaussianMixture("ring").stddev == 0.02
    assert data.GaussianMixture("grid").stddev == 0.05


def test_other_shapes():
    ring = data.GaussianMixture("ring", modes=3, radius=0.5)
    np.testing.assert_allclose(np.linalg.norm(ring.centers, axis=1), [0.5] * 3)
    grid = data.GaussianMixture("grid", modes=4, spacing=1)
    assert grid.centers.tolist() == [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]]


def test_samples_have_the_moments_of_their_modes():
    mixture = data.GaussianMixture("ring", modes=4, stddev=0.1)
    points, modes = mixture.sample(40000, seed=3, labels=True)
    assert points.shape == (40000, 2) and points.dtype == np.float64
    for mode in range(4):
        mine = points[modes == mode]
        # Five standard errors each.
        assert abs(len(mine) - 10000) < 5 * np.sqrt(40000 * 0.25 * 0.75)
        np.testing.assert_allclose(mine.mean(0), mixture.centers[mode], atol=5 * 0.1 / 95)
        np.testing.assert_allclose(np.cov(mine.T), 0.01 * np.eye(2), atol=5 * 0.01 * 1.5 / 95)


def test_a_seed_repeats_its_points():
    mixture = data.GaussianMixture()
    assert np.array_equal(mixture.sample(100, seed=1), mixture.sample(100, seed=1))
    assert not np.array_equal(mixture.sample(100, seed=1), mixture.sample(100, seed=2))


def test_load_yields_the_points_of_the_mixture():
    mixture = data.GaussianMixture("grid", num_examples=96)
    batches = list(data.load(mixture, batch_size=32, seed=5, labels=True))
    points = np.concatenate([points for points, _ in batches])
    modes = np.concatenate([modes for _, modes in batches])
    expected, expected_modes = mixture.sample(96, seed=5, labels=True)
    assert points.dtype == np.float32
    order, expected_order = np.lexsort(points.T), np.lexsort(expected.T)
    np.testing.assert_allclose(points[order], expected[expected_order], atol=1e-6)
    assert np.array_equal(modes[order], expected_modes[expected_order])


@pytest.mark.parametrize(
    "name, modes", [("gaussians", 8), ("gaussians/ring", 8), ("gaussians/grid", 25)]
)
def test_names(name, modes):
    described = data.describe(name)
    assert described.image_shape == (2,)
    assert described.num_classes == modes
    assert described.name == ("gaussians/ring" if name == "gaussians" else name)


def test_an_epoch_has_a_known_length():
    dataset = data.load(data.GaussianMixture(num_examples=1000), batch_size=64)
    assert dataset.cardinality() == 15
    assert dataset.element_spec.shape == (64, 2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"kind": "spiral"}, r"'ring', 'grid'.*kind='spiral'"),
        ({"kind": "grid", "modes": 8}, "square number.*modes=8"),
        ({"modes": 0}, "modes=0"),
        ({"modes": 2.5}, "modes=2.5"),
        ({"stddev": 0.0}, "positive number.*stddev=0.0"),
        ({"radius": -1}, "radius=-1"),
        ({"radius": float("nan")}, "radius=nan"),
        ({"kind": "grid", "radius": 2.0}, "grid has no `radius`"),
        ({"kind": "ring", "spacing": 2.0}, "ring has no `spacing`"),
        ({"num_examples": -5}, "num_examples=-5"),
    ],
)
def test_bad_mixtures_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.GaussianMixture(**arguments)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"source": "gaussians/blob"}, "gaussians/grid.*source='gaussians/blob'"),
        ({"split": "test"}, "only the split"),
        ({"image_size": 8}, "points, not images.*image_size"),
        ({"channels": 3}, "points, not images.*channels=3"),
        ({"augment": ["flip"]}, "'flip' is for images"),
    ],
)
def test_what_points_cannot_do_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.load(**{"source": "gaussians", **arguments})
