"""Tests of the Frechet distance against SciPy, TF-GAN and closed forms."""

import feature_oracles as oracles
import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf

from tfgan_suite import tf_gan
from tfgan_suite.metrics import (
    FeatureStatistics,
    FrechetDistance,
    frechet_distance,
    frechet_distance_infinity,
)


def _streamed(real, generated, batch=37):
    metric = FrechetDistance(real.shape[1])
    for start in range(0, max(len(real), len(generated)), batch):
        rows = slice(start, start + batch)
        metric.update_state(real[rows], generated[rows])
    return float(metric.result())


def _sets(dimension, real=None, generated=None):
    return (
        oracles.features(real or 3 * dimension, dimension, seed=1),
        oracles.features(generated or 2 * dimension, dimension, seed=2, shift=0.05, scale=1.2),
    )


@pytest.mark.parametrize("dimension", [64, 256])
def test_it_is_that_of_scipy(dimension):
    real, generated = _sets(dimension)
    covariances = [np.cov(x, rowvar=False) for x in (real, generated)]
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1])
    expected = np.sum((real.mean(axis=0) - generated.mean(axis=0)) ** 2) + np.trace(
        covariances[0] + covariances[1] - 2 * root.real
    )
    assert frechet_distance(real, generated) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("counts", [(40, 50), (40, 1000), (1000, 40), (2, 3)])
def test_singular_covariances_are_exact(counts):
    real, generated = _sets(256, *counts)
    expected = oracles.frechet_distance(real, generated)
    assert frechet_distance(real, generated) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("counts", [(40, 50), (40, 1000), (700, 600)])
def test_streams_of_odd_batches_are_exact(counts):
    real, generated = _sets(256, *counts)
    expected = oracles.frechet_distance(real, generated)
    assert _streamed(real, generated) == pytest.approx(expected, rel=1e-6)


def test_inception_s_dimension_is_exact():
    real, generated = _sets(2048, 400, 300)
    expected = oracles.frechet_distance(real, generated)
    assert frechet_distance(real, generated) == pytest.approx(expected, rel=1e-6)


@pytest.mark.slow
def test_inception_s_dimension_is_exact_with_full_rank_and_streamed():
    real, generated = _sets(2048, 2300, 2200)
    expected = oracles.frechet_distance(real, generated)
    assert _streamed(real, generated, 999) == pytest.approx(expected, rel=1e-6)


def test_it_is_that_of_tf_gan():
    real, generated = (x.astype(np.float32) for x in _sets(128))
    expected = tf_gan.eval.frechet_classifier_distance_from_activations(
        tf.constant(real), tf.constant(generated)
    )
    assert frechet_distance(real, generated) == pytest.approx(float(expected), rel=1e-4)


def test_two_gaussians_have_the_closed_form():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=[20, 20]))[0]
    variances, others = rng.uniform(0, 3, [2, 20])
    variances[:5] = 0
    a = FeatureStatistics(100, rng.normal(size=20), basis * variances @ basis.T)
    b = FeatureStatistics(100, rng.normal(size=20), basis * others @ basis.T)
    # Commuting covariances: the deviations along common axes are subtracted.
    expected = np.sum((a.mean - b.mean) ** 2) + np.sum((variances**0.5 - others**0.5) ** 2)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-12)


def test_covariances_that_do_not_commute_have_the_closed_form():
    # For 2 x 2 matrices tr M^(1/2) = sqrt(tr M + 2 sqrt(det M)).
    a, b = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[1.0, -0.5], [-0.5, 4.0]])
    product = a @ b
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    statistics = [FeatureStatistics(9, np.zeros(2), c) for c in (a, b)]
    expected = np.trace(a + b) - 2 * root
    assert frechet_distance(*statistics) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("count", [10, 64, 65, 1000])
def test_equal_sets_are_at_distance_zero(count):
    real, _ = _sets(64, count)
    scale = np.trace(np.cov(real, rowvar=False))
    assert 0 <= frechet_distance(real, real) < 1e-6 * scale
    assert 0 <= _streamed(real, real[::-1].copy()) < 1e-6 * scale


def test_it_is_symmetric():
    real, generated = _sets(64, 50)
    expected = frechet_distance(real, generated)
    assert frechet_distance(generated, real) == pytest.approx(expected, rel=1e-9)


def test_a_large_common_offset_changes_nothing():
    real, generated = _sets(64)
    expected = frechet_distance(real, generated)
    assert _streamed(real + 300.0, generated + 300.0) == pytest.approx(expected, rel=1e-6)


