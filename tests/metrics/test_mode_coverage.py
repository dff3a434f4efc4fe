"""Tests of `mode_coverage` against scikit-learn and closed forms."""

import json
import math

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.neighbors import NearestNeighbors

from tfgan_suite.metrics import mode_coverage

SQUARE = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def _mixture(centers, stddev, count, seed=0):
    rng = np.random.default_rng(seed)
    modes = rng.integers(0, len(centers), count)
    return centers[modes] + stddev * rng.normal(size=[count, centers.shape[1]])


def test_exact_samples_have_the_fraction_of_the_closed_form():
    count, expected = 100_000, 1 - math.exp(-9 / 2)
    result = mode_coverage(_mixture(SQUARE, 0.05, count), SQUARE, 0.05)
    error = math.sqrt(expected * (1 - expected) / count)
    assert result["high_quality_fraction"] == pytest.approx(expected, abs=5 * error)


@pytest.mark.parametrize("dimensions, sigmas", [(1, 2.0), (3, 3.0), (20, 5.0)])
def test_exact_samples_follow_the_chi_square_law(dimensions, sigmas):
    count, expected = 50_000, chi2.cdf(sigmas**2, dimensions)
    centers = np.stack([np.full(dimensions, -50.0), np.full(dimensions, 50.0)])
    result = mode_coverage(_mixture(centers, 0.5, count), centers, 0.5, sigmas)
    error = math.sqrt(expected * (1 - expected) / count)
    assert result["high_quality_fraction"] == pytest.approx(expected, abs=5 * error)


def test_counts_are_those_of_a_nearest_neighbour_search():
    rng = np.random.default_rng(1)
    centers, points = rng.normal(size=[9, 3]), rng.normal(size=[2000, 3])
    search = NearestNeighbors(n_neighbors=1, algorithm="kd_tree").fit(centers)
    distances, nearest = search.kneighbors(points)
    expected = np.bincount(nearest[distances <= 3 * 0.2], minlength=9)
    assert mode_coverage(points, centers, 0.2)["counts"] == expected.tolist()


def test_every_mode_of_exact_samples_is_covered():
    result = mode_coverage(_mixture(SQUARE, 0.05, 500), SQUARE, 0.05)
    assert (result["modes_covered"], result["modes"]) == (4, 4)


def test_collapsed_samples_cover_one_mode():
    result = mode_coverage(_mixture(SQUARE[:1], 0.05, 500), SQUARE, 0.05)
    assert result["modes_covered"] == 1
    assert result["counts"][1:] == [0, 0, 0]


def test_samples_between_the_modes_cover_none():
    result = mode_coverage(np.zeros([10, 2]), SQUARE, 0.05)
    assert (result["modes_covered"], result["high_quality_fraction"]) == (0, 0.0)


def test_one_sample_covers_a_mode_by_default():
    assert mode_coverage(SQUARE[:3], SQUARE, 0.05)["modes_covered"] == 3


def test_mode_with_too_few_samples_is_not_covered():
    points = np.concatenate([SQUARE, SQUARE[:1]])
    assert mode_coverage(points, SQUARE, 0.05, min_samples=2)["modes_covered"] == 1


def test_sample_on_the_rim_is_of_high_quality():
    # 0.25 and 0.75 are exact in binary.
    result = mode_coverage([[0.75], [np.nextafter(0.75, 1)]], [[0.0], [9.0]], 0.25)
    assert result["counts"] == [1, 0]


def test_every_mode_has_its_own_stddev():
    result = mode_coverage([[0.5], [9.5]], [[0.0], [9.0]], [0.1, 0.2])
    assert result["counts"] == [0, 1]


def test_distances_are_exact_far_from_the_origin():
    # The difference of squares, 1e16 here, would have lost the distance altogether.
    centers = np.array([[1e8, 1e8], [1e8 + 1, 1e8]])
    result = mode_coverage(centers + 0.25, centers, 0.1, sigmas=4.0)
    assert result["counts"] == [1, 1]


def test_result_is_json_able():
    result = mode_coverage(np.float32(SQUARE), np.float32(SQUARE), np.float32(0.05))
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"points": [[0.0, np.nan]]}, "`points` must be finite"),
        ({"points": [[np.inf, 0.0]]}, "`points` must be finite"),
        ({"points": np.zeros([0, 2])}, "`points` must not be empty"),
        ({"points": np.zeros([3, 3])}, r"`points` must have the shape \[N, 2\]"),
        ({"points": np.zeros(2)}, r"shape=\(2,\)"),
        ({"centers": [[0.0, np.nan]]}, "`centers` must be finite"),
        ({"centers": np.zeros([0, 2])}, "`centers` must not be empty"),
        ({"centers": np.zeros([3, 2])}, "1 different ones of 3"),
        ({"stddev": 0.0}, "`stddev` must be one positive number, or 4"),
        ({"stddev": -1}, "stddev=-1"),
        ({"stddev": math.nan}, "stddev=nan"),
        ({"stddev": math.inf}, "stddev=inf"),
        ({"stddev": [0.1, 0.1]}, r"stddev=\[0.1, 0.1\]"),
        ({"stddev": "small"}, "stddev='small'"),
        ({"sigmas": 0}, "sigmas=0"),
        ({"sigmas": math.inf}, "sigmas=inf"),
        ({"min_samples": 0}, "min_samples=0"),
    ],
)
def test_wrong_arguments_are_refused(changes, message):
    arguments = {"points": SQUARE, "centers": SQUARE, "stddev": 0.05, **changes}
    with pytest.raises(ValueError, match=message):
        mode_coverage(**arguments)
