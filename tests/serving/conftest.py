"""A small conditional generator, exported, and a server that runs it."""

import keras
import numpy as np
import pytest
import servers

from tfgan_suite.conditions import Labels
from tfgan_suite.export import export
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior

LATENT_DIM, CLASSES, MAX_ROWS = 6, 3, 64


class Trainer:
    """What `export` asks of a trainer, around a small conditional generator of 8x8 pictures."""

    def __init__(self):
        layers = keras.layers
        latents = keras.Input((LATENT_DIM,))
        labels = keras.Input((), dtype="int32")
        x = layers.Multiply()([latents, layers.Embedding(CLASSES, LATENT_DIM)(labels)])
        x = layers.Reshape((4, 4, 4))(layers.Dense(64, "relu")(x))
        x = layers.Conv2DTranspose(3, 4, 2, "same", activation="tanh")(x)
        self.generator = self.serving_generator = keras.Model([latents, labels], x)
        rng = np.random.default_rng(0)
        for weight in self.generator.weights:
            weight.assign(rng.normal(0.0, 0.5, weight.shape))
        self.latent_prior = LatentPrior(LATENT_DIM)
        names = Labels(CLASSES, names=["cat", "dog", "owl"])
        self.interfaces = {
            "": infer(self.generator, prior=self.latent_prior, conditions=names)
        }

    def images(self, latents, labels):
        """What the generator makes, float32."""
        arguments = [np.asarray(latents, np.float32), np.asarray(labels, np.int32)]
        return np.asarray(self.generator(arguments, training=False))


@pytest.fixture(scope="session")
def trainer():
    return Trainer()


@pytest.fixture(scope="session")
def model(trainer, tmp_path_factory):
    """Directory of the model, with one version."""
    path = tmp_path_factory.mktemp("models") / "small"
    export(trainer, path, max_rows=MAX_ROWS)
    return path


@pytest.fixture(scope="session")
def server(model):
    with servers.c_api_server(model) as clients:
        yield clients
