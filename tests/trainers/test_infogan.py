"""InfoGAN: mutual information against closed forms and TF-GAN, both weights, codes, config."""

import copy

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from tfgan_suite import InfoGAN, losses, networks, testing, tf_gan
from tfgan_suite.latents import LatentPrior, StructuredLatentPrior

ROWS = 8
X = testing.points(ROWS)
PRIOR = StructuredLatentPrior(2, (3,), 1)


def make(prior=PRIOR, log_stddev=True, **options):
    generator = networks.mlp.build_generator(2, prior.dim, (4,), activation="tanh", seed=1)
    _, discriminator = testing.mlp_networks()
    discriminator = networks.heads.build_code_heads(
        discriminator, prior.categorical, prior.continuous, units=4, log_stddev=log_stddev, seed=2
    )
    for weight in discriminator.trainable_weights:
        weight.assign(5.0 * weight)  # so that Q says something of the codes
    return InfoGAN(generator, discriminator, prior, seed=1, **options)


def step(trainer, rate=0.1, **options):
    """One step of plain descent; returns the logs."""
    optimizers = [keras.optimizers.SGD(rate) for _ in range(2)]
    trainer.compile(*optimizers, **{"loss": "wasserstein", "run_eagerly": True, **options})
    return {n: float(v) for n, v in trainer.train_on_batch(X, return_dict=True).items()}


def of_first_draw(trainer):
    """The first latents of a training's first step, and D's outputs for them."""
    z = trainer.latent_prior.sample(ROWS, tf.constant([1, 0], tf.int64))
    g_z = trainer.generator(z, training=True)
    return z, [y.numpy().astype("float64") for y in trainer.discriminator(g_z, training=True)]


def negative_log_likelihoods(trainer):
    """Of the categorical and of the continuous code, in float64: -mean log Q(c | G(z, c))."""
    z, (_, logits, mean, *log_stddev) = of_first_draw(trainer)
    _, (category,), c = (np.asarray(part, "float64") for part in trainer.latent_prior.split(z))
    log_q = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    s = log_stddev[0] if log_stddev else np.zeros_like(mean)
    density = -0.5 * ((c - mean) / np.exp(s)) ** 2 - s - 0.5 * np.log(2.0 * np.pi)
    return -np.mean(np.sum(category * log_q, axis=1)), -np.mean(np.sum(density, axis=1))


@pytest.mark.parametrize("log_stddev", [False, True])
def test_the_information_is_that_of_the_closed_form(log_stddev):
    trainer = make(
        log_stddev=log_stddev,
        generator_information_weight=0.5,
        discriminator_information_weight=2.0,
        continuous_weight=0.3,
        shared_latents=True,
    )
    categorical, continuous = negative_log_likelihoods(trainer)
    logs = step(trainer, rate=0.0)
    expected = categorical + 0.3 * continuous
    np.testing.assert_allclose(logs["d_information_loss"], 2.0 * expected, rtol=1e-5)
    np.testing.assert_allclose(logs["g_information_loss"], 0.5 * expected, rtol=1e-5)


def test_the_information_is_that_of_tf_gan():
    """TF-GAN's penalty is the mean over the codes; ours, as in the paper, their sum."""
    trainer = make(continuous_weight=0.3, shared_latents=True)
    z, (_, logits, mean, log_stddev) = of_first_draw(trainer)
    _, (category,), c = trainer.latent_prior.split(z)
    found = [
        tfp.distributions.OneHotCategorical(logits=logits.astype("float32")),
        tfp.distributions.Normal(mean.astype("float32"), np.exp(log_stddev).astype("float32")),
    ]
    penalty = tf_gan.losses.wargs.mutual_information_penalty([category, c], found, weights=[1, 0.3])
    logs = step(trainer, rate=0.0)
    np.testing.assert_allclose(logs["d_information_loss"], 2.0 * penalty, rtol=1e-5)


