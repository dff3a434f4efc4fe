"""What one update may change: the weights of one player, within the bounds of the family."""

import families
import keras
import numpy as np
import pytest
import reference
import tensorflow as tf

from tfgan_suite import losses, testing, tf_gan


def real_logits_only(real_logits, fake_logits):
    """A discriminator's loss without any gradient."""
    return 0.0 * tf.reduce_mean(real_logits) + 0.0 * tf.reduce_mean(fake_logits)


class SumOfWeights(losses.Penalty):
    """A penalty whose gradient is one for every weight of the given network."""

    def __init__(self, network, weight, interval):
        super().__init__(weight, interval)
        self.network = network
        self.calls = 0

    def value(self, discriminator, real, fake, seed):
        self.calls += 1
        return tf.add_n([tf.reduce_sum(w.value) for w in self.network.trainable_variables])


@pytest.mark.parametrize("family", families.FAMILIES)
def test_an_update_of_the_discriminator_leaves_the_generator_alone(family):
    gan = families.compiled(families.make(family), penalties=[losses.GradientPenalty()])
    generator, discriminator = testing.vector(gan.generator), testing.vector(gan.discriminator)
    step = gan.begin(tf.constant(testing.points(4)))
    [(x, _)] = step.minibatches
    g_z, _ = gan.generate(step, x)
    gan.update_discriminator(step, x, g_z)
    assert np.array_equal(testing.vector(gan.generator), generator)
    assert not np.any(np.isclose(testing.vector(gan.discriminator)[:-1], discriminator[:-1], 0, 0))


@pytest.mark.parametrize("family", families.FAMILIES)
def test_an_update_of_the_generator_leaves_the_discriminator_alone(family):
    gan = families.compiled(families.make(family))
    generator, discriminator = testing.vector(gan.generator), testing.vector(gan.discriminator)
    step = gan.begin(tf.constant(testing.points(4)))
    [(x, _)] = step.minibatches
    g_z, tape = gan.generate(step, x)
    gan.update_generator(step, x, g_z, None, tape)
    assert np.array_equal(testing.vector(gan.discriminator), discriminator)
    assert not np.any(testing.vector(gan.generator) == generator)


