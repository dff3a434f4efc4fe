"""What every loss, penalty on logits, network or trainer must do beside what all cases must."""

import cases
import keras
import numpy as np
import pytest
import tensorflow as tf
from kinds import IMAGE_SHAPE, Penalty

from tfgan_suite import testing

RANKS = ([8], [8, 1], [4, 2, 1, 1])


@pytest.mark.parametrize("case", cases.LOSSES.values(), ids=cases.LOSSES)
def test_logits_of_any_rank_give_the_same_losses(case):
    loss = case.make()
    for method in (loss.discriminator_loss, loss.generator_loss):
        values = [method(*case.logits(shape)) for shape in RANKS]
        np.testing.assert_allclose(values, values[0], rtol=1e-5)


ON_DISCRIMINATOR = [n for n, c in cases.PENALTIES.items() if c.make().player == "discriminator"]


@pytest.mark.parametrize("name", ON_DISCRIMINATOR)
def test_logits_of_any_rank_give_the_same_penalty(name):
    generator, discriminator = testing.mlp_networks(IMAGE_SHAPE)
    data = [tf.constant(x) for x in (Penalty.REAL, Penalty.FAKE, Penalty.LATENTS)]
    values = []
    for shape in ([-1], [-1, 1], [-1, 1, 1, 1]):
        penalty = cases.PENALTIES[name].make()
        penalty.build(discriminator)
        Penalty.remember_something(penalty)

        def critic(images, shape=shape):
            return tf.reshape(discriminator(images), shape)

        values.append(Penalty.value(penalty, generator, critic, *data))
    np.testing.assert_allclose(values, values[0], rtol=1e-5)
    assert values[0] != 0.0


@pytest.mark.parametrize("case", cases.NETWORKS.values(), ids=cases.NETWORKS)
def test_networks_are_built_functional_models_that_can_be_cloned(case):
    network = case.make()
    assert network.built
    assert all(x.shape[0] is None for x in [*network.inputs, *network.outputs])
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    for copied, made in zip(*(case.call(n, case.inputs, False) for n in (clone, network))):
        np.testing.assert_allclose(copied, made, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", cases.TRAINERS.values(), ids=cases.TRAINERS)
def test_logs_of_trainers_have_both_losses_and_no_meaningless_one(case):
    trainer = case.make()
    data = case.data(trainer, steps=1)
    history = trainer.fit(*data, batch_size=case.BATCH, verbose=0).history
    assert {"g_loss", "d_loss"} <= set(history)
    assert "loss" not in history
    assert np.isfinite(list(history.values())).all()


def test_penalties_have_different_names_in_the_logs():
    names = [case.make().name for case in cases.PENALTIES.values()]
    assert len(set(names)) == len(names)
