"""`.keras` files: what they bring back, and that training goes on from them as if never stopped."""

import json

import families
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import ModifiedMinimaxGAN, losses, testing, tf_gan
from tfgan_suite.callbacks import TrainerCheckpoint


def adam():
    return keras.optimizers.Adam(1e-2, beta_1=0.3)


def trained(family, **options):
    """A trainer with everything that has a state, after a few steps."""
    gan = families.make(
        family,
        networks=testing.batch_norm_networks(),
        discriminator_steps=2,
        ema_decay=0.95,
        latent_distribution="uniform",
        name="mine",
        **options,
    )
    penalties = [losses.GradientPenalty(5.0, interval=2)]
    optimizers = {"optimizer": adam(), "discriminator_optimizer": adam()}
    # One family compiled: what is saved and restored does not depend on how steps are run.
    families.compiled(gan, penalties=penalties, run_eagerly=family != "wasserstein", **optimizers)
    families.fit(gan, testing.points(24))
    return gan


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A trained trainer and what its file gives back; tests must not change them."""
    keras.utils.set_random_seed(0)
    gan = trained("wasserstein", weight_clip=0.5, shared_latents=True)
    path = tmp_path_factory.mktemp("saved") / "gan.keras"
    gan.save(path)
    return gan, keras.saving.load_model(path)


def test_the_class_and_config_come_back(pair):
    gan, loaded = pair
    assert type(loaded) is type(gan)
    configs = [model.get_config() for model in (gan, loaded)]
    networks = [[config.pop(role) for role in ("generator", "discriminator")] for config in configs]
    assert configs[0] == configs[1]
    assert json.dumps(networks[0]) == json.dumps(networks[1])  # where JSON made lists of tuples
    assert (loaded.weight_clip, loaded.shared_latents, loaded.ema_decay) == (0.5, True, 0.95)
    assert (loaded.name, loaded.latent_prior.distribution) == ("mine", "uniform")


@pytest.mark.parametrize("network", ["generator", "discriminator", "ema_generator"])
def test_the_networks_come_back(pair, network):
    gan, loaded = pair
    assert testing.same(getattr(loaded, network), getattr(gan, network))


def test_the_average_is_not_the_generator_in_this_test(pair):
    gan, _ = pair
    assert not testing.same(gan.ema_generator, gan.generator)


@pytest.mark.parametrize("optimizer", ["optimizer", "discriminator_optimizer"])
def test_the_optimizers_come_back(pair, optimizer):
    gan, loaded = (getattr(model, optimizer) for model in pair)
    assert loaded.get_config() == gan.get_config()
    assert int(loaded.iterations) in (3, 6)
    assert testing.same(loaded, gan)


def test_the_loss_and_penalties_come_back(pair):
    gan, loaded = pair
    assert type(loaded.adversarial_loss) is losses.Wasserstein
    penalties, expected = (
        trainer.players["discriminator"].penalties_on(trainer.discriminator)
        for trainer in (loaded, gan)
    )
    assert [p.get_config() for p in penalties] == [p.get_config() for p in expected]
    assert penalties[0].interval == 2


def test_the_counters_come_back(pair):
    gan, loaded = pair
    assert int(loaded.step) == int(gan.step) == 3
    assert int(loaded.draws) == int(gan.draws)


def test_predictions_come_back(pair):
    gan, loaded = pair
    z = gan.sample_latents(5, seed=1)
    np.testing.assert_array_equal(gan.predict(z, verbose=0), loaded.predict(z, verbose=0))


@pytest.mark.parametrize("family", families.FAMILIES)
def test_training_goes_on_bit_for_bit(family, tmp_path):
    gan = trained(family)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    histories = [families.fit(model, testing.points(24, seed=1)) for model in (gan, loaded)]
    optimizers = ("optimizer", "discriminator_optimizer")
    for part in ("generator", "discriminator", "ema_generator", *optimizers):
        assert testing.same(getattr(loaded, part), getattr(gan, part)), part
    for name in ("g_loss", "d_loss", "gradient_penalty"):
        assert histories[0][name] == histories[1][name]


def test_a_pair_of_tf_gan_functions_comes_back(tmp_path):
    gan = families.make()
    wargs = tf_gan.losses.wargs
    pair = (wargs.least_squares_generator_loss, wargs.least_squares_discriminator_loss)
    families.compiled(gan, loss=pair)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.adversarial_loss.generator_fn is pair[0]
    assert loaded.adversarial_loss.discriminator_fn is pair[1]


def test_an_uncompiled_trainer_comes_back_uncompiled(tmp_path):
    gan = families.make()
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert not loaded.compiled
    assert testing.same(loaded.generator, gan.generator)


def test_the_options_of_the_execution_come_back(tmp_path):
    gan = families.compiled(families.make(), steps_per_execution=3, jit_compile=True)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert (loaded.steps_per_execution, loaded.jit_compile) == (3, True)


def test_weights_alone_come_back(tmp_path):
    gan, other = trained("minimax"), trained("minimax")
    families.fit(other, testing.points(24, seed=1))
    other.save_weights(tmp_path / "gan.weights.h5")
    gan.load_weights(tmp_path / "gan.weights.h5")
    assert testing.same(gan.generator, other.generator)
    assert testing.same(gan.ema_generator, other.ema_generator)
    assert int(gan.step) == int(other.step)


def test_a_trainer_can_be_made_of_its_config():
    gan = families.make("wasserstein", seed=None, weight_clip=0.2, simultaneous=True)
    again = type(gan).from_config(gan.get_config())
    assert again.get_config() == gan.get_config()
    assert again.seed == gan.seed


def my_loss(fake_logits):
    return -tf.reduce_mean(fake_logits)


def my_other_loss(real_logits, fake_logits):
    return tf.reduce_mean(fake_logits - real_logits)


def test_a_loss_of_ones_own_that_is_not_there_is_named(tmp_path):
    gan = families.make()
    gan.compile(loss=(my_loss, my_other_loss))
    with pytest.warns(UserWarning, match="custom_objects={'my_loss': my_loss, 'my_other_loss'"):
        gan.save(tmp_path / "gan.keras")
    with pytest.raises(ValueError, match="register_keras_serializable.*custom_objects={'my_loss'"):
        keras.saving.load_model(tmp_path / "gan.keras")
    known = {"my_loss": my_loss, "my_other_loss": my_other_loss}
    loaded = keras.saving.load_model(tmp_path / "gan.keras", custom_objects=known)
    assert loaded.adversarial_loss.generator_fn is my_loss


class MyDense(keras.layers.Dense):
    pass


class MyGAN(ModifiedMinimaxGAN):
    pass


class MyDrift(losses.Drift):
    pass


def test_what_would_be_lost_is_named_before_the_training(tmp_path):
    generator = keras.Sequential([keras.Input((testing.LATENT_DIM,)), MyDense(2)])
    gan = MyGAN(generator, testing.mlp_networks()[1], testing.LATENT_DIM)
    gan.compile(loss=(lambda fake: tf.reduce_mean(fake), my_other_loss), penalties=[MyDrift(1.0)])
    checkpoint = TrainerCheckpoint(tmp_path / "gan.keras")
    checkpoint.set_model(gan)
    with pytest.warns(UserWarning, match="MyGAN with MyDense, MyDrift, MyGAN, a lambda, my_oth"):
        checkpoint.on_train_begin()
    gan.warn_of_lost_objects()  # it was said


def test_what_is_registered_or_handed_over_is_not_named():
    gan = families.make()
    gan.compile(loss=(my_loss, my_other_loss), penalties=[losses.R1(1.0)])
    with keras.saving.custom_object_scope({"my_loss": my_loss, "my_other_loss": my_other_loss}):
        gan.warn_of_lost_objects()