def test_the_information_is_added_to_both_players_losses():
    logs = step(make(shared_latents=True), rate=0.0)
    distance = logs["fake_logits"] - logs["real_logits"]
    np.testing.assert_allclose(logs["d_loss"], distance + logs["d_information_loss"], rtol=1e-5)
    np.testing.assert_allclose(
        logs["g_loss"], -logs["fake_logits"] + logs["g_information_loss"], rtol=1e-5
    )


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_each_weight_is_of_its_own_player(player):
    other = {"generator": "discriminator", "discriminator": "generator"}[player]
    ends = []
    for weight in (0.0, 3.0):
        trainer = make(**{f"{other}_information_weight": weight}, simultaneous=True)
        step(trainer)
        ends.append([w.numpy() for w in getattr(trainer, player).trainable_weights])
        ends.append([w.numpy() for w in getattr(trainer, other).trainable_weights])
    assert all(np.array_equal(a, b) for a, b in zip(ends[0], ends[2], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(ends[1], ends[3], strict=True))


def test_the_accuracy_of_the_code_is_in_the_logs():
    trainer = make()
    z, (_, logits, *_) = of_first_draw(trainer)
    _, (category,), _ = trainer.latent_prior.split(z)
    expected = np.mean(np.argmax(logits, axis=1) == np.argmax(category, axis=1))
    np.testing.assert_allclose(step(trainer, rate=0.0)["code_accuracy"], expected, rtol=1e-6)


def test_evaluate_gives_the_information_of_the_generator_that_serves():
    trainer = make(ema_decay=0.5)
    step(trainer)
    found = trainer.evaluate(X, batch_size=ROWS, verbose=0, return_dict=True)
    z = trainer.latent_prior.sample(ROWS, tf.constant([1, -1], tf.int64))
    _, logits, mean, log_stddev = trainer.discriminator(trainer(z))
    _, (category,), c = trainer.latent_prior.split(z)
    expected = losses.categorical_information_loss(category, logits)
    expected += 0.1 * losses.continuous_information_loss(c, mean, log_stddev)
    np.testing.assert_allclose(found["g_information_loss"], expected, rtol=1e-5)


def test_without_a_categorical_code_there_is_no_accuracy():
    logs = step(make(StructuredLatentPrior(2, (), 2)))
    assert "code_accuracy" not in logs and "d_information_loss" in logs


def test_labels_in_the_data_are_left_alone():
    ends = []
    for y in (None, np.arange(ROWS)):
        trainer = make()
        trainer.compile(run_eagerly=True)
        trainer.fit(X, y, batch_size=4, shuffle=False, verbose=0)
        ends.append(trainer)
    assert testing.same(ends[0].generator, ends[1].generator)


def test_config_has_the_prior_and_the_weights():
    config = make(continuous_weight=0.3).get_config()
    again = InfoGAN.from_config(copy.deepcopy(config))  # Keras takes a config apart
    assert again.latent_prior.get_config() == PRIOR.get_config()
    assert again.information_weights["continuous_weight"] == 0.3
    assert set(again.get_config()) == set(config)


def test_q_learns_the_codes():
    """With nothing to imitate but a point, G is free to spell out the codes, and Q to read them."""
    trainer = make(log_stddev=False, continuous_weight=0.0)
    trainer.compile(keras.optimizers.Adam(0.02), loss="least_squares")
    x = np.zeros((64, 2), "float32")
    history = trainer.fit(x, batch_size=32, epochs=60, verbose=0).history
    assert np.mean(history["code_accuracy"][-10:]) > 0.9


@pytest.mark.parametrize(
    "build, named",
    [
        (lambda: make(generator_information_weight=-1.0), "generator_information_weight=-1.0"),
        (lambda: make(continuous_weight=float("nan")), "continuous_weight=nan"),
        (
            lambda: InfoGAN(*testing.mlp_networks(), LatentPrior(testing.LATENT_DIM)),
            "StructuredLatentPrior. Received",
        ),
        (
            lambda: InfoGAN(make().generator, testing.mlp_networks()[1], PRIOR),
            r"outputs of shapes \[\(3,\), \(1,\)\].*build_code_heads",
        ),
        (
            lambda: InfoGAN(*testing.mlp_networks(), StructuredLatentPrior(4, (3,), 1)),
            "latent_dim=8",
        ),
    ],
)
def test_wrong_parts_are_named(build, named):
    with pytest.raises(ValueError, match=named):
        build()
