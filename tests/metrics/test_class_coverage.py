"""Tests of `class_coverage` against SciPy and closed forms."""

import json
import math

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from tfgan_suite.metrics import class_coverage


@pytest.fixture(scope="module")
def logits():
    return np.random.default_rng(0).normal(scale=3, size=[500, 7])


def _one_hot(classes, num_classes, height=50.0):
    return height * np.eye(num_classes)[classes]


def test_fractions_are_those_of_the_largest_logit(logits):
    expected = [np.mean(np.argmax(logits, 1) == label) for label in range(7)]
    np.testing.assert_allclose(class_coverage(logits)["class_fractions"], expected)


def test_confidence_is_the_mean_of_the_largest_softmax(logits):
    expected = softmax(logits, axis=1).max(axis=1).mean()
    assert class_coverage(logits)["mean_confidence"] == pytest.approx(expected, rel=1e-12)


def test_entropy_is_that_of_the_fractions(logits):
    result = class_coverage(logits)
    assert result["class_entropy"] == pytest.approx(entropy(result["class_fractions"]), rel=1e-12)


def test_entropy_of_a_balanced_set_is_log_k():
    result = class_coverage(_one_hot(np.arange(40) % 10, 10))
    assert result["class_entropy"] == pytest.approx(math.log(10))


def test_entropy_of_one_class_is_zero():
    assert str(class_coverage(_one_hot([3, 3, 3], 10))["class_entropy"]) == "0.0"


def test_classes_reached_and_extremes():
    result = class_coverage(_one_hot([0, 0, 0, 2], 4))
    assert result["classes_reached"] == 2
    assert result["min_class_fraction"] == 0.0
    assert result["max_class_fraction"] == 0.75


def test_class_with_too_few_samples_is_not_reached():
    assert class_coverage(_one_hot([0, 0, 0, 2], 4), min_samples=2)["classes_reached"] == 1


def test_equal_logits_have_the_confidence_one_over_k():
    assert class_coverage(np.full([3, 8], 2.5))["mean_confidence"] == pytest.approx(1 / 8)


def test_huge_logits_do_not_overflow():
    assert class_coverage(_one_hot([0, 1], 2, height=1e308))["mean_confidence"] == 1.0


def test_confidence_is_computed_in_float64():
    logits = np.float16([[0.0, 9.0]])
    expected = 1 / (1 + math.exp(-9))
    assert class_coverage(logits)["mean_confidence"] == pytest.approx(expected, rel=1e-12)


def test_result_is_json_able(logits):
    result = class_coverage(np.float32(logits))
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@pytest.mark.parametrize(
    "logits, message",
    [
        ([[0.0, np.nan], [0.0, 1.0]], "NaN or infinity in 1 of 2 rows"),
        ([[0.0, 1.0], [0.0, np.inf]], "the first is row 1"),
        (np.zeros([0, 10]), r"must not be empty. Received: shape=\(0, 10\)"),
        (np.zeros([5, 0]), "must not be empty"),
        (np.zeros(5), r"shape=\(5,\)"),
        (np.zeros([5, 2, 2]), r"shape=\(5, 2, 2\)"),
        ([["a", "b"]], "real numbers"),
        (np.zeros([2, 2], complex), "complex128"),
    ],
)
def test_wrong_logits_are_refused(logits, message):
    with pytest.raises(ValueError, match=message):
        class_coverage(logits)


@pytest.mark.parametrize("min_samples", [0, 1.5, True, None])
def test_wrong_min_samples_is_refused(min_samples):
    with pytest.raises(ValueError, match=f"min_samples={min_samples}"):
        class_coverage(np.zeros([2, 2]), min_samples=min_samples)
