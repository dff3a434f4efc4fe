"""Small trainers for the tests of callbacks."""

import keras
import numpy as np
import pytest

from tfgan_suite import networks, trainers

LATENT_DIM = 5


@pytest.fixture
def make_trainer():
    """Returns a function from the shape of an example to a compiled trainer of small MLPs."""

    def make(shape=(8, 8, 1), run_eagerly=True, **options):
        generator = networks.mlp.build_generator(shape, LATENT_DIM, (8,), seed=1)
        discriminator = networks.mlp.build_discriminator(shape, (8,), seed=2)
        options = {"ema_decay": 0.5, "seed": 3, **options}
        trainer = trainers.ModifiedMinimaxGAN(generator, discriminator, LATENT_DIM, **options)
        # Plain gradient descent in large steps: every epoch changes the pictures. Eager, as a few
        # small steps take less time than their tracing.
        trainer.compile(
            keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5), run_eagerly=run_eagerly
        )
        return trainer

    return make


@pytest.fixture
def real_examples():
    """Returns a function from the shape of an example to 32 examples in [-1, 1]."""

    def make(shape=(8, 8, 1)):
        return np.random.default_rng(0).uniform(-1.0, 1.0, (32, *shape)).astype(np.float32)

    return make
