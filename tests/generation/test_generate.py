"""Generate: the generator that serves, in batches of one size."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import trainers
from tfgan_suite.generation import Generate, truncate
from tfgan_suite.latents import LatentPrior, StructuredLatentPrior


def count_calls(network):
    """The calls of a network from now on: one in the list for each."""
    calls, call = [], network.call
    network.call = lambda *args, **kwargs: calls.append(1) or call(*args, **kwargs)
    return calls


@pytest.mark.parametrize("n", [1, 4, 6, 9])
def test_examples_are_those_of_the_trainer(make_trainer, n):
    trainer = make_trainer()
    expected = trainer(trainer.sample_latents(n, seed=7)).numpy()
    np.testing.assert_allclose(Generate(trainer, batch_size=4)(n, seed=7), expected, atol=1e-6)


def test_it_traces_once(make_trainer):
    trainer = make_trainer()
    calls = count_calls(trainer.serving_generator)
    generate = Generate(trainer, batch_size=4)
    for n in (3, 4, 9):
        generate(n, seed=0)
    assert len(calls) == 1


def test_it_follows_the_training(make_trainer, real_examples):
    trainer = make_trainer()
    generate = Generate(trainer, batch_size=4)
    before = generate(4, seed=0)
    trainer.fit(real_examples(), batch_size=16, epochs=1, verbose=0)
    assert np.abs(generate(4, seed=0) - before).max() > 1e-3


def test_the_trainers_own_sequence_goes_on_undisturbed(make_trainer):
    one, other = make_trainer(), make_trainer()
    Generate(one)(10, seed=0)
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
    made = Generate(trainer, batch_size=4)(6, seed=1, condition=condition)
    expected = trainer([trainer.sample_latents(6, seed=1), tf.constant(condition)]).numpy()
    np.testing.assert_allclose(made, expected, atol=1e-6)


def test_a_missing_condition_is_named():
    with pytest.raises(ValueError, match="takes a condition"):
        Generate(conditional_trainer())(6, seed=1)


def test_a_condition_of_another_length_is_refused():
    with pytest.raises(ValueError, match="each of the 6 examples"):
        Generate(conditional_trainer())(6, seed=1, condition=np.zeros((5, 2)))


def test_a_model_without_latents_is_refused():
    with pytest.raises(TypeError, match="Sequential"):
        Generate(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))


def test_another_serving_network_is_called_once_it_is_there(make_trainer):
    trainer = make_trainer(ema_decay=None)
    generate = Generate(trainer)
    before = generate(4, seed=0)
    other = keras.models.clone_model(trainer.generator)
    other.set_weights([0.5 * weight for weight in trainer.generator.get_weights()])
    trainer.generator = other
    expected = other(trainer.sample_latents(4, seed=0)).numpy()
    np.testing.assert_allclose(generate(4, seed=0), expected, atol=1e-6)
    assert np.abs(expected - before).max() > 1e-3


def test_a_discriminator_judges_each_example(make_trainer):
    trainer = make_trainer()
    generate = Generate(trainer, batch_size=4)
    images = generate(6, seed=0)
    expected = trainer.discriminator(images).numpy()[:, 0]
    np.testing.assert_allclose(generate.judge(images), expected, atol=1e-6)


def test_a_condition_may_be_given_by_its_key():
    trainer = conditional_trainer()
    condition = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    generate = Generate(trainer)
    np.testing.assert_array_equal(
        generate(6, 1, {"condition": condition}), generate(6, 1, condition)
    )
    with pytest.raises(ValueError, match="are condition. Received: labels"):
        generate(6, 1, {"labels": condition})


def test_a_condition_that_nothing_takes_is_refused(make_trainer):
    with pytest.raises(ValueError, match="takes no condition"):
        Generate(make_trainer())(2, seed=0, condition=np.zeros(2))


@pytest.mark.parametrize("latents", [np.zeros([3, 4]), np.zeros([0, 5]), np.zeros(5)])
def test_latents_of_another_shape_are_refused(make_trainer, latents):
    with pytest.raises(ValueError, match="Received: shape"):
        Generate(make_trainer()).of(latents)


@pytest.mark.parametrize(
    "options", [{"name": "other"}, {"batch_size": 0}, {"truncation": -1.0}, {"truncation": np.nan}]
)
def test_options_are_checked(make_trainer, options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=f"{name}={value!r}"):
        Generate(make_trainer(), **options)


def test_truncated_latents_lie_nearer_to_the_middle(make_trainer):
    whole, half = (Generate(make_trainer(), truncation=psi) for psi in (1.0, 0.5))
    np.testing.assert_allclose(half.latents(4, seed=1), whole.latents(4, seed=1) / 2.0)
    assert np.abs(half(4, seed=1) - whole(4, seed=1)).max() > 1e-3


def test_truncation_leaves_codes_as_they_are():
    prior = StructuredLatentPrior(2, (3,), 1)
    latents = prior.sample(4, 0).numpy()
    truncated = truncate(prior, latents, 0.25)
    np.testing.assert_allclose(truncated[:, :2], latents[:, :2] / 4.0)
    np.testing.assert_array_equal(truncated[:, 2:], latents[:, 2:])
    np.testing.assert_array_equal(truncate(LatentPrior(2), latents[:, :2], 0.0), np.zeros([4, 2]))