@pytest.mark.parametrize("run_eagerly", [True, False], ids=["eager", "graph"])
def test_every_critic_weight_is_clipped_after_every_step(run_eagerly):
    gan = families.make("wasserstein", discriminator_steps=2, weight_clip=0.05)
    families.compiled(gan, rate=10.0, run_eagerly=run_eagerly)
    largest = []

    class Bounds(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            largest.append([np.abs(w.numpy()).max() for w in gan.discriminator.trainable_variables])

    families.fit(gan, testing.points(24), callbacks=[Bounds()])
    assert len(largest) == 3
    # At this rate every array reaches the bound, but for the last bias, which has no gradient.
    np.testing.assert_allclose(largest, [[0.05, 0.05, 0.05, 0.0]] * 3, rtol=1e-6)


def test_clipping_comes_after_the_last_of_simultaneous_updates_too():
    gan = families.make("wasserstein", simultaneous=True, weight_clip=0.05)
    families.fit(families.compiled(gan, rate=10.0, run_eagerly=True), testing.points(4))
    assert np.abs(testing.vector(gan.discriminator)).max() <= np.float32(0.05)


def test_with_a_gradient_penalty_nothing_is_clipped():
    gan = families.make("wasserstein")
    families.compiled(gan, penalties=[losses.GradientPenalty()], run_eagerly=True)
    families.fit(gan, testing.points(4))
    assert np.abs(testing.vector(gan.discriminator)).max() > 0.1


def test_clipping_and_a_penalty_go_together_if_asked_for():
    gan = families.make("wasserstein", weight_clip=0.05)
    families.compiled(gan, penalties=[losses.GradientPenalty()], run_eagerly=True)
    families.fit(gan, testing.points(4))
    assert np.abs(testing.vector(gan.discriminator)).max() <= np.float32(0.05)


@pytest.mark.parametrize("run_eagerly", [True, False], ids=["eager", "graph"])
def test_a_lazy_penalty_acts_on_every_third_update_three_times_as_strongly(run_eagerly):
    generator, discriminator = testing.mlp_networks()
    before = testing.vector(discriminator)
    penalty = SumOfWeights(discriminator, weight=2.0, interval=3)
    gan = families.make(networks=(generator, discriminator), discriminator_steps=2)
    loss = (losses.modified_generator_loss, real_logits_only)
    families.compiled(gan, rate=0.1, loss=loss, penalties=[penalty], run_eagerly=run_eagerly)
    families.fit(gan, testing.points(8 * 4))  # 4 steps: updates 0 to 7, due are 0, 3 and 6
    moved = testing.vector(discriminator) - before
    np.testing.assert_allclose(moved, np.full_like(moved, -0.1 * 2.0 * 3 * 3), rtol=1e-5)
    if run_eagerly:
        assert penalty.calls == 3


def test_a_lazy_penalty_logs_its_mean_over_all_updates():
    generator, discriminator = testing.mlp_networks()
    penalty = SumOfWeights(discriminator, weight=2.0, interval=2)
    gan = families.make(networks=(generator, discriminator))
    families.compiled(gan, rate=0.0, penalties=[penalty])
    history = families.fit(gan, testing.points(4 * 4))
    expected = 2.0 * 2 * testing.vector(discriminator).sum() * 2 / 4
    np.testing.assert_allclose(history["sum_of_weights"], [expected], rtol=1e-5)


def test_a_penalty_is_part_of_the_discriminators_loss():
    gan = families.make()
    families.compiled(gan, rate=0.0, penalties=[losses.GradientPenalty(10.0)], run_eagerly=True)
    with_penalty = families.fit(gan, testing.points(4))
    other = families.compiled(families.make(), rate=0.0, run_eagerly=True)
    without = families.fit(other, testing.points(4))
    penalty = with_penalty["gradient_penalty"][0]
    assert penalty > 0.1
    np.testing.assert_allclose(with_penalty["d_loss"], without["d_loss"][0] + penalty, rtol=1e-5)


def test_a_penalty_does_not_disturb_the_latents():
    """Of the discriminator's update: its latents are drawn before the penalty's numbers."""
    runs = []
    for penalties in ([], [losses.GradientPenalty(0.0)]):
        gan = families.make(shared_latents=True)
        families.compiled(gan, penalties=penalties, run_eagerly=True)
        families.fit(gan, testing.points(8))
        runs.append(gan)
    assert testing.distance(runs[0].generator, runs[1].generator) < 1e-6


@pytest.mark.parametrize("simultaneous", [False, True])
def test_a_relativistic_pair_trains(simultaneous):
    wargs = tf_gan.losses.wargs
    gan = families.make(simultaneous=simultaneous)
    pair = (wargs.relativistic_generator_loss, wargs.relativistic_discriminator_loss)
    families.compiled(gan, loss=pair, run_eagerly=True)
    x = tf.constant(testing.points(4))
    z = reference.latents(4, testing.LATENT_DIM, [families.SEED, 0])
    real, fake = gan.discriminator(x), gan.discriminator(gan.generator(z))
    history = families.fit(gan, x.numpy())
    np.testing.assert_allclose(
        history["d_loss"], [wargs.relativistic_discriminator_loss(real, fake)], rtol=1e-5
    )
    if simultaneous:  # the generator's loss of the same logits
        np.testing.assert_allclose(
            history["g_loss"], [wargs.relativistic_generator_loss(real, fake)], rtol=1e-5
        )


def test_a_loss_without_gradient_is_named():
    def constant(fake_logits):
        return tf.zeros([])

    gan = families.make()
    families.compiled(gan, loss=(constant, real_logits_only), run_eagerly=True)
    with pytest.raises(ValueError, match="on any trainable weight of 'mlp_generator'"):
        families.fit(gan, testing.points(4))
