"""Accuracy of classes beside their variety: a collapse that a classifier calls right."""

import numpy as np
import pytest

from tfgan_suite.metrics import (
    ConditionalAccuracyEvaluator,
    mean_distance,
    vendi_score,
    within_class_variety,
)

CLASSES = 2


def images_of(labels, seed):
    """Bright images of class 0 and dark ones of class 1, as bright as chance makes them."""
    rng = np.random.default_rng(seed)
    levels = np.where(labels == 0, 0.5, -0.5) + rng.uniform(-0.4, 0.4, len(labels))
    return np.tile(levels[:, None, None, None], (1, 8, 8, 1)).astype(np.float32)


class Generator:
    """A generator of two classes that knows `kinds` images of each; None for any number."""

    classes = CLASSES

    def __init__(self, kinds):
        self.kinds = kinds

    def labels(self, n, seed):
        return np.arange(n) % CLASSES

    def __call__(self, n, seed):
        labels = self.labels(n, seed)
        if self.kinds is None:
            return images_of(labels, seed)
        known = [images_of(np.full(self.kinds, label), 9) for label in range(CLASSES)]
        return np.stack([known[k][i // CLASSES % self.kinds] for i, k in enumerate(labels)])


@pytest.fixture
def judge(brightness_classifier):
    labels = np.arange(120) % CLASSES
    return ConditionalAccuracyEvaluator(
        brightness_classifier, 200, real=lambda: (images_of(labels, 5), labels)
    )


def test_a_collapse_shows_beside_a_perfect_accuracy(judge):
    collapsed, varied = (judge(Generator(kinds), seed=1) for kinds in (1, None))
    assert collapsed["accuracy"] == varied["accuracy"] == 1.0
    assert varied["variety"] == pytest.approx(1.0, abs=0.15)
    assert collapsed["variety"] < 0.5 * varied["variety"]
    assert collapsed["min_class_variety"] == pytest.approx(min(collapsed["class_variety"]))
    assert "held-out" in varied["protocol"]["variety"]


def test_without_real_images_nothing_is_said_of_variety(brightness_classifier):
    found = ConditionalAccuracyEvaluator(brightness_classifier, 20)(Generator(1), seed=0)
    assert found["accuracy"] == 1.0 and "variety" not in found


def test_varieties_are_ratios_of_vendi_scores():
    rng = np.random.default_rng(0)
    made, real = rng.normal(size=(30, 3)), 2.0 * rng.normal(size=(50, 3))
    labels, real_labels = np.arange(30) % 2, np.arange(50) % 2
    expected = []
    for label in range(2):
        a, b = made[labels == label], real[real_labels == label][:15]
        width = mean_distance(b) / 2
        expected.append(vendi_score(a, width) / vendi_score(b, width))
    found = within_class_variety(made, labels, real, real_labels, 2)
    assert found["class_variety"] == pytest.approx(expected)
    assert found["variety"] == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("kinds, least, most", [(1, 0.0, 0.1), (3, 0.1, 0.25), (30, 0.9, 1.1)])
def test_variety_grows_with_the_number_of_images_that_differ(kinds, least, most):
    # All far apart from each other: the score counts them.
    real = 100.0 * np.eye(30)
    made = real[np.arange(30) % kinds]
    zeros = np.zeros(30, int)
    assert least < within_class_variety(made, zeros, real, zeros, 1)["variety"] < most


def test_a_class_that_cannot_be_compared_has_no_variety():
    rows, labels = np.random.default_rng(0).normal(size=(9, 2)), np.array([0] * 4 + [1] * 4 + [2])
    found = within_class_variety(rows, labels, np.zeros((9, 2)) + labels[:, None], labels, 4)
    assert found["class_variety"] == [None] * 4 and found["variety"] is None
