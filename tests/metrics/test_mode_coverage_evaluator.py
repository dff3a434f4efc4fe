"""Tests of `ModeCoverageEvaluator`."""

import json

import numpy as np
import pytest

from tfgan_suite.metrics import ModeCoverageEvaluator, mode_coverage

CENTERS = np.array([[-2.0, 0.0], [2.0, 0.0]])


def _samples(n, seed):
    rng = np.random.default_rng(seed)
    points = CENTERS[rng.integers(0, 2, n)] + 0.1 * rng.normal(size=[n, 2])
    return points.astype(np.float32)


def test_scores_are_those_of_the_samples():
    result = ModeCoverageEvaluator(CENTERS, 0.1, 300)(_samples, seed=4)
    del result["protocol"]
    assert result == mode_coverage(_samples(300, 4), CENTERS, 0.1)


def test_parameters_reach_the_score():
    evaluator = ModeCoverageEvaluator(CENTERS, 0.1, 300, sigmas=1.0, min_samples=299)
    result = evaluator(_samples, seed=4)
    del result["protocol"]
    assert result == mode_coverage(_samples(300, 4), CENTERS, 0.1, 1.0, 299)


def test_protocol_says_how_it_was_measured():
    result = ModeCoverageEvaluator(CENTERS, [0.1, 0.2], 10)(_samples, seed=4)
    assert result["protocol"] == {
        "num_samples": 10,
        "seed": 4,
        "centers": [[-2.0, 0.0], [2.0, 0.0]],
        "stddev": [0.1, 0.2],
    }


def test_result_is_json_able():
    evaluator = ModeCoverageEvaluator(np.float32(CENTERS), np.float32(0.1), np.int64(10))
    result = evaluator(_samples, seed=np.int64(4))
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_samples_of_image_rank_are_taken():
    evaluator = ModeCoverageEvaluator(CENTERS, 0.1, 100)
    as_images = evaluator(lambda n, seed: _samples(n, seed).reshape(n, 1, 1, 2), seed=4)
    assert as_images == evaluator(_samples, seed=4)


@pytest.mark.parametrize(
    "samples, message",
    [
        (np.full([5, 2], np.nan), "NaN or infinity in 5 of 5 rows"),
        (np.zeros([5, 3]), r"shape \[N, 2\]"),
        (np.zeros([4, 2]), "must return 5 samples"),
        (np.zeros(5), "must return 5 samples"),
    ],
)
def test_wrong_samples_are_refused(samples, message):
    with pytest.raises(ValueError, match=message):
        ModeCoverageEvaluator(CENTERS, 0.1, 5)(lambda n, seed: samples, seed=0)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"centers": np.zeros([2, 2])}, "`centers` must all be different"),
        ({"stddev": 0.0}, "stddev=0.0"),
        ({"num_samples": -1}, "num_samples=-1"),
        ({"sigmas": -3.0}, "sigmas=-3.0"),
        ({"min_samples": 0}, "min_samples=0"),
    ],
)
def test_wrong_arguments_are_refused_at_construction(changes, message):
    with pytest.raises(ValueError, match=message):
        ModeCoverageEvaluator(**{"centers": CENTERS, "stddev": 0.1, **changes})
