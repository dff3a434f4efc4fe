"""Tests of GAN-test, GAN-train and conditional accuracy against scikit-learn."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score

from tfgan_suite.metrics import (
    ConditionalAccuracy,
    conditional_accuracy,
    gan_test_accuracy,
    gan_train_accuracy,
)


@pytest.fixture
def outputs():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, 200)
    return rng.normal(size=[200, 5]) + 1.5 * np.eye(5)[labels], labels


def test_it_is_that_of_scikit_learn(outputs):
    logits, labels = outputs
    seen = logits.argmax(axis=1)
    assert conditional_accuracy(logits, labels) == {
        "accuracy": pytest.approx(accuracy_score(labels, seen)),
        "class_accuracies": pytest.approx(list(recall_score(labels, seen, average=None))),
        "confusion": confusion_matrix(labels, seen).tolist(),
        "samples": 200,
    }


def test_a_class_without_images_has_no_accuracy():
    result = conditional_accuracy(np.eye(3)[[0, 0]], np.array([0, 2]))
    assert result["class_accuracies"] == [1.0, None, 0.0]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@pytest.mark.parametrize(
    "function, name", [(gan_test_accuracy, "gan_test"), (gan_train_accuracy, "gan_train")]
)
def test_the_figure_is_called_by_its_name(outputs, function, name):
    result = function(*outputs)
    expected = conditional_accuracy(*outputs)
    assert result.pop(name) == expected.pop("accuracy")
    assert result == expected


def test_the_metric_gives_the_same(outputs):
    logits, labels = outputs
    metric = ConditionalAccuracy(5)
    metric.update_state(labels[:70], logits[:70])
    metric.update_state(labels[70:], logits[70:])
    assert float(metric.result()) == pytest.approx(conditional_accuracy(*outputs)["accuracy"])


@pytest.mark.parametrize(
    "logits, labels, message",
    [
        (np.zeros([0, 3]), np.zeros(0, int), "`logits` must not be empty"),
        (np.zeros([2, 3]), np.zeros(3, int), r"integers of shape \[2\]"),
        (np.zeros([2, 3]), np.zeros(2), "dtype=float64"),
        (np.zeros([2, 3]), np.array([0, 3]), r"\[0, 3\). Received: labels from 0 to 3"),
        (np.zeros([2, 3]), np.array([-1, 0]), "labels from -1 to 0"),
        (np.full([2, 3], np.nan), np.zeros(2, int), "NaN or infinity in 2 of 2 rows"),
    ],
)
def test_wrong_arguments_are_refused(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        conditional_accuracy(logits, labels)


def test_the_metric_refuses_labels_of_another_kind():
    with pytest.raises(ValueError, match=r"shape=\(2, 3\), dtype=int"):
        ConditionalAccuracy(3).update_state(np.eye(3, dtype=int)[:2], np.eye(3)[:2])
