"""Tests of the classifier score against SciPy, TF-GAN and its extremes."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax
from scipy.stats import chisquare, entropy

from tfgan_suite import tf_gan
from tfgan_suite.metrics import ClassifierScore, classifier_score
from tfgan_suite.metrics._random_order import random_parts


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(size=[103, 10]) * 4


def _expected(logits):
    p = softmax(logits, axis=1)
    return np.exp(entropy(p, p.mean(axis=0, keepdims=True), axis=1).mean())


def test_it_is_that_of_scipy(logits):
    assert classifier_score(logits)["classifier_score"] == pytest.approx(_expected(logits))


def test_it_is_that_of_tf_gan(logits):
    expected = tf_gan.eval.classifier_score_from_logits(tf.constant(logits))
    assert classifier_score(logits)["classifier_score"] == pytest.approx(float(expected), rel=1e-9)


def test_parts_are_those_of_the_seed(logits):
    parts = np.resize(random_parts(4, seed=2), len(logits))
    scores = [_expected(logits[parts == part]) for part in range(4)]
    result = classifier_score(logits, num_splits=4, seed=2)
    assert result["classifier_score"] == pytest.approx(np.mean(scores))
    assert result["std"] == pytest.approx(np.std(scores))
    assert result["splits"] == 4
    assert classifier_score(logits, num_splits=4, seed=3) != result


def test_parts_are_random_latin_squares():
    squares = random_parts(10, seed=0).reshape(-1, 10, 10)
    for axis in (1, 2):
        assert (np.sort(squares, axis=axis).swapaxes(axis, 2) == np.arange(10)).all()
    # Where one square has its first row is no hint of where others have theirs.
    assert chisquare(np.bincount(squares[:, 0, 0], minlength=10)).pvalue > 1e-3


@pytest.mark.parametrize("parts", [1, 2, 7, 3000])
def test_parts_are_of_one_size(parts):
    runs = random_parts(parts, seed=1).reshape(-1, parts)
    assert (np.sort(runs, axis=1) == np.arange(parts)).all()


@pytest.mark.parametrize("order", ["in turn", "sorted"])
def test_parts_hold_all_classes_in_whatever_order_they_come(order):
    classes = np.arange(5000) % 10
    logits = 20.0 * np.eye(10)[np.sort(classes) if order == "sorted" else classes]
    metric = ClassifierScore(10, num_splits=10)
    for start in range(0, 5000, 1250):
        metric.update_state(logits[start : start + 1250])
    for result in (classifier_score(logits, num_splits=10), metric.result()):
        assert float(result["classifier_score"]) == pytest.approx(10.0, rel=1e-4)


def test_images_all_alike_score_one():
    assert classifier_score(np.tile([[1.0, 2.0, 3.0]], [7, 1]))["classifier_score"] == 1.0


def test_sure_and_even_classes_score_their_number():
    assert classifier_score(100 * np.eye(10))["classifier_score"] == pytest.approx(10)


def test_probabilities_that_underflow_are_no_nan():
    logits = np.array([[0.0, 2000.0, -2000.0], [2000.0, 0.0, -2000.0]])
    assert np.isnan(tf_gan.eval.classifier_score_from_logits(tf.constant(logits)))
    assert classifier_score(logits)["classifier_score"] == pytest.approx(2)
    metric = ClassifierScore(3)
    metric.update_state(logits)
    assert float(metric.result()["classifier_score"]) == pytest.approx(2)


def test_streams_are_one_shot_in_every_split(logits):
    metric = ClassifierScore(10, num_splits=3, seed=5)
    for start in range(0, 103, 17):
        metric.update_state(logits[start : start + 17])
    result = {key: float(value) for key, value in metric.result().items()}
    assert result == pytest.approx(classifier_score(logits, 3, seed=5), rel=1e-9)


@pytest.mark.parametrize(
    "logits, splits, message",
    [
        (np.zeros([0, 3]), 1, "`logits` must not be empty"),
        (np.zeros(3), 1, r"shape \[N, D\]"),
        (np.full([2, 3], np.nan), 1, "NaN or infinity in 2 of 2 rows"),
        (np.zeros([2, 3]), 3, "Received: 2 images for 3 parts"),
        (np.zeros([2, 3]), 0, "num_splits=0"),
    ],
)
def test_wrong_arguments_are_refused(logits, splits, message):
    with pytest.raises(ValueError, match=message):
        classifier_score(logits, splits)


@pytest.mark.parametrize("seed", [-1, 0.5, True])
def test_wrong_seeds_are_refused(seed):
    with pytest.raises(ValueError, match=f"seed={seed}"):
        classifier_score(np.eye(3), seed=seed)
    with pytest.raises(ValueError, match=f"seed={seed}"):
        ClassifierScore(3, seed=seed)
