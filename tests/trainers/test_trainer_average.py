"""The moving average of the generator: the formula, BatchNorm statistics, who serves."""

import families
import keras
import numpy as np
import pytest

from tfgan_suite import testing


class Recorder(keras.callbacks.Callback):
    """Writes down all variables of the generator after every step, as float64."""

    def on_train_begin(self, logs=None):
        self.states = [testing.vector(self.model.generator)]

    def on_train_batch_end(self, batch, logs=None):
        self.states.append(testing.vector(self.model.generator))


def expected_average(states, decay):
    """avg <- d avg + (1 - d) w with d = min(decay, (1 + t) / (10 + t)), t = 0, 1, ..."""
    average, *following = states
    for t, state in enumerate(following):
        d = min(decay, (1 + t) / (10 + t))
        average = d * average + (1 - d) * state
    return average


@pytest.mark.parametrize("decay", [0.3, 0.999], ids=["capped", "young"])
def test_the_average_follows_the_formula(decay):
    gan = families.make(networks=testing.batch_norm_networks(), ema_decay=decay)
    recorder = Recorder()
    families.fit(families.compiled(gan), testing.points(32), callbacks=[recorder])
    assert len(recorder.states) == 9
    expected = expected_average(recorder.states, decay)
    np.testing.assert_allclose(testing.vector(gan.ema_generator), expected, rtol=1e-5, atol=1e-6)


def test_batch_norm_statistics_are_averaged():
    gan = families.make(networks=testing.batch_norm_networks(), ema_decay=0.5)
    families.fit(families.compiled(gan), testing.points(16))
    for name in ("moving_mean", "moving_variance"):
        average, raw = (
            next(v.numpy() for v in network.variables if v.path.endswith(name))
            for network in (gan.ema_generator, gan.generator)
        )
        assert not np.allclose(raw, name == "moving_variance")
        assert not np.allclose(average, raw)
        assert not np.allclose(average, name == "moving_variance")


def test_the_average_starts_at_the_generator():
    gan = families.make(ema_decay=0.9)
    assert testing.same(gan.ema_generator, gan.generator)


def test_the_average_is_not_trained():
    gan = families.make(networks=testing.batch_norm_networks(), ema_decay=0.9)
    assert gan.ema_generator.trainable_variables == []
    names = {v.path for v in gan.trainable_variables}
    assert names == {
        v.path
        for network in (gan.generator, gan.discriminator)
        for v in network.trainable_variables
    }


def test_the_average_does_not_disturb_the_training():
    runs = []
    for decay in (None, 0.9):
        gan = families.compiled(families.make(ema_decay=decay), run_eagerly=True)
        families.fit(gan, testing.points(16))
        runs.append(gan)
    assert testing.same(runs[0].generator, runs[1].generator)
    assert testing.same(runs[0].discriminator, runs[1].discriminator)


def test_the_average_serves():
    gan = families.compiled(families.make(ema_decay=0.9), run_eagerly=True)
    families.fit(gan, testing.points(16))
    z = gan.sample_latents(4, seed=0)
    assert gan.serving_generator is gan.ema_generator
    np.testing.assert_array_equal(gan(z), gan.ema_generator(z))
    assert not np.allclose(gan(z), gan.generator(z), rtol=1e-3)


def test_without_an_average_the_generator_serves():
    gan = families.make()
    z = gan.sample_latents(4, seed=0)
    assert gan.ema_generator is None
    assert gan.serving_generator is gan.generator
    np.testing.assert_array_equal(gan(z), gan.generator(z))
