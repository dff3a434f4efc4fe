"""Tests of the kernel distance against NumPy, TF-GAN and closed forms."""

import json

import feature_oracles as oracles
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.metrics import KernelDistance, kernel_distance
from tfgan_suite.metrics._random_order import permuted


def _sets(dimension, real=150, generated=120):
    # Of unit variance on average, as the kernel expects of a feature.
    return (
        oracles.features(real, dimension, seed=1, scale=3.0),
        oracles.features(generated, dimension, seed=2, shift=0.2, scale=3.5),
    )


def _as_given(*sets):
    """Sets whose blocks, after the permutation of seed 0, are those of the sets as given."""
    return [rows[np.argsort(permuted(np.arange(len(rows)), 0, k))] for k, rows in enumerate(sets)]


def _by_class(seed, rows=1200):
    """Features of three classes, one class after the other."""
    classes = np.repeat(np.arange(3), rows // 3)
    return 3.0 * np.eye(3)[classes] + np.random.default_rng(seed).normal(size=(rows, 3))


@pytest.mark.parametrize("sorted_sets", ["real", "generated", "both"])
def test_order_does_not_matter(sorted_sets):
    rng = np.random.default_rng(9)
    real, generated = (
        rows if sorted_sets in (name, "both") else rng.permutation(rows)
        for name, rows in (("real", _by_class(1)), ("generated", _by_class(2)))
    )
    result = kernel_distance(real, generated, max_block_size=100)
    assert abs(result["kernel_distance"]) < 6 * result["standard_error"] < 8.0
    # In the order given, blocks of one class are compared with blocks of all: 60 and more.
    blocks = zip(np.split(real, 12), np.split(generated, 12))
    as_given = np.mean([oracles.kernel_distance(*pair) for pair in blocks])
    assert sorted_sets == "both" or as_given > 20.0


def test_a_stream_class_by_class_is_told(recwarn):
    metric, rng = KernelDistance(3, block_size=100), np.random.default_rng(0)
    metric.update_state(rng.permutation(_by_class(1)), rng.permutation(_by_class(2)))
    metric.result()
    metric.reset_state()
    assert not recwarn
    metric.update_state(rng.permutation(_by_class(1)), _by_class(2))
    with pytest.warns(UserWarning, match="generated rows do not come in random order"):
        metric.result()


def test_features_far_from_the_origin_are_no_order():
    metric, rng = KernelDistance(2, block_size=10), np.random.default_rng(0)
    for scale in (0.0, 1e-6, 1.0):
        metric.reset_state()
        metric.update_state(*(1e4 + scale * rng.normal(size=(2, 200, 2))))
        metric.result()


@pytest.mark.parametrize("dimension", [64, 2048])
def test_one_block_is_that_of_numpy(dimension):
    real, generated = _sets(dimension)
    expected = oracles.kernel_distance(real, generated)
    result = kernel_distance(real, generated)
    assert result["kernel_distance"] == pytest.approx(expected, rel=1e-6)
    assert (result["blocks"], result["standard_error"]) == (1, None)


def test_blocks_are_those_of_numpy():
    real, generated = unordered = _sets(64, 130, 90)
    real, generated = (permuted(rows, 7, salt) for salt, rows in enumerate(unordered))
    # 130 rows in blocks of at most 40 make 4 blocks of near equal size; the rest comes last.
    real_edges, generated_edges = np.cumsum([0, 32, 32, 33, 33]), np.cumsum([0, 22, 22, 23, 23])
    estimates = [
        oracles.kernel_distance(real[a:b], generated[c:d])
        for a, b, c, d in zip(real_edges, real_edges[1:], generated_edges, generated_edges[1:])
    ]
    result = kernel_distance(*unordered, max_block_size=40, seed=7)
    assert result["kernel_distance"] == pytest.approx(np.mean(estimates), rel=1e-6)
    error = np.std(estimates, ddof=1) / 2
    assert result["standard_error"] == pytest.approx(error, rel=1e-6)
    assert result["blocks"] == 4


def test_it_is_that_of_tf_gan_in_float32():
    pair = [x.astype(np.float32) for x in _sets(64, 200, 200)]
    expected = tf_gan.eval.kernel_classifier_distance_and_std_from_activations(
        *map(tf.constant, pair), max_block_size=50
    )
    result = kernel_distance(*_as_given(*pair), max_block_size=50)
    assert result["kernel_distance"] == pytest.approx(float(expected[0]), rel=1e-4)
    assert result["standard_error"] == pytest.approx(float(expected[1]), rel=1e-4)


def test_constant_sets_have_the_closed_form():
    # k(x, y) = (x y + 1)^3 for one feature: k(1, 1) + k(3, 3) - 2 k(1, 3).
    result = kernel_distance(np.ones([5, 1]), np.full([4, 1], 3.0))
    assert result["kernel_distance"] == pytest.approx(8 + 1000 - 2 * 64, rel=1e-12)


def test_it_is_unbiased_about_zero_for_one_law():
    real, generated = np.random.default_rng(0).normal(size=[2, 4000, 8])
    result = kernel_distance(real, generated, max_block_size=50)
    assert abs(result["kernel_distance"]) < 4 * result["standard_error"]


def test_blocks_of_a_stream_are_those_of_one_shot():
    real, generated = _sets(64, 200, 200)
    metric = KernelDistance(64, block_size=50)
    for start in range(0, 200, 37):
        metric.update_state(real[start : start + 37], generated[start : start + 37])
    expected = kernel_distance(*_as_given(real, generated), max_block_size=50)
    result = {key: float(value) for key, value in metric.result().items()}
    assert result == pytest.approx(expected, rel=1e-9)


def test_an_update_may_hold_several_blocks():
    real, generated = _sets(16, 200, 200)
    metric = KernelDistance(16, block_size=20)
    metric.update_state(real, generated)
    expected = kernel_distance(*_as_given(real, generated), 20)["kernel_distance"]
    assert float(metric.result()["kernel_distance"]) == pytest.approx(expected, rel=1e-9)


def test_rows_after_the_last_full_block_are_left_out():
    real, generated = _sets(16, 70, 70)
    metric = KernelDistance(16, block_size=30)
    metric.update_state(real, generated)
    expected = kernel_distance(*_as_given(real[:60], generated[:60]), 30)["kernel_distance"]
    assert float(metric.result()["kernel_distance"]) == pytest.approx(expected, rel=1e-9)


def test_a_stream_shorter_than_a_block_is_one_block():
    real, generated = _sets(16, 25, 25)
    metric = KernelDistance(16, block_size=30)
    metric.update_state(real, generated)
    expected = oracles.kernel_distance(real, generated)
    result = metric.result()
    assert float(result["kernel_distance"]) == pytest.approx(expected, rel=1e-9)
    assert np.isnan(result["standard_error"])


def test_state_does_not_grow_with_the_stream():
    numbers = sum(np.prod(v.shape, dtype=int) for v in KernelDistance(8, 16).variables)
    assert numbers == 16 * 2 * 8 + 2 * 8 + 9


def test_result_is_json_able():
    result = kernel_distance(*_sets(4), max_block_size=20)
    assert json.loads(json.dumps(result, allow_nan=False)) == result


@pytest.mark.parametrize(
    "real, options, message",
    [
        (np.zeros([0, 4]), {}, "`real` must not be empty"),
        (np.zeros([1, 4]), {}, "at least 2 samples of each set. Received: 1 real and 8"),
        (np.zeros([5, 4]), {"max_block_size": 2}, "5 real and 8 generated samples for 4 blocks"),
        (np.zeros([5, 3]), {}, r"`generated` must have the shape \[N, 3\]"),
        (np.full([5, 4], np.nan), {}, "NaN or infinity in 5 of 5 rows"),
        (np.zeros([5, 4]), {"max_block_size": 0}, "max_block_size=0"),
    ],
)
def test_wrong_arguments_are_refused(real, options, message):
    with pytest.raises(ValueError, match=message):
        kernel_distance(real, np.zeros([8, 4]), **options)


def test_unequal_updates_are_refused():
    with pytest.raises(ValueError, match="Received: 3 and 4 rows"):
        KernelDistance(2).update_state(np.ones([3, 2]), np.ones([4, 2]))


def test_blocks_of_one_row_are_refused():
    with pytest.raises(ValueError, match="at least 2. Received: block_size=1"):
        KernelDistance(2, block_size=1)
