"""Trainings with a planted fault, each named by the monitor; sound ones, of which it says nothing."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import callbacks, data, experiment, losses, networks, testing, trainers
from tfgan_suite.distribution import get_strategy
from tfgan_suite.experiment import running

LATENT_DIM = 4
RECIPES = pathlib.Path(__file__).parents[2] / "recipes"


def ring(count=256, modes=8):
    """Points on the first `modes` of eight clusters on a circle."""
    angles = np.arange(count) % modes * (np.pi / 4)
    centres = 2.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (centres + 0.02 * testing.points(count)).astype("float32")


def make(cls=trainers.ModifiedMinimaxGAN, rates=(2e-3, 2e-3), dim=2, units=16, **options):
    """A trainer of MLPs; `rates` are those of Adam, G's first."""
    compiled = {name: options.pop(name) for name in ("loss", "penalties") if name in options}
    generator = networks.mlp.build_generator((dim,), LATENT_DIM, (units,), seed=1)
    discriminator = options.pop("discriminator", None) or networks.mlp.build_discriminator(
        (dim,), (units,), seed=2
    )
    trainer = cls(generator, discriminator, LATENT_DIM, seed=3, **options)
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.0) for rate in rates]
    trainer.compile(*optimizers, steps_per_execution=5, **compiled)
    return trainer


def diagnose(trainer, x, real=None, *, epochs=8, steps=15, more=(), **options):
    """Trains; returns the names of what was found, and the monitor."""
    said = []
    options = {"warm_up": 45, "say": said.append, **options}
    monitor = callbacks.GANMonitor(x if real is None else real, **options)
    batches = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), seed=1)
    batches = batches.repeat().batch(32, drop_remainder=True)
    trainer.fit(
        batches, steps_per_epoch=steps, epochs=epochs, verbose=0, callbacks=[*more, monitor]
    )
    assert len(said) == len(monitor.findings)
    return {finding["name"] for finding in monitor.findings}, monitor


def test_a_discriminator_without_a_learning_rate():
    names, monitor = diagnose(make(rates=(2e-2, 0.0)), ring(), epochs=3)
    assert names == {"frozen_discriminator"}
    assert "learning rate is 0." in monitor.findings[0]["words"]


def test_one_class_in_the_data():
    trainer = make(rates=(1e-2, 1e-2))
    names, _ = diagnose(trainer, ring(modes=1), real=ring(), epochs=10, steps=30, warm_up=180)
    assert "mode_collapse" in names


def test_a_frozen_generator():
    names, _ = diagnose(make(rates=(0.0, 2e-3)), ring())
    assert names == {"frozen_generator"}


def test_a_discriminator_far_ahead_in_the_minimax_game():
    loss = losses.Minimax(label_smoothing=0.0)
    trainer = make(trainers.MinimaxGAN, rates=(1e-5, 5e-2), discriminator_steps=10, loss=loss)
    names, monitor = diagnose(trainer, ring() + np.float32(5.0), warm_up=10_000)
    assert names == {"vanishing_gradients"}
    assert monitor.findings[0]["figures"]["separation"] > 0.9


def test_the_same_with_the_loss_that_does_not_saturate():
    loss = losses.ModifiedMinimax(label_smoothing=0.0)
    trainer = make(rates=(1e-5, 5e-2), discriminator_steps=10, loss=loss)
    names, _ = diagnose(trainer, ring() + np.float32(5.0), warm_up=10_000)
    assert names == set()


def test_a_discriminator_that_memorizes():
    x, held_out = testing.points(32, 64), testing.points(32, 64, seed=9)
    trainer = make(rates=(1e-4, 1e-2), dim=64, units=128)
    names, monitor = diagnose(trainer, x, held_out=held_out, warm_up=10_000)
    assert names == {"memorizing_discriminator"}
    assert monitor.findings[0]["figures"]["held_out_accuracy"] < 0.8


def test_a_discriminator_with_images_to_spare_does_not_memorize():
    x, held_out = testing.points(4096, 8), testing.points(128, 8, seed=9)
    trainer = make(rates=(1e-4, 1e-3), dim=8)
    assert diagnose(trainer, x, held_out=held_out, warm_up=10_000)[0] == set()


