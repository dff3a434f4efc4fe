"""Sampler: the generator that serves, in batches of one size."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import trainers
from tfgan_suite.callbacks import Sampler


@pytest.mark.parametrize("n", [1, 4, 6, 9])
def test_examples_are_those_of_the_trainer(make_trainer, n):
    trainer = make_trainer()
    expected = trainer(trainer.sample_latents(n, seed=7)).numpy()
    np.testing.assert_allclose(Sampler(trainer, batch_size=4)(n, seed=7), expected, atol=1e-6)


def test_it_traces_once(make_trainer):
    trainer = make_trainer()
    calls = []
    call = trainer.call
    trainer.call = lambda *args, **kwargs: calls.append(1) or call(*args, **kwargs)
    sampler = Sampler(trainer, batch_size=4)
    for n in (3, 4, 9):
        sampler(n, seed=0)
    assert len(calls) == 1


def test_it_follows_the_training(make_trainer, real_examples):
    trainer = make_trainer()
    sampler = Sampler(trainer, batch_size=4)
    before = sampler(4, seed=0)
    trainer.fit(real_examples(), batch_size=16, epochs=1, verbose=0)
    assert np.abs(sampler(4, seed=0) - before).max() > 1e-3


def test_the_trainers_own_sequence_goes_on_undisturbed(make_trainer):
    one, other = make_trainer(), make_trainer()
    Sampler(one)(10, seed=0)
    np.testing.assert_array_equal(one.sample_latents(3), other.sample_latents(3))


def conditional_trainer():
    latents, labels = keras.Input((5,)), keras.Input((2,))
    made = keras.layers.Dense(2)(keras.layers.Concatenate()([latents, labels]))
    points, judged_labels = keras.Input((2,)), keras.Input((2,))
    logits = keras.layers.Dense(1)(keras.layers.Concatenate()([points, judged_labels]))
    generator = keras.Model([latents, labels], made)
    discriminator = keras.Model([points, judged_labels], logits)
    return trainers.ModifiedMinimaxGAN(generator, discriminator, 5, seed=0)


def test_a_condition_goes_with_its_latents():
    trainer = conditional_trainer()
    condition = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    made = Sampler(trainer, batch_size=4)(6, seed=1, condition=condition)
    expected = trainer([trainer.sample_latents(6, seed=1), tf.constant(condition)]).numpy()
    np.testing.assert_allclose(made, expected, atol=1e-6)


def test_a_missing_condition_is_named():
    with pytest.raises(ValueError, match="takes a condition"):
        Sampler(conditional_trainer())(6, seed=1)


def test_a_condition_of_another_length_is_refused():
    with pytest.raises(ValueError, match="each of the 6 latents"):
        Sampler(conditional_trainer())(6, seed=1, condition=np.zeros((5, 2)))


def test_a_model_without_latents_is_refused():
    with pytest.raises(TypeError, match="Sequential"):
        Sampler(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
