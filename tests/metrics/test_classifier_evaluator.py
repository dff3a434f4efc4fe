"""Tests of `ClassifierEvaluator`."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.metrics import Classifier, ClassifierEvaluator


def _three_of_four_bright(n, seed, shape=(8, 8, 1)):
    """Every fourth image is dark; `seed` is the brightness in per cent."""
    signs = np.where(np.arange(n) % 4 == 3, -1, 1)
    return np.ones([n, *shape], np.float32) * (signs * seed / 100).reshape(-1, 1, 1, 1)


def test_scores_are_those_of_the_images(brightness_classifier):
    result = ClassifierEvaluator(brightness_classifier, 400)(_three_of_four_bright, seed=50)
    assert result["class_fractions"] == [0.75, 0.25]


def test_confidence_is_that_of_the_classifier(brightness_classifier):
    result = ClassifierEvaluator(brightness_classifier, 8)(_three_of_four_bright, seed=5)
    # Logits 0.5 and -0.5: the larger probability is the sigmoid of their difference.
    assert result["mean_confidence"] == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-6)


def test_protocol_says_how_it_was_measured(brightness_classifier):
    result = ClassifierEvaluator(brightness_classifier, 12)(_three_of_four_bright, seed=50)
    assert result["protocol"] == {
        "num_samples": 12,
        "seed": 50,
        "image_shape": [8, 8, 1],
        "resize": None,
        "conditions": None,
        "rounding": "none",
        "classifier": {
            "name": "brightness",
            "content_hash": brightness_classifier.content_hash,
            "accuracy": 0.75,
            "image_shape": [8, 8, 1],
            "num_classes": 2,
        },
    }


def test_result_is_json_able(brightness_classifier):
    evaluator = ClassifierEvaluator(brightness_classifier, np.int64(4))
    result = evaluator(_three_of_four_bright, seed=np.int64(50))
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_generate_gets_the_number_and_the_seed(brightness_classifier):
    calls = []

    def generate(*args):
        calls.append(args)
        return _three_of_four_bright(*args)

    ClassifierEvaluator(brightness_classifier, 16)(generate, seed=7)
    assert calls == [(16, 7)]


def test_min_samples_is_used(brightness_classifier):
    evaluator = ClassifierEvaluator(brightness_classifier, 8, min_samples=3)
    assert evaluator(_three_of_four_bright, seed=50)["classes_reached"] == 1


def test_classifier_is_made_when_images_are_judged_and_once(brightness_classifier):
    made = []

    def make():
        made.append(1)
        return brightness_classifier

    evaluator = ClassifierEvaluator(make, 4)
    assert made == []
    evaluator(_three_of_four_bright, seed=50)
    evaluator(_three_of_four_bright, seed=50)
    assert made == [1]


def test_wrong_images_are_refused_before_a_classifier_is_trained():
    def make():
        raise AssertionError("trained for nothing")

    with pytest.raises(ValueError, match="NaN"):
        ClassifierEvaluator(make, 4)(lambda n, seed: np.full([n, 8, 8, 1], np.nan), seed=0)


def test_trained_classifier_can_judge(noise_sets, tmp_path):
    classifier = Classifier.train(*noise_sets(), num_classes=2, epochs=1, cache_dir=tmp_path)
    result = ClassifierEvaluator(classifier, 20)(_three_of_four_bright, seed=50)
    assert sum(result["class_fractions"]) == pytest.approx(1)


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float64])
def test_other_precisions_are_taken(brightness_classifier, dtype):
    result = ClassifierEvaluator(brightness_classifier, 8)(
        lambda n, seed: tf.cast(_three_of_four_bright(n, seed), dtype), seed=50
    )
    assert result["class_fractions"] == [0.75, 0.25]


def test_other_size_is_refused_by_default(brightness_classifier):
    evaluator = ClassifierEvaluator(brightness_classifier, 4)
    with pytest.raises(ValueError, match=r"`resize=`.*image_shape=\(16, 16, 1\)"):
        evaluator(lambda n, seed: _three_of_four_bright(n, seed, (16, 16, 1)), seed=50)


@pytest.mark.parametrize("method", ["area", "bicubic", "bilinear", "nearest"])
def test_other_size_is_resized_by_the_method_of_the_result(brightness_classifier, method):
    evaluator = ClassifierEvaluator(brightness_classifier, 300, resize=method)
    result = evaluator(lambda n, seed: _three_of_four_bright(n, seed, (6, 12, 1)), seed=100)
    assert result["protocol"]["resize"] == method
    assert result["protocol"]["image_shape"] == [6, 12, 1]
    assert result["class_fractions"] == [0.75, 0.25]


def test_resizing_is_not_named_where_nothing_was_resized(brightness_classifier):
    evaluator = ClassifierEvaluator(brightness_classifier, 4, resize="bilinear")
    assert evaluator(_three_of_four_bright, seed=50)["protocol"]["resize"] is None


def test_area_resizing_keeps_the_mean(brightness_classifier):
    rng = np.random.default_rng(0)
    images = rng.uniform(-0.05, 0.05, [1, 16, 16, 1])
    mean = abs(images.mean())
    result = ClassifierEvaluator(brightness_classifier, 1, resize="area")(
        lambda n, seed: images, seed=0
    )
    assert result["mean_confidence"] == pytest.approx(1 / (1 + np.exp(-20 * mean)), rel=1e-6)


def test_other_channels_are_refused_even_with_resizing(brightness_classifier):
    evaluator = ClassifierEvaluator(brightness_classifier, 4, resize="bilinear")
    with pytest.raises(ValueError, match=r"1 channels.*image_shape=\(8, 8, 3\)"):
        evaluator(lambda n, seed: _three_of_four_bright(n, seed, (8, 8, 3)), seed=50)


def test_rounding_outside_the_range_is_taken(brightness_classifier):
    evaluator = ClassifierEvaluator(brightness_classifier, 4)
    assert evaluator(lambda n, seed: np.full([n, 8, 8, 1], 1.0009), seed=0)["samples"] == 4


@pytest.mark.parametrize(
    "images, message",
    [
        (np.full([4, 8, 8, 1], 1.002), r"must lie in \[-1, 1\].*1.002"),
        (np.full([4, 8, 8, 1], -1.002), r"must lie in \[-1, 1\].*-1.002"),
        (np.full([4, 8, 8, 1], np.nan), "NaN or infinity in 4 of 4 rows"),
        (np.full([4, 8, 8, 1], -np.inf), "NaN or infinity"),
        (np.full([4, 8, 8, 1], 200, np.uint8), "dtype=uint8"),
        (np.zeros([4, 64]), r"shape=\(4, 64\)"),
        (np.zeros([3, 8, 8, 1]), r"must return 4 samples.*shape=\(3, 8, 8, 1\)"),
        (np.zeros([4, 0, 8, 1]), r"shape=\(4, 0, 8, 1\)"),
        (None, r"must return 4 samples.*shape=\(\)"),
    ],
)
def test_wrong_images_are_refused(brightness_classifier, images, message):
    with pytest.raises(ValueError, match=message):
        ClassifierEvaluator(brightness_classifier, 4)(lambda n, seed: images, seed=0)


@pytest.mark.parametrize("seed", [0.5, None, True])
def test_wrong_seed_is_refused(brightness_classifier, seed):
    with pytest.raises(ValueError, match=f"seed={seed}"):
        ClassifierEvaluator(brightness_classifier, 4)(_three_of_four_bright, seed=seed)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"classifier": "digits"}, "classifier.*'digits'"),
        ({"num_samples": 0}, "num_samples=0"),
        ({"min_samples": 0}, "min_samples=0"),
        ({"resize": "lanczos"}, "resize='lanczos'"),
    ],
)
def test_wrong_arguments_are_refused(brightness_classifier, options, message):
    with pytest.raises(ValueError, match=message):
        ClassifierEvaluator(**{"classifier": brightness_classifier, **options})


def test_callable_that_returns_something_else_is_refused():
    evaluator = ClassifierEvaluator(lambda: "digits", 4)
    with pytest.raises(ValueError, match="must return a `Classifier`.*'digits'"):
        evaluator(_three_of_four_bright, seed=50)
