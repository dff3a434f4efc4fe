"""Tests of nearest neighbours in feature space against scikit-learn, and of memorization."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from tfgan_suite.metrics import _neighbours, memorization, nearest_neighbours


@pytest.fixture
def sets():
    rng = np.random.default_rng(0)
    return rng.normal(size=[61, 32]), rng.normal(size=[203, 32])


@pytest.mark.parametrize("k", [1, 7, 203])
def test_they_are_those_of_scikit_learn(sets, k):
    features, training = sets
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(training)
    distances, indices = search.kneighbors(features)
    found = nearest_neighbours(features, training, k)
    np.testing.assert_array_equal(found[0], indices)
    np.testing.assert_allclose(found[1], distances, rtol=1e-9)


def test_blocks_of_any_size_find_the_same(sets, monkeypatch):
    expected = nearest_neighbours(*sets, 3)
    monkeypatch.setattr(_neighbours, "_BLOCK_BYTES", 1)
    for found, wanted in zip(nearest_neighbours(*sets, 3), expected):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_copies_are_at_distance_zero(sets):
    _, training = sets
    indices, distances = nearest_neighbours(training[[5, 0, 200]] + 0.0, training)
    assert indices[:, 0].tolist() == [5, 0, 200]
    assert distances[:, 0].tolist() == [0.0, 0.0, 0.0]


def test_near_rows_far_from_the_origin_are_told_apart():
    training = 1e4 + np.arange(6.0)[:, None] * 1e-3 + np.zeros([6, 8])
    indices, distances = nearest_neighbours(training[3:4] + 1e-4, training)
    assert indices.tolist() == [[3]]
    np.testing.assert_allclose(distances, [[1e-4 * 8**0.5]], rtol=1e-5)


def test_a_copied_training_set_is_found_out(sets):
    held_out, training = sets
    result = memorization(training[:50], training, held_out)
    assert (result["closer_than_held_out"], result["copies"]) == (1.0, 1.0)
    assert result["median_distance"] == 0.0


def test_new_samples_of_the_law_are_no_copies(sets):
    held_out, training = sets
    generated = np.random.default_rng(1).normal(size=[500, 32])
    result = memorization(generated, training, held_out)
    assert result["copies"] == 0.0
    # 61 against 500 samples: a standard deviation of about 0.04.
    assert result["closer_than_held_out"] == pytest.approx(0.5, abs=0.12)


def test_the_statistic_is_the_area_under_the_curve(sets):
    held_out, training = sets
    generated = np.concatenate([training[:9], 1.2 * held_out[:30]])
    nearest = [nearest_neighbours(x, training)[1][:, 0] for x in (generated, held_out)]
    is_held_out = np.repeat([0, 1], [len(x) for x in nearest])
    expected = roc_auc_score(is_held_out, np.concatenate(nearest))
    result = memorization(generated, training, held_out)
    assert result["closer_than_held_out"] == pytest.approx(expected, rel=1e-12)
    assert result["copies"] == pytest.approx(9 / 39)


def test_ties_count_half():
    training = np.zeros([3, 2])
    result = memorization(np.ones([4, 2]), training, np.ones([5, 2]))
    assert result["closer_than_held_out"] == 0.5


@pytest.mark.parametrize(
    "features, training, k, message",
    [
        (np.zeros([0, 2]), np.zeros([3, 2]), 1, "`features` must not be empty"),
        (np.zeros([3, 2]), np.zeros([0, 2]), 1, "`training` must not be empty"),
        (np.zeros([3, 2]), np.zeros([3, 4]), 1, r"shape \[N, 4\]"),
        (np.full([3, 2], np.nan), np.zeros([3, 2]), 1, "NaN or infinity in 3 of 3 rows"),
        (np.zeros([3, 2]), np.zeros([3, 2]), 4, "number of training samples, 3. Received: k=4"),
        (np.zeros([3, 2]), np.zeros([3, 2]), 0, "k=0"),
    ],
)
def test_wrong_arguments_are_refused(features, training, k, message):
    with pytest.raises(ValueError, match=message):
        nearest_neighbours(features, training, k)
