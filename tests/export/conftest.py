"""A small generator with every kind of layer that behaves differently in training."""

import dataclasses

import keras
import numpy as np
import pytest

import tfgan_suite.export
from tfgan_suite.export import loading
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior

LATENT_DIM = 6


@dataclasses.dataclass
class Trainer:
    """What `export` asks of a trainer."""

    generator: keras.Model
    latent_prior: LatentPrior
    ema_generator: keras.Model | None = None

    @property
    def serving_generator(self):
        return self.ema_generator or self.generator

    @property
    def interfaces(self):
        return {"": infer(self.generator, prior=self.latent_prior)}


def build_generator(seed=0, policy="float32"):
    """8x8 images; its weights and BatchNorm statistics are far from their initial values."""
    layers = keras.layers
    latents = keras.Input((LATENT_DIM,))
    x = layers.Dense(2 * 2 * 8, dtype=policy)(latents)
    x = layers.Reshape((2, 2, 8), dtype=policy)(x)
    x = layers.BatchNormalization(dtype=policy)(x)
    x = layers.Activation("silu", dtype=policy)(x)
    x = layers.Conv2DTranspose(8, 4, 2, "same", use_bias=False, dtype=policy)(x)
    x = layers.BatchNormalization(dtype=policy)(x)
    x = layers.Dropout(0.5, dtype=policy)(x)
    x = layers.Conv2DTranspose(3, 4, 2, "same", dtype=policy)(x)
    generator = keras.Model(latents, layers.Activation("tanh", dtype="float32")(x))
    rng = np.random.default_rng(seed)
    for weight in generator.weights:
        value = rng.normal(0.0, 0.3, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return generator


@pytest.fixture(scope="session", autouse=True)
def one_loader():
    """One process of the C API for all models of these tests."""
    with loading.shared_loader():
        yield


@pytest.fixture(scope="session")
def make_trainer():
    def make(policy="float32", distribution="normal", ema=False):
        return Trainer(
            build_generator(policy=policy),
            LatentPrior(LATENT_DIM, distribution),
            build_generator(seed=1, policy=policy) if ema else None,
        )

    return make


@pytest.fixture(scope="session")
def trainer(make_trainer):
    return make_trainer()


@pytest.fixture(scope="session")
def export():
    return tfgan_suite.export.export


@pytest.fixture(scope="session")
def exported(trainer, export, tmp_path_factory):
    """Version directory of `trainer`."""
    return export(trainer, tmp_path_factory.mktemp("exported") / "generator")


@pytest.fixture(scope="session")
def latents():
    return np.random.default_rng(2).normal(size=(5, LATENT_DIM)).astype(np.float32)
