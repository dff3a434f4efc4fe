"""Trainings with schedules of learning rate, beta_2, penalties' weights and moving averages."""

import families
import keras
import numpy as np
import pytest

import tfgan_suite as tgs
from tfgan_suite import losses, testing
from tfgan_suite.optimizers import Adam
from tfgan_suite.schedules import Cosine

GAMMA, RATE, BETA_2 = Cosine(0.5, 0.05, 6), Cosine(2e-2, 5e-3, 6), Cosine(0.9, 0.99, 6)


def scheduled(discriminator_steps=1, **options):
    """A small R3GAN, of vectors: loss, penalties and schedules of arXiv:2501.05441."""
    gan = tgs.GAN(
        *testing.mlp_networks(),
        testing.LATENT_DIM,
        ema_decay=tgs.HalfLife(Cosine(0.0, 20.0, 6)),
        discriminator_steps=discriminator_steps,
        seed=3,
    )
    adam = Adam(RATE, beta_1=0.0, beta_2=BETA_2, epsilon=1e-3, name="adam")
    gan.compile(
        adam,
        loss="relativistic_standard_logistic",
        penalties=[losses.R1(GAMMA), losses.R2(GAMMA)],
        **options,
    )
    return gan


def parts(gan):
    return [testing.vector(n) for n in (gan.generator, gan.discriminator, gan.ema_generator)]


def near(a, b):
    for first, second in zip(parts(a), parts(b), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)


def cosine(t, start, end, steps=6):
    return end + (start - end) * (1 + np.cos(np.pi * min(t / steps, 1.0))) / 2


def test_weights_of_penalties_follow_the_steps_and_both_players_the_formula():
    """L_D = mean softplus(D(G(z)) - D(x)) + gamma/2 (R1 + R2), D linear; L_G the other way."""
    x = keras.Input((2,))
    linear = keras.Model(x, keras.layers.Dense(1, use_bias=False, dtype="float32")(x))
    linear.set_weights([np.array([[0.6], [-0.8]])])  # of norm 1: R1 = R2 = 1/2
    generator, _ = testing.mlp_networks()
    gan = tgs.GAN(generator, linear, testing.LATENT_DIM, discriminator_steps=2, seed=3)
    gan.compile(
        keras.optimizers.SGD(0.0),
        loss="relativistic_standard_logistic",
        penalties=[losses.R1(GAMMA), losses.R2(GAMMA, interval=2)],
    )
    for step in range(8):
        logs = gan.train_on_batch(testing.points(8).reshape(4, 2, 2), return_dict=True)
        np.testing.assert_allclose(logs["r1"], cosine(step, 0.5, 0.05) / 2, rtol=1e-5)
        # Half of the updates, twice as much in each.
        np.testing.assert_allclose(logs["r2"], cosine(step, 0.5, 0.05) / 2, rtol=1e-5)
    real, fake = np.array([[1.0], [2.0]]), np.array([[0.5], [4.0]])
    of_d, of_g = np.logaddexp(0, fake - real).mean(), np.logaddexp(0, real - fake).mean()
    np.testing.assert_allclose(gan.adversarial_loss.discriminator_loss(real, fake), of_d, rtol=1e-6)
    np.testing.assert_allclose(gan.adversarial_loss.generator_loss(real, fake), of_g, rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 2])
def test_all_schedules_count_the_steps_of_the_trainer(steps):
    gan = scheduled(steps)
    families.fit(gan, testing.points(4 * 3 * steps))
    for optimizer in (gan.optimizer, gan.discriminator_optimizer):
        np.testing.assert_allclose(optimizer.learning_rate, cosine(3, 2e-2, 5e-3), rtol=1e-6)
        np.testing.assert_allclose(optimizer.beta_2, cosine(3, 0.9, 0.99), rtol=1e-6)


def test_a_saved_training_goes_on_as_the_whole_one(tmp_path):
    whole, first = scheduled(2), scheduled(2)
    x = testing.points(64)
    families.fit(whole, x)
    families.fit(first, x[:32])
    first.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    families.fit(again, x[32:])
    for a, b in zip(parts(whole), parts(again), strict=True):
        np.testing.assert_array_equal(a, b)
    assert repr(again.get_config()["ema_decay"]) == repr(whole.get_config()["ema_decay"])
    assert repr(again.get_compile_config()) == repr(whole.get_compile_config())


@pytest.mark.parametrize("options", [{"jit_compile": True}, {"micro_batches": 2}], ids=str)
def test_xla_and_micro_batches_train_as_eager_mode_does(options):
    eager, other = scheduled(run_eagerly=True), scheduled(**options)
    for gan in (eager, other):
        families.fit(gan, testing.points(16))
    near(eager, other)


def test_two_replicas_equal_one(two_replicas):
    one = scheduled(2)
    with two_replicas.scope():
        two = scheduled(2)
    for gan in (one, two):
        families.fit(gan, testing.points(32))
    near(one, two)


# --- Moving averages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "half_life, of_step",
    [
        (5.0, lambda t: min(0.5 ** (8 / 5.0), (1 + t) / (10 + t))),
        (5000, lambda t: min(0.5 ** (8 / 5000), (1 + t) / (10 + t))),
        (Cosine(0.0, 20.0, 2), lambda t: 0.5 ** (8 / max(cosine(t, 0, 20, 2), 1e-8))),
    ],
    ids=["short", "young", "schedule"],
)
def test_the_average_forgets_half_in_so_many_images(half_life, of_step):
    """Two minibatches of four rows in each step: eight images."""
    gan = families.make(ema_decay=tgs.HalfLife(half_life), discriminator_steps=2)
    families.compiled(gan)
    expected = testing.vector(gan.generator)
    for step in range(4):
        families.fit(gan, testing.points(8))
        decay = of_step(step)
        expected = decay * expected + (1 - decay) * testing.vector(gan.generator)
        np.testing.assert_allclose(testing.vector(gan.ema_generator), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("images", [0, -1.0, float("inf"), True, "5"])
def test_a_half_life_is_a_positive_number_of_images(images):
    with pytest.raises(ValueError, match="positive number of examples.*Received: "):
        tgs.HalfLife(images)
