"""How steps are run: several at a time, traced once, by hand, again with the same seed.

That they do the same in eager mode, compiled and under XLA: see the conformance tests.
"""

import families
import keras
import numpy as np
import pytest

from tfgan_suite import losses, testing


class Counter(keras.layers.Layer):
    """Counts how often Python runs through it: once for every use in a trace."""

    calls = 0

    def call(self, x):
        self.calls += 1
        return x


def trained(rows, **options):
    gan = families.make(discriminator_steps=2, ema_decay=0.9)
    # A rate at which the penalty does not blow rounding errors up.
    families.compiled(gan, rate=0.01, penalties=[losses.GradientPenalty()], **options)
    families.fit(gan, testing.points(rows))
    return gan


def assert_close(gan, other):
    for network in ("generator", "discriminator", "ema_generator"):
        assert testing.distance(getattr(gan, network), getattr(other, network)) < 1e-5


@pytest.mark.parametrize("rows", [24, 32], ids=["with_remainder", "even"])
def test_two_steps_in_one_execution_equal_one_at_a_time(rows):
    gan, other = trained(rows, steps_per_execution=2), trained(rows)
    assert int(gan.step) == int(other.step) == rows // 8
    assert_close(gan, other)


def test_a_fit_traces_its_step_once():
    generator, discriminator = testing.mlp_networks()
    images, counter = keras.Input((2,)), Counter()
    counted = keras.Model(images, discriminator(counter(images)))
    gan = families.compiled(families.make(networks=(generator, counted), discriminator_steps=2))
    counter.calls = 0
    x = testing.points(16)
    families.fit(gan, x, epochs=3)
    # In one trace D judges real and generated images twice, and generated ones once more for G.
    assert counter.calls == 5
    families.fit(gan, x, epochs=2)
    assert counter.calls == 5


def test_a_fit_with_validation_traces_each_of_its_steps_once():
    generator, discriminator = testing.mlp_networks()
    images, counter = keras.Input((2,)), Counter()
    counted = keras.Model(images, discriminator(counter(images)))
    gan = families.compiled(families.make(networks=(generator, counted)))
    counter.calls = 0
    x = testing.points(16)
    families.fit(gan, x, epochs=3, validation_data=x)
    assert counter.calls == 3 + 2


def test_train_on_batch_is_one_step():
    x = testing.points(4)
    gan = families.compiled(families.make(), run_eagerly=True)
    logs = gan.train_on_batch(x, return_dict=True)
    other = families.compiled(families.make(), run_eagerly=True)
    history = families.fit(other, x)
    assert int(gan.step) == 1
    assert testing.distance(gan.generator, other.generator) < 1e-6
    np.testing.assert_allclose(logs["d_loss"], history["d_loss"][0], rtol=1e-5)


def test_train_on_batch_takes_stacked_minibatches():
    x = testing.points(8)
    gan = families.compiled(families.make(discriminator_steps=2), run_eagerly=True)
    gan.train_on_batch(np.stack([x[:4], x[4:]], axis=1))
    other = families.compiled(families.make(discriminator_steps=2), run_eagerly=True)
    families.fit(other, x)
    assert testing.same(gan.generator, other.generator)
    assert testing.same(gan.discriminator, other.discriminator)


def test_the_same_global_seed_gives_the_same_run():
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(11)
        gan = families.make(networks=testing.mlp_networks(seeds=(None, None)), seed=None)
        families.compiled(gan, run_eagerly=True)
        families.fit(gan, testing.points(16), shuffle=True)
        runs.append(gan)
    assert runs[0].seed == runs[1].seed
    assert testing.same(runs[0].generator, runs[1].generator)
    assert testing.same(runs[0].discriminator, runs[1].discriminator)


def test_another_global_seed_gives_another_run():
    seeds = []
    for seed in (11, 12):
        keras.utils.set_random_seed(seed)
        seeds.append(families.make(seed=None).seed)
    assert seeds[0] != seeds[1]
