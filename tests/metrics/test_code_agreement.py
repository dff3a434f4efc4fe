"""Agreement of codes and classes, and the evaluators of conditional generators."""

import numpy as np
import pytest

from tfgan_suite.latents import StructuredLatentPrior
from tfgan_suite.metrics import (
    CodeAgreementEvaluator,
    ConditionalAccuracyEvaluator,
    code_agreement,
)


def logits_of(classes, of):
    return np.eye(of)[np.asarray(classes)]


def test_renamed_classes_agree_fully():
    codes = np.arange(30) % 5
    renamed = np.array([3, 0, 4, 1, 2])
    found = code_agreement(logits_of(renamed[codes], 5), codes, 5)
    assert found["agreement"] == 1.0
    assert found["matching"] == renamed.tolist()


def test_the_matching_is_one_to_one():
    """Two codes that make the same class: only one of them may have it."""
    found = code_agreement(logits_of([0, 0, 0, 1], 2), [0, 0, 1, 1], 2)
    assert found["agreement"] == 0.75
    assert found["matching"] == [0, 1]


def test_the_best_matching_is_found_where_the_greedy_one_is_worse():
    # Greedy: code 0 takes class 0 (5 images) and leaves code 1 with class 1 (0): 5 of 13.
    classes = [0] * 5 + [1] * 4 + [0] * 4
    codes = [0] * 9 + [1] * 4
    assert code_agreement(logits_of(classes, 2), codes, 2)["agreement"] == 8 / 13


def test_more_codes_than_classes():
    found = code_agreement(logits_of([0, 1, 1], 2), [0, 1, 2], 3)
    assert found["agreement"] == 2 / 3
    assert sorted(found["matching"], key=str) == [0, 1, None]


@pytest.mark.parametrize("codes", [[0, 3], [-1, 0], [0.0, 1.0], [0]])
def test_wrong_codes_are_named(codes):
    with pytest.raises(ValueError, match="`codes`"):
        code_agreement(logits_of([0, 1], 2), codes, 3)


class Bright:
    """A generator of two classes, the first bright and the second dark, or of codes."""

    classes = 2

    def __init__(self, wrong=0):
        self.wrong = wrong

    def labels(self, n, seed):
        return np.arange(n) % 2

    def latents(self, n, seed):
        codes = 1 - self.labels(n, seed)
        return np.concatenate([np.full((n, 1), 0.3), np.eye(2)[codes]], axis=1)

    def __call__(self, n, seed):
        level = np.where(self.labels(n, seed) == 0, 0.5, -0.5)
        level[: self.wrong] *= -1
        return np.broadcast_to(level[:, None, None, None], (n, 8, 8, 1)).astype("float32")


def test_the_classes_asked_for_are_compared_with_those_seen(brightness_classifier):
    evaluator = ConditionalAccuracyEvaluator(brightness_classifier, 10)
    found = evaluator(Bright(wrong=1), seed=0)
    assert found["accuracy"] == 0.9
    assert found["min_class_accuracy"] == 0.8
    assert found["confusion"] == [[4, 1], [0, 5]]
    assert found["protocol"]["num_samples"] == 10
    assert found["protocol"]["classifier"]["name"] == "brightness"


def test_a_generator_without_classes_is_refused(brightness_classifier):
    evaluator = ConditionalAccuracyEvaluator(brightness_classifier, 10)
    with pytest.raises(ValueError, match="2 classes of the classifier.*classes=None"):
        evaluator(lambda n, seed: Bright()(n, seed), seed=0)


def test_codes_are_read_from_the_latents(brightness_classifier):
    prior = StructuredLatentPrior(1, (2,), 0)
    found = CodeAgreementEvaluator(brightness_classifier, prior, 10)(Bright(wrong=1), seed=0)
    assert found["agreement"] == 0.9
    assert found["matching"] == [1, 0]


def test_a_code_that_is_not_there_is_named(brightness_classifier):
    with pytest.raises(ValueError, match=r"1 categorical code.*code=1"):
        CodeAgreementEvaluator(brightness_classifier, StructuredLatentPrior(1, (2,)), code=1)
