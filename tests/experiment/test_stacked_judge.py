"""StackedMNIST judged by the modes that are reached, with digits that are plain levels of grey."""

import keras
import numpy as np
import pytest

from tfgan_suite.data import any_source, stacked_mnist
from tfgan_suite.data.arrays import array_source
from tfgan_suite.data.given_conditions import with_condition
from tfgan_suite.data.source import UnknownSplitError
from tfgan_suite.experiment import judges, real_data, scoring
from tfgan_suite.metrics import Classifier, ModeHistogramEvaluator

LEVEL = 25  # all pixels of the digit d are 25 d


def open_levels(source, split, *options):
    """What stands in for TFDS's MNIST."""
    if split not in ("train", "test"):
        raise UnknownSplitError(split)
    digits = np.arange(200 if split == "test" else 20) % 10
    levels = np.uint8(LEVEL * digits)[:, None, None, None]
    images = np.tile(levels, (1, 28, 28, 1))
    return array_source("mnist", images, *with_condition(digits))


def classifier_of_levels(*_, **options):
    inputs = keras.Input((28, 28, 1))
    level = (keras.ops.mean(inputs, axis=(1, 2)) + 1.0) * 127.5 / LEVEL
    logits = -4.0 * keras.ops.square(level - keras.ops.arange(10, dtype="float32")[None])
    return Classifier(keras.Model(inputs, logits), 0.99, name=options["name"])


@pytest.fixture(autouse=True)
def levels(monkeypatch):
    for module in (any_source, stacked_mnist):
        monkeypatch.setattr(module, "open_tfds", open_levels)
    monkeypatch.setattr(real_data.Classifier, "train", classifier_of_levels)
    stacked_mnist._read.cache_clear()
    yield
    stacked_mnist._read.cache_clear()


def test_real_images_and_noise_by_the_usual_command(tmp_path):
    sources = ["data:stacked_mnist:test", "noise"]
    _, (real, noise) = scoring.score(sources, "stacked_mnist", samples=400, to=tmp_path)
    reached, divergence = real["scores"]
    assert (reached.name, divergence.metric) == ("modes_reached-stacked_mnist-400", "reverse_kl")
    # 1000 (1 - 0.999^400) = 329.8 of independent draws, with a standard deviation of about 8.
    np.testing.assert_allclose(reached.details["expected_modes"], 329.8, atol=0.1)
    assert abs(reached.value - 330) < 30
    assert np.log(1000 / reached.value) < divergence.value < np.log(1000 / reached.value) + 0.2
    # The mean of noise, 127.5, is nearest to the level of the digit 5: one mode, 555.
    reached, divergence = noise["scores"]
    assert reached.value == 1
    np.testing.assert_allclose(divergence.value, np.log(1000))


def test_recipes_are_judged_by_modes():
    judge = judges.classifier_judge("stacked_mnist", num_samples=50)
    assert isinstance(judge, ModeHistogramEvaluator)
    found = judge(lambda n, seed: np.zeros([n, 28, 28, 3], np.float32), seed=0)
    assert (found["modes_reached"], found["modes"], found["samples"]) == (1, 1000, 50)


def test_features_of_whole_images_are_refused():
    with pytest.raises(ValueError, match="reads digits one by one.*mode_histogram"):
        scoring.score(["noise"], "stacked_mnist", metrics=["frechet_distance"], samples=10)


def test_grey_images_have_no_digits_left(tmp_path):
    with pytest.raises(ValueError, match="3 channels.*is a digit.*channels=1"):
        scoring.score(["noise"], "stacked_mnist", channels=1, samples=10, to=tmp_path)
