"""Fixtures of the metrics tests: small labelled sets, and classifiers that need no training."""

import keras
import numpy as np
import pytest

from tfgan_suite.metrics import Classifier


@pytest.fixture(scope="session")
def noise_sets():
    """Returns a function to `(train, test)`: noise of shape `[N, 8, 8, channels]`, two classes."""

    def sets(channels=1, seed=0):
        rng = np.random.default_rng(seed)
        images = rng.uniform(-1, 1, [48, 8, 8, channels]).astype(np.float32)
        labels = rng.integers(0, 2, 48)
        return (images[:32], labels[:32]), (images[32:], labels[32:])

    return sets


@pytest.fixture
def brightness_model():
    """Returns a function to a model whose logits are `10 * mean` and `-10 * mean` of the image."""

    def build(shape=(8, 8, 1)):
        images = keras.Input(shape)
        means = keras.layers.GlobalAveragePooling2D()(images)
        model = keras.Model(images, keras.layers.Dense(2)(means))
        kernel = np.tile([10.0, -10.0], [shape[2], 1]) / shape[2]
        model.layers[-1].set_weights([kernel, np.zeros(2)])
        return model

    return build


@pytest.fixture
def brightness_classifier(brightness_model):
    """A classifier of `[8, 8, 1]` images: class 0 is bright, class 1 is dark."""
    return Classifier(brightness_model(), 0.75, name="brightness")
