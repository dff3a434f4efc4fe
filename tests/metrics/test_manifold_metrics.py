"""Tests of precision, recall, density and coverage by brute force and by their papers' cases."""

import feature_oracles as oracles
import numpy as np
import pytest

from tfgan_suite.metrics import _neighbours, density_coverage, precision_recall


def _both(real, generated, k=5):
    return {**precision_recall(real, generated, k), **density_coverage(real, generated, k)}


@pytest.fixture(params=[1, 3, 64])
def sets(request):
    rng = np.random.default_rng(request.param)
    real = rng.normal(size=[151, request.param])
    return real, 0.8 * rng.normal(size=[97, request.param]) + 0.3


@pytest.mark.parametrize("k", [1, 3, 5])
def test_brute_force_finds_the_same(sets, k):
    real, generated = sets
    assert _both(real, generated, k) == pytest.approx(
        {
            "precision": oracles.precision(real, generated, k),
            "recall": oracles.precision(generated, real, k),
            "density": oracles.density(real, generated, k),
            "coverage": oracles.coverage(real, generated, k),
        },
        abs=1e-12,
    )


def test_blocks_of_any_size_find_the_same(sets, monkeypatch):
    expected = _both(*sets)
    monkeypatch.setattr(_neighbours, "_BLOCK_BYTES", 8 * 151 * 10)
    assert _both(*sets) == expected


def test_neighbours_on_the_rim_are_inside():
    # Of integers and k = 1 every ball reaches exactly to the next one, 1 away.
    line = np.arange(10.0)[:, None]
    assert precision_recall(line, line + 0.5, 1) == {"precision": 1.0, "recall": 1.0}
    assert precision_recall(line, line + 10, 1) == {"precision": 0.1, "recall": 0.1}
    assert density_coverage(line, line, 1)["density"] == pytest.approx(2.8)


def test_equal_sets_are_in_each_other_s_manifold(sets):
    result = _both(sets[0], sets[0])
    assert (result["precision"], result["recall"], result["coverage"]) == (1.0, 1.0, 1.0)


def test_sets_far_apart_share_nothing(sets):
    result = _both(sets[0], sets[1] + 100)
    assert result == {"precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}


def test_a_large_common_offset_changes_nothing(sets):
    real, generated = sets
    assert _both(real + 1e6, generated + 1e6) == pytest.approx(_both(real, generated), abs=1e-12)


def test_one_law_has_the_expected_density_and_coverage():
    # Naeem et al., section 3.3: E[density] = 1, E[coverage] = 1 - prod (N - i) / (2 N - i).
    count, k = 1000, 5
    real, generated = np.random.default_rng(0).normal(size=[2, count, 64])
    result = density_coverage(real, generated, k)
    i = np.arange(1, k + 1)
    expected = 1 - np.prod((count - i) / (2 * count - i))
    assert result["coverage"] == pytest.approx(expected, abs=0.03)
    assert result["density"] == pytest.approx(1, abs=0.1)


def test_a_dropped_mode_lowers_recall_and_coverage_alone():
    rng = np.random.default_rng(0)
    real = rng.normal(size=[400, 2]) + 20 * (np.arange(400) % 2)[:, None]
    generated = rng.normal(size=[400, 2])
    result = _both(real, generated)
    assert result["precision"] > 0.95 and result["density"] > 0.9
    assert 0.4 < result["recall"] < 0.55 and 0.4 < result["coverage"] <= 0.5


def test_invented_modes_lower_precision_and_density_alone():
    rng = np.random.default_rng(0)
    real = rng.normal(size=[400, 2])
    generated = rng.normal(size=[400, 2]) + 20 * (np.arange(400) % 2)[:, None]
    result = _both(real, generated)
    assert 0.4 < result["precision"] < 0.55 and 0.4 < result["density"] < 0.6
    assert result["recall"] > 0.9 and result["coverage"] > 0.75


def test_a_real_outlier_inflates_precision_and_not_density():
    # Naeem et al., section 3.1: one outlier's ball spans the space.
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(size=[300, 2]), [[30.0, 30.0]]])
    generated = rng.normal(size=[300, 2]) + 15
    result = _both(real, generated)
    assert result["precision"] == 1.0
    assert result["density"] == pytest.approx(1 / 5)
    assert result["coverage"] < 0.01


def test_repeated_features_have_balls_of_radius_zero():
    real = np.full([9, 3], 0.1)
    assert _both(real, real) == {"precision": 1.0, "recall": 1.0, "density": 1.8, "coverage": 1.0}
    other = np.full([9, 3], 0.2)
    assert _both(real, other) == {"precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}


@pytest.mark.parametrize("function", [precision_recall, density_coverage])
@pytest.mark.parametrize(
    "real, k, message",
    [
        (np.zeros([0, 2]), 3, "`real` must not be empty"),
        (np.zeros([3, 2]), 3, "needs more than 3 samples. Received: 3 samples"),
        (np.zeros([9, 3]), 3, r"`generated` must have the shape \[N, 3\]"),
        (np.full([9, 2], np.inf), 3, "NaN or infinity in 9 of 9 rows"),
        (np.zeros([9, 2]), 0, "k=0"),
    ],
)
def test_wrong_arguments_are_refused(function, real, k, message):
    with pytest.raises(ValueError, match=message):
        function(real, np.zeros([9, 2]), k)