def test_a_blind_discriminator():
    k = keras.layers
    points = keras.Input((2,))
    blind = keras.Model(points, k.Dense(1)(k.Rescaling(0.0)(points)))
    names, _ = diagnose(make(discriminator=blind), ring())
    assert "discriminator_not_learning" in names


def test_a_critic_without_bounds_diverges():
    trainer = make(
        trainers.WassersteinGAN, rates=(1e-4, 0.1), weight_clip=None, discriminator_steps=3
    )
    # What diverges may lose its variety as well.
    assert "divergence" in diagnose(trainer, ring() + np.float32(5.0))[0]


def explosive():
    trainer = make()
    trainer.compile(keras.optimizers.SGD(1e25), keras.optimizers.SGD(1e25), run_eagerly=True)
    return trainer


def test_nan():
    names, monitor = diagnose(explosive(), ring(), epochs=2, steps=3)
    assert "non_finite" in names and "d_loss" in monitor.findings[0]["words"]


def test_nan_that_a_guard_ends(tmp_path):
    with pytest.raises(FloatingPointError):
        diagnose(
            explosive(), ring(), epochs=2, steps=3, directory=tmp_path,
            more=[callbacks.GuardNonFinite()],
        )  # fmt: skip
    (finding,) = json.loads((tmp_path / "diagnosis.json").read_text())["findings"]
    assert finding["name"] == "non_finite" and "weight" in finding["words"]


def test_a_sound_training():
    trainer = make(
        trainers.WassersteinGAN,
        rates=(1e-3, 1e-3),
        units=32,
        discriminator_steps=2,
        penalties=[losses.GradientPenalty(0.1)],
    )
    names, monitor = diagnose(trainer, ring(), epochs=12, steps=50, warm_up=300)
    assert names == set()
    assert monitor._figures["diversity"] > 0.7


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mlp_gan", "dcgan", "wgan_gp"])
def test_a_whole_sound_recipe(name):
    recipe = experiment.load_recipe(RECIPES / f"{name}.py")
    built = running.build(recipe, experiment.resolve_config(recipe), get_strategy("one"))
    monitor = callbacks.GANMonitor(built.real)
    built.trainer.fit(
        built.data,
        epochs=built.epochs,
        steps_per_epoch=built.steps_per_epoch,
        verbose=0,
        callbacks=[monitor],
    )
    assert monitor.findings == [] and monitor.diagnosis.looks == built.epochs + 1


@pytest.mark.slow
@pytest.mark.parametrize("name, found", [("d", "frozen_discriminator"), ("g", "frozen_generator")])
def test_a_recipe_with_a_frozen_player(name, found):
    recipe = experiment.load_recipe(RECIPES / "wgan_gp.py")
    config = experiment.resolve_config(recipe, ["epochs=25", "discriminator_steps=1"])
    built = running.build(recipe, config, get_strategy("one"))
    player = {"g": built.trainer.optimizer, "d": built.trainer.discriminator_optimizer}[name]
    player.learning_rate = 0.0
    monitor = callbacks.GANMonitor(built.real, say=print)
    built.trainer.fit(
        built.data, epochs=25, steps_per_epoch=50, verbose=0, callbacks=[monitor]
    )
    names = {finding["name"] for finding in monitor.findings}
    assert names == ({found, "mode_collapse"} if name == "d" else {found})


@pytest.mark.slow
def test_a_recipe_with_one_class_of_ten():
    recipe = experiment.load_recipe(RECIPES / "wgan_gp.py")
    config = experiment.resolve_config(recipe, ["epochs=25", "discriminator_steps=2"])
    built = running.build(recipe, config, get_strategy("one"))
    batches = list(data.load("digits", image_size=16, labels=True, shuffle=False))
    images, labels = (np.concatenate([np.asarray(b[i]) for b in batches]) for i in (0, 1))
    ones = data.load(images[labels == 1], batch_size=64, repeat=True)
    monitor = callbacks.GANMonitor(images, say=print)
    built.trainer.fit(ones, epochs=25, steps_per_epoch=50, verbose=0, callbacks=[monitor])
    assert "mode_collapse" in {finding["name"] for finding in monitor.findings}
