"""The prior of InfoGAN: noise and codes in one vector."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from tfgan_suite import latents

PRIOR = latents.StructuredLatentPrior(3, (4, 2), 2)
SEEDS = np.arange(4000, dtype="int64")


@pytest.fixture(scope="module", params=["sample", "from_seeds"])
def drawn(request):
    """Noise, categorical codes and continuous codes of 4000 rows, drawn in either way."""
    # In a graph, which draws the same (below) in a fraction of the time.
    from_seeds = tf.function(PRIOR.from_seeds)
    z = PRIOR.sample(4000, seed=1) if request.param == "sample" else from_seeds(SEEDS)
    assert z.shape == (4000, 3 + 4 + 2 + 2)
    noise, categories, continuous = PRIOR.split(z)
    return noise.numpy(), [c.numpy() for c in categories], continuous.numpy()


def test_noise_is_normal(drawn):
    assert scipy.stats.kstest(drawn[0].ravel(), scipy.stats.norm.cdf).statistic < 0.018


def test_categorical_codes_are_one_hot_and_all_classes_equally_likely(drawn):
    for code, classes in zip(drawn[1], (4, 2), strict=True):
        assert code.shape == (4000, classes)
        np.testing.assert_array_equal(np.sort(code, axis=1)[:, :-1], 0.0)
        np.testing.assert_array_equal(code.sum(axis=1), 1.0)
        assert scipy.stats.chisquare(code.sum(axis=0)).pvalue > 1e-3


def test_continuous_codes_are_uniform_on_minus_one_to_one(drawn):
    uniform = scipy.stats.uniform(-1, 2).cdf
    assert scipy.stats.kstest(drawn[2].ravel(), uniform).statistic < 0.022


def test_the_parts_are_independent(drawn):
    noise, (first, second), continuous = drawn
    columns = np.concatenate([noise, first[:, :-1], second[:, :-1], continuous], axis=1)
    between = np.corrcoef(columns.T)[:3, 3:]
    assert np.abs(between).max() < 0.07


@pytest.mark.parametrize("jit_compile", [False, True])
def test_graphs_draw_what_eager_mode_draws(jit_compile):
    drawn = tf.function(lambda: PRIOR.sample(16, 3), jit_compile=jit_compile)()
    np.testing.assert_allclose(drawn, PRIOR.sample(16, 3), rtol=1e-5, atol=1e-6)


def test_fewer_rows_are_the_first_of_more():
    np.testing.assert_allclose(PRIOR.sample(5, 3), PRIOR.sample(9, 3)[:5], rtol=1e-6)


def test_a_row_depends_on_its_own_seed_alone():
    np.testing.assert_array_equal(PRIOR.from_seeds(SEEDS[:5])[3:], PRIOR.from_seeds(SEEDS[3:5]))


def test_truncation_scales_the_noise_and_leaves_the_codes():
    z, psi = PRIOR.sample(3, 0), tf.constant([0.0, 0.5, 1.0])
    truncated = PRIOR.truncate(z, psi).numpy()
    np.testing.assert_allclose(truncated[:, :3], z[:, :3] * psi[:, None])
    np.testing.assert_array_equal(truncated[:, 3:], z[:, 3:])


def test_truncation_of_a_plain_prior_scales_everything():
    z = latents.LatentPrior(3).sample(2, 0)
    truncated = latents.LatentPrior(3).truncate(z, tf.constant([0.5, 1.0]))
    np.testing.assert_allclose(truncated, z * [[0.5], [1.0]])


def test_a_plain_prior_draws_what_its_distribution_draws():
    seed = tf.constant([7, 0], tf.int64)
    for distribution in latents.DISTRIBUTIONS:
        drawn = latents.LatentPrior(6, distribution).sample(4, 7)
        np.testing.assert_array_equal(drawn, latents.stateless_rows([4, 6], seed, distribution))


def test_without_continuous_or_categorical_codes():
    for options in ({"categorical": (3,), "continuous": 0}, {"categorical": (), "continuous": 3}):
        prior = latents.StructuredLatentPrior(2, **options, distribution="uniform")
        _, categories, continuous = prior.split(prior.sample(5, 0))
        assert len(categories) == len(options["categorical"])
        assert continuous.shape == (5, options["continuous"])


def test_config_round_trip():
    config = keras.saving.serialize_keras_object(PRIOR)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == PRIOR.get_config()
    np.testing.assert_array_equal(again.sample(2, 0), PRIOR.sample(2, 0))


@pytest.mark.parametrize(
    "options, named",
    [
        ({"noise_dim": 0}, "noise_dim=0"),
        ({"categorical": (1,)}, r"categorical=\(1,\)"),
        ({"categorical": 10}, "categorical=10"),
        ({"continuous": -1}, "continuous=-1"),
        ({"categorical": (), "continuous": 0}, "at least one code"),
        ({"distribution": "cauchy"}, "latent_distribution='cauchy'"),
    ],
)
def test_wrong_options_are_named(options, named):
    with pytest.raises(ValueError, match=named):
        latents.StructuredLatentPrior(**{"noise_dim": 3, **options})
