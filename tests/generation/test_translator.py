"""Translated examples as arrays."""

import keras
import numpy as np
import pytest

from tfgan_suite import CycleGAN, ModifiedMinimaxGAN, Pix2Pix, testing
from tfgan_suite.generation import Generate, Translator
from tfgan_suite.generation.translator import for_evaluators, takes_latents

SHAPE = (8, 8, 1)
A, B = (testing.images(5, SHAPE, seed=seed) for seed in (1, 2))


def network(seed, last=None):
    images = keras.Input(SHAPE)
    kernel = keras.initializers.GlorotUniform(seed)
    x = keras.layers.Conv2D(1, 3, padding="same", activation=last, kernel_initializer=kernel)
    return keras.Model(images, x(images))


def pix2pix():
    trainer = Pix2Pix(network(1, "tanh"), network(2), seed=1, ema_decay=0.9)
    trainer.compile(run_eagerly=True)
    return trainer


def cyclegan():
    networks = network(1, "tanh"), network(2, "tanh"), network(3), network(4)
    trainer = CycleGAN(*networks, seed=1, pool_size=0)
    trainer.compile(run_eagerly=True)
    return trainer


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_batches_are_put_together(rows):
    trainer = cyclegan()
    translator = Translator(trainer, batch_size=2)
    assert translator.directions == ("a_to_b", "b_to_a")
    np.testing.assert_allclose(translator(A[:rows]), trainer.generator_ab(A[:rows]), atol=1e-6)
    back = translator(A[:rows], "b_to_a")
    np.testing.assert_allclose(back, trainer.generator_ba(A[:rows]), atol=1e-6)


@pytest.mark.parametrize("rows", [1, 5])
def test_a_direction_is_judged_by_the_discriminator_it_leads_to(rows):
    trainer = cyclegan()
    translator = Translator(trainer, batch_size=2)
    judges = {"a_to_b": trainer.discriminator_b, "b_to_a": trainer.discriminator_a}
    for direction, discriminator in judges.items():
        expected = discriminator(A[:rows]).numpy().mean(axis=(1, 2, 3))
        np.testing.assert_allclose(translator.judge(A[:rows], direction), expected, atol=1e-6)


def test_an_unknown_direction_is_named():
    with pytest.raises(ValueError, match=r"one of \('a_to_b', 'b_to_a'\). Received: .*'up'"):
        Translator(cyclegan())(A, "up")


def test_generators_of_latents_translate_nothing():
    trainer = ModifiedMinimaxGAN(*testing.mlp_networks(SHAPE), testing.LATENT_DIM)
    assert takes_latents(trainer)
    assert not takes_latents(cyclegan()) and not takes_latents(pix2pix())
    with pytest.raises(TypeError, match="generators take examples. Received: ModifiedMinimaxGAN"):
        Translator(trainer)


def test_evaluators_are_called_with_what_the_trainer_serves():
    trainer = ModifiedMinimaxGAN(*testing.mlp_networks(SHAPE), testing.LATENT_DIM)
    assert isinstance(for_evaluators(trainer, 8), Generate)
    assert isinstance(for_evaluators(pix2pix(), 8), Translator)


def test_a_discriminator_of_pairs_judges_images_with_their_inputs():
    images, inputs = keras.Input(SHAPE), keras.Input(SHAPE)
    both = keras.layers.Concatenate()([images, inputs])
    discriminator = keras.Model([images, inputs], keras.layers.Conv2D(1, 3)(both))
    translator = Translator(Pix2Pix(network(1, "tanh"), discriminator, seed=1))
    expected = discriminator([A, B]).numpy().mean(axis=(1, 2, 3))
    np.testing.assert_allclose(translator.judge(A, condition=B), expected, atol=1e-6)
    with pytest.raises(ValueError, match="takes 1 condition"):
        translator.judge(A)


def test_latents_are_no_inputs_of_a_translator():
    generate = Generate(pix2pix())
    with pytest.raises(ValueError, match="takes images, not latents"):
        generate(4, seed=0)
    with pytest.raises(ValueError, match=r"\(8, 8, 1\)"):
        generate.of(np.zeros([4, 3], np.float32))
