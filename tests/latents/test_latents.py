"""Latent priors: their distribution, and what a draw depends on."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from tfgan_suite.latents import LatentPrior


@pytest.mark.parametrize(
    "distribution, cdf",
    [("normal", scipy.stats.norm.cdf), ("uniform", scipy.stats.uniform(-1, 2).cdf)],
)
def test_latents_follow_their_distribution(distribution, cdf):
    latents = LatentPrior(10, distribution).sample(5000, seed=0).numpy().ravel()
    # The Kolmogorov-Smirnov statistic of 50 000 true draws stays below this with p = 0.999.
    assert scipy.stats.kstest(latents, cdf).statistic < 1.95 / np.sqrt(latents.size)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_rows_from_seeds_follow_the_distribution_together(distribution):
    seeds = tf.range(2000, dtype=tf.int64)
    latents = tf.function(LatentPrior(10, distribution).from_seeds)(seeds).numpy()
    expected = {"normal": (0.0, 1.0), "uniform": (0.0, 1 / np.sqrt(3))}[distribution]
    np.testing.assert_allclose((latents.mean(), latents.std()), expected, atol=0.02)
    # Neighbouring seeds have nothing in common.
    assert abs(np.corrcoef(latents[:-1].ravel(), latents[1:].ravel())[0, 1]) < 0.03


def test_a_seed_decides_the_latents():
    prior = LatentPrior(6)
    np.testing.assert_array_equal(prior.sample(4, 7), prior.sample(4, 7))
    assert not np.any(prior.sample(4, 7).numpy() == prior.sample(4, 8).numpy())


def test_a_row_depends_on_its_own_seed_alone():
    prior = LatentPrior(6)
    seeds = np.array([5, -1, 2**40, 5], "int64")
    together = prior.from_seeds(seeds).numpy()
    alone = np.concatenate([prior.from_seeds(seeds[i : i + 1]) for i in range(4)])
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together[0], together[3])


def test_no_seed_gives_no_row():
    assert LatentPrior(6).from_seeds(np.zeros(0, "int64")).shape == (0, 6)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_graphs_draw_what_eager_mode_draws(distribution, jit_compile):
    prior = LatentPrior(8, distribution)
    drawn = tf.function(lambda: prior.sample(16, 3), jit_compile=jit_compile)()
    np.testing.assert_allclose(drawn, prior.sample(16, 3), rtol=1e-5, atol=1e-6)


def test_config_round_trip():
    prior = LatentPrior.from_config(LatentPrior(3, "uniform").get_config())
    assert (prior.dim, prior.distribution) == (3, "uniform")


@pytest.mark.parametrize("dim", [0, -1, 2.0, True, "8", None])
def test_a_wrong_dimension_is_named(dim):
    with pytest.raises(ValueError, match="Received: latent_dim="):
        LatentPrior(dim)


def test_an_unknown_distribution_is_named():
    with pytest.raises(ValueError, match="one of .*normal.*Received: latent_distribution='cauchy'"):
        LatentPrior(8, "cauchy")
