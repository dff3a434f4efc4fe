"""What every trainer must do, whatever its algorithm."""

import cases
import keras
import numpy as np
import pytest

from tfgan_suite import testing

EVERY = pytest.mark.parametrize("name", cases.TRAINERS)
BATCH, STEPS = 4, 2


def trained(name, policy="float32", **compile_options):
    """A trainer after a few steps, and its history."""
    keras.config.set_dtype_policy(policy)
    trainer = cases.TRAINERS[name]()
    if compile_options:
        config = trainer.get_compile_config()
        trainer.compile_from_config({**config, **compile_options})
    return trainer, fit(trainer)


def fit(trainer, seed=0):
    x = testing.points(STEPS * BATCH * trainer.discriminator_steps, seed=seed)
    return trainer.fit(x, batch_size=BATCH, shuffle=False, verbose=0).history


def networks(trainer):
    return [n for n in (trainer.generator, trainer.discriminator, trainer.ema_generator) if n]


def assert_close(trainer, other, tolerance):
    for a, b in zip(networks(trainer), networks(other), strict=True):
        assert testing.distance(a, b) <= tolerance


@EVERY
def test_config_round_trip(name):
    trainer = cases.TRAINERS[name]()
    again = type(trainer).from_config(trainer.get_config())
    assert again.get_config() == trainer.get_config()


@EVERY
def test_a_saved_trainer_trains_on_as_the_first_one(name, tmp_path):
    trainer, _ = trained(name, run_eagerly=True)
    trainer.save(tmp_path / "trainer.keras")
    loaded = keras.saving.load_model(tmp_path / "trainer.keras")
    histories = [fit(t, seed=1) for t in (trainer, loaded)]
    for a, b in zip(networks(loaded), networks(trainer), strict=True):
        assert testing.same(a, b)
    assert histories[0]["d_loss"] == histories[1]["d_loss"]


@EVERY
def test_compiled_and_xla_equal_eager(name):
    eager, history = trained(name, run_eagerly=True)
    for options in ({"run_eagerly": False}, {"jit_compile": True}):
        other, other_history = trained(name, **options)
        assert_close(other, eager, 1e-4)
        np.testing.assert_allclose(other_history["d_loss"], history["d_loss"], rtol=1e-3)


@EVERY
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_stays_finite(name, dtype):
    trainer, history = trained(name, f"mixed_{dtype}", run_eagerly=True)
    assert np.isfinite(list(history.values())).all()
    assert all(np.isfinite(testing.vector(network)).all() for network in networks(trainer))


@EVERY
def test_two_replicas_equal_one(name, two_replicas):
    with two_replicas.scope():
        trainer, _ = trained(name)
    one, _ = trained(name, run_eagerly=True)
    assert_close(trainer, one, 1e-3)


@EVERY
def test_the_logs_have_both_losses_and_no_meaningless_one(name):
    _, history = trained(name, run_eagerly=True)
    assert {"g_loss", "d_loss"} <= set(history)
    assert "loss" not in history