def test_features_without_variance_add_the_distance_of_their_means():
    real, generated = _sets(32)
    expected = frechet_distance(real, generated)
    real, generated = (
        np.concatenate([x, np.full([len(x), 3], value)], axis=1)
        for x, value in ((real, 0.1), (generated, 1.1))
    )
    assert frechet_distance(real, generated) == pytest.approx(expected + 3, rel=1e-9)
    assert _streamed(real, generated) == pytest.approx(expected + 3, rel=1e-6)


def test_constant_sets_are_as_far_as_their_means():
    real, generated = np.full([9, 4], 0.1), np.full([7, 4], 0.3)
    assert frechet_distance(real, generated) == pytest.approx(4 * 0.2**2, rel=1e-9)
    assert _streamed(real, generated) == pytest.approx(4 * 0.2**2, rel=1e-6)


@pytest.mark.parametrize("rows", [5, 200])
def test_a_collapsed_generator_is_judged_in_a_stream(rows):
    real = np.random.default_rng(0).normal(size=(rows, 2))
    generated = np.tile([0.1, 0.3], (rows, 1))
    expected = np.sum((real.mean(axis=0) - (0.1, 0.3)) ** 2) + real.var(axis=0, ddof=1).sum()
    assert frechet_distance(real, generated) == pytest.approx(expected, rel=1e-12)
    assert _streamed(real, generated) == pytest.approx(expected, rel=1e-12)
    assert _streamed(generated, generated) < 1e-28


@pytest.mark.parametrize("offset, spread", [(1e3, 1e-2), (-1e6, 1e-3)])
def test_far_and_narrow_features_lose_nothing_in_a_stream(offset, spread):
    # Multiples of a power of two, so that the offset itself rounds nothing.
    steps = 2.0 ** np.floor(np.log2(spread) - 6)
    real, generated = (
        steps * np.round(spread / steps * rows) for rows in _sets(16, 300, 200)
    )
    expected = oracles.frechet_distance(real, generated)
    assert _streamed(real + offset, generated + offset) == pytest.approx(expected, rel=1e-6)


def test_features_that_move_are_merged_as_numpy_has_them():
    # Each batch lies elsewhere: what is merged is mostly the differences of their means.
    real, generated = (
        rows + np.linspace(0, 3, len(rows))[:, None] for rows in _sets(8, 200, 300)
    )
    expected = oracles.frechet_distance(real, generated)
    assert _streamed(real, generated) == pytest.approx(expected, rel=1e-6)


def test_sums_of_features_that_are_alike_are_statistics():
    rows = np.tile([0.1, 0.3], (5, 1))
    statistics = FeatureStatistics.from_sums(5, rows.sum(axis=0), rows.T @ rows)
    assert frechet_distance(statistics, rows + 1.0) == pytest.approx(2.0, rel=1e-9)


def test_statistics_are_those_of_numpy():
    real, _ = _sets(16, 9000)
    statistics = FeatureStatistics.from_features(real.astype(np.float32))
    real = real.astype(np.float32).astype(np.float64)
    assert statistics.count == 9000
    np.testing.assert_allclose(statistics.mean, real.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics.covariance, np.cov(real, rowvar=False), atol=1e-13)


@pytest.mark.parametrize("count, rank", [(9, 8), (33, 32), (100, 32)])
def test_rank_is_that_of_the_samples(count, rank):
    real, _ = _sets(32, count)
    assert FeatureStatistics.from_features(real).rank == rank


def test_reference_stays_through_resets():
    real, generated = _sets(16)
    metric = FrechetDistance(16)
    metric.set_reference(FeatureStatistics.from_features(real))
    for _ in range(2):
        metric.reset_state()
        metric.update_state(generated=generated)
        expected = frechet_distance(real, generated)
        assert float(metric.result()) == pytest.approx(expected, rel=1e-9)
    with pytest.raises(ValueError, match="update `generated` alone"):
        metric.update_state(real, generated)
    with pytest.raises(ValueError, match="must have 16 features. Received: 3"):
        metric.set_reference(FeatureStatistics(2, np.zeros(3), np.eye(3)))


def test_state_does_not_grow_with_the_stream():
    metric = FrechetDistance(8)
    numbers = sum(np.prod(v.shape, dtype=int) for v in metric.variables)
    for _ in range(5):
        metric.update_state(np.ones([100, 8]), np.ones([100, 8]))
    assert sum(np.prod(v.shape, dtype=int) for v in metric.variables) == numbers
    assert numbers == 2 * (8 * 8 + 8 + 1) + 1


