"""The Vendi score against cases with a known answer and a definition written out."""

import numpy as np
import pytest
import scipy.spatial.distance

from tfgan_suite import metrics, testing


def test_examples_far_apart_all_count():
    assert metrics.vendi_score(100.0 * np.eye(7), 1.0) == pytest.approx(7.0, rel=1e-12)


def test_copies_count_once():
    assert metrics.vendi_score(np.full((9, 3), 0.3), 1.0) == pytest.approx(1.0, rel=1e-12)


def test_unequal_groups_count_by_their_entropy():
    groups = np.repeat(100.0 * np.eye(3), [6, 3, 1], axis=0)
    shares = np.array([0.6, 0.3, 0.1])
    expected = np.exp(-np.sum(shares * np.log(shares)))
    assert metrics.vendi_score(groups, 1.0) == pytest.approx(expected, rel=1e-12)


def test_the_definition_on_random_features():
    features = testing.points(20, 5).astype("float64") + 1e4
    distances = scipy.spatial.distance.cdist(features, features)
    values = np.linalg.svd(np.exp(-(distances**2) / (2 * 0.7**2)) / 20, compute_uv=False)
    expected = np.exp(-np.sum(values * np.log(values)))
    assert metrics.vendi_score(features, 0.7) == pytest.approx(expected, rel=1e-9)


def test_the_mean_distance_is_that_of_scipy():
    features = testing.points(20, 5)
    expected = scipy.spatial.distance.pdist(features.astype("float64")).mean()
    assert metrics.mean_distance(features) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "features, bandwidth, words",
    [
        (np.zeros((0, 2)), 1.0, "empty"),
        (np.zeros(3), 1.0, "shape"),
        (np.array([[np.nan]]), 1.0, "finite"),
        (np.zeros((3, 2)), 0.0, "bandwidth=0.0"),
    ],
)
def test_what_it_refuses(features, bandwidth, words):
    with pytest.raises(ValueError, match=words):
        metrics.vendi_score(features, bandwidth)
