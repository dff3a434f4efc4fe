"""The number of modes reached, and the reverse KL divergence, against closed forms."""

import keras
import numpy as np
import pytest

from tfgan_suite.metrics import (
    Classifier,
    ModeHistogramEvaluator,
    mode_histogram,
    stacked_classifier,
)

# --- The histogram ----------------------------------------------------------------------------


def test_all_modes_evenly():
    found = mode_histogram(np.repeat(np.arange(1000), 25), 1000)
    assert (found["modes_reached"], found["reverse_kl"], found["samples"]) == (1000, 0.0, 25_000)


@pytest.mark.parametrize("reached", [1, 7, 500])
def test_a_planted_collapse(reached):
    found = mode_histogram(np.repeat(np.arange(reached), 3), 1000)
    assert found["modes_reached"] == reached
    np.testing.assert_allclose(found["reverse_kl"], np.log(1000 / reached), rtol=1e-12)


def test_a_mode_that_comes_too_often():
    # Half of the samples are of one mode, the others even: log 2K / 2 + ((K - 1) / K ...) by hand.
    modes = np.concatenate([np.zeros(10, int), np.arange(10)])
    shares = np.array([11, *[1] * 9]) / 20
    found = mode_histogram(modes, 10)
    np.testing.assert_allclose(found["reverse_kl"], np.sum(shares * np.log(shares * 10)))


def test_draws_of_the_law_itself_reach_what_is_expected():
    draws = np.random.default_rng(0).integers(1000, size=2000)
    found = mode_histogram(draws, 1000)
    # 1000 (1 - 0.999^2000) = 864.8, with a standard deviation of about 9.
    np.testing.assert_allclose(found["expected_modes"], 864.8, atol=0.1)
    assert abs(found["modes_reached"] - found["expected_modes"]) < 30
    many = mode_histogram(np.random.default_rng(1).integers(1000, size=100_000), 1000)
    np.testing.assert_allclose(many["reverse_kl"], 999 / 200_000, rtol=0.2)


def test_another_law_than_equal_shares():
    law = [0.5, 0.25, 0.25, 0.0]
    assert mode_histogram([0, 0, 1, 2], 4, law)["reverse_kl"] == 0.0
    assert mode_histogram([0, 3], 4, law)["reverse_kl"] == np.inf
    np.testing.assert_allclose(mode_histogram([0], 4, law)["reverse_kl"], np.log(2))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (([], 3), "at least one"), (([0.5], 3), "must be integers"), (([[0]], 3), "integers"),
        (([3], 3), "from 0 to 2.*from 3"), (([-1], 3), "from 0 to 2"), (([0], 0), "num_modes"),
        (([0], 2, [0.5, 0.4]), "add up to 1"), (([0], 2, [1.0]), "law"),
        (([0], 2, [1.5, -0.5]), "probabilities"),
    ],
)  # fmt: skip
def test_what_is_no_histogram_is_named(arguments, match):
    with pytest.raises(ValueError, match=match):
        mode_histogram(*arguments)


# --- The classifier of stacked images ---------------------------------------------------------


def by_level(accuracy=0.99):
    """A classifier of ten grey levels: images [8, 8, 1] of the level c / 4.5 - 1 are of class c."""
    inputs = keras.Input((8, 8, 1))
    level = keras.ops.mean(inputs, axis=(1, 2)) * 4.5 + 4.5
    logits = -4.0 * keras.ops.square(level - keras.ops.arange(10, dtype="float32")[None])
    return Classifier(keras.Model(inputs, logits), accuracy, name="levels")


def stacked(numbers):
    """Images [8, 8, 3] in whose channels the three digits of numbers stand."""
    digits = np.asarray(numbers)[:, None] // [100, 10, 1] % 10
    levels = (digits / 4.5 - 1.0).astype(np.float32)
    return np.broadcast_to(levels[:, None, None], (len(levels), 8, 8, 3)).copy()


def test_a_stacked_classifier_reads_each_channel():
    judge = stacked_classifier(by_level())
    numbers = np.arange(1000)
    logits = judge.logits(stacked(numbers))
    np.testing.assert_array_equal(logits.argmax(axis=1), numbers)
    np.testing.assert_allclose(np.exp(logits).sum(axis=1), 1.0, rtol=1e-5)
    assert (judge.image_shape, judge.num_classes) == ((8, 8, 3), 1000)
    np.testing.assert_allclose(judge.accuracy, 0.99**3)


def test_a_poor_classifier_is_warned_of():
    with pytest.warns(UserWarning, match="right on 97.9% of held-out images.*98%"):
        stacked_classifier(by_level(0.979))


def test_a_classifier_of_colours_cannot_read_channels():
    judge = stacked_classifier(by_level())
    with pytest.raises(ValueError, match="one channel.*3"):
        stacked_classifier(judge)


def test_the_evaluator_counts_the_modes_of_images():
    def collapsed(n, seed):
        return stacked(np.random.default_rng(seed).integers(10, size=n) * 111)

    evaluator = ModeHistogramEvaluator(stacked_classifier(by_level()), num_samples=500)
    found = evaluator(collapsed, seed=0)
    assert (found["modes_reached"], found["modes"]) == (10, 1000)
    shares = np.bincount(np.random.default_rng(0).integers(10, size=500)) / 500
    np.testing.assert_allclose(found["reverse_kl"], np.sum(shares * np.log(shares * 1000)))
    assert found["protocol"]["classifier"]["name"] == "stacked_levels"