def test_extrapolation_removes_the_bias():
    dimension = 24
    # Equal laws: the true distance is 0, and all that is measured is bias.
    real = FeatureStatistics(10**9, np.zeros(dimension), np.eye(dimension))
    generated = np.random.default_rng(3).normal(size=[4000, dimension])
    result = frechet_distance_infinity(real, generated, seed=1)
    biased = frechet_distance(real, generated)
    assert result["frechet_distance"] == pytest.approx(biased, rel=1e-12)
    assert biased > 6 * result["standard_error"]
    assert abs(result["frechet_distance_infinity"]) < 4 * result["standard_error"]


def test_extrapolation_is_the_line_through_the_points():
    real, generated = _sets(8, 100, 400)
    result = frechet_distance_infinity(real, generated, points=6, seed=2)
    assert result["sample_sizes"] == [40, 112, 184, 256, 328, 400]
    slope, intercept = np.polyfit(1 / np.array(result["sample_sizes"]), result["distances"], 1)
    assert result["slope"] == pytest.approx(slope)
    assert result["frechet_distance_infinity"] == pytest.approx(intercept)
    assert result == frechet_distance_infinity(real, generated, points=6, seed=2)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"min_samples": 8}, "above the number of features, 8.*min_samples=8, samples=400"),
        ({"min_samples": 400}, "below the number of samples"),
        ({"points": 1}, "`points` must be at least 2"),
    ],
)
def test_extrapolation_refuses(options, message):
    real, generated = _sets(8, 100, 400)
    with pytest.raises(ValueError, match=message):
        frechet_distance_infinity(real, generated, **options)


@pytest.mark.parametrize(
    "real, message",
    [
        (np.zeros([0, 4]), "`features` must not be empty"),
        (np.zeros([1, 4]), "at least 2 samples. Received: 1"),
        (np.zeros([5, 3]), "Received: 3 and 4"),
        (np.zeros([5, 4, 1]), r"shape \[N, D\]. Received: shape=\(5, 4, 1\)"),
        (np.zeros([9000, 4, 1]), r"Received: shape=\(4096, 4, 1\)"),
        (np.array([["a"] * 4] * 5), "must hold real numbers"),
        (np.full([5, 4], np.nan), "NaN or infinity in 5 of 5 rows"),
        (np.full([5, 4], np.inf), "NaN or infinity in 5 of 5 rows"),
    ],
)
def test_wrong_features_are_refused(real, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(real, np.eye(4))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((1, np.zeros(2), np.eye(2)), "at least 2 samples"),
        ((5, np.zeros(3), np.eye(2)), r"mean \(3,\), covariance \(2, 2\)"),
        ((5, np.zeros(2), np.array([[1.0, 0.5], [0.0, 1.0]])), "must be symmetric"),
        ((5, np.array([0, np.nan]), np.eye(2)), "`mean` must be finite"),
        ((5, np.zeros(2), np.full([2, 2], np.inf)), "`covariance` must be finite"),
    ],
)
def test_wrong_statistics_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        FeatureStatistics(*arguments)


def test_sums_that_overflow_are_refused():
    metric = FrechetDistance(2)
    metric.update_state(*[1e200 * np.eye(2)] * 2)
    with pytest.raises(ValueError, match="overflowed"):
        metric.result()


def test_one_sample_of_a_stream_is_refused():
    metric = FrechetDistance(2)
    metric.update_state(np.ones([5, 2]), np.ones([1, 2]))
    with pytest.raises(ValueError, match="at least 2 generated samples. Received: 1"):
        metric.result()


def test_statistics_come_back_from_their_file(tmp_path):
    statistics = FeatureStatistics.from_features(_sets(8)[0])
    statistics.save(tmp_path / "a.npz")
    loaded = FeatureStatistics.load(tmp_path / "a.npz")
    assert loaded.content_hash == statistics.content_hash
    assert loaded.noise == statistics.noise
    assert FeatureStatistics.from_features(_sets(8)[1]).content_hash != loaded.content_hash


def test_damaged_statistics_are_named(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ValueError, match="a.npz.*is damaged"):
        FeatureStatistics.load(tmp_path / "a.npz")
    with pytest.raises(FileNotFoundError):
        FeatureStatistics.load(tmp_path / "b.npz")


@pytest.mark.parametrize("smallest", [1e-2, 1e-5, 1e-7])
def test_spectra_of_any_width_have_the_closed_form(smallest):
    # Diagonal covariances: variances from 1 down to smallest**2, below the square root of float64.
    deviations = np.logspace(0, np.log10(smallest), 200)
    others = deviations[::-1]
    a, b = (FeatureStatistics(9, np.zeros(200), np.diag(d**2)) for d in (deviations, others))
    expected = np.sum((deviations - others) ** 2)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-7)
