"""Helpers shared by the tests: tiny networks and data, and what to compare of a trainer."""

import keras
import numpy as np

from tfgan_suite import networks

LATENT_DIM = 3


def points(rows, dim=2, seed=0):
    """`rows` float32 vectors of `dim` components, all different."""
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype("float32")


def images(rows, shape=(8, 8, 1), seed=0):
    """`rows` float32 images in [-1, 1], all different."""
    return np.random.default_rng(seed).uniform(-1, 1, (rows, *shape)).astype("float32")


def one_hot(rows, classes=3):
    """`rows` float32 labels of shape `[rows, classes]`: 0, 1, ..., again from 0."""
    return np.eye(classes, dtype="float32")[np.arange(rows) % classes]


def mlp_networks(data_shape=(2,), seeds=(1, 2)):
    """A smooth generator and discriminator of one hidden layer: exact to compare, fast to trace."""
    options = {"hidden_units": (4,), "activation": "tanh"}
    return (
        networks.mlp.build_generator(data_shape, LATENT_DIM, seed=seeds[0], **options),
        networks.mlp.build_discriminator(data_shape, seed=seeds[1], **options),
    )


def conditional_networks(dim=2, classes=3):
    """Networks of `[latents, label]` and `[vector, label]`, with one-hot labels."""
    layers = keras.layers
    latents, label = keras.Input((LATENT_DIM,)), keras.Input((classes,))
    g = layers.Dense(dim)(layers.Concatenate()([latents, label]))
    vectors, of = keras.Input((dim,)), keras.Input((classes,))
    d = layers.Dense(1)(layers.Dense(4, "tanh")(layers.Concatenate()([vectors, of])))
    return keras.Model([latents, label], g), keras.Model([vectors, of], d)


def label_networks(dim=2, classes=3):
    """As `conditional_networks`, with integer labels that each network looks up."""
    layers = keras.layers

    def looked_up(labels, seed):
        kernel = keras.initializers.RandomNormal(seed=seed)
        return layers.Embedding(classes, 4, embeddings_initializer=kernel)(labels)

    def hidden(x, units, seed):
        return layers.Dense(units, "tanh", kernel_initializer=keras.initializers.HeNormal(seed))(x)

    latents, label = keras.Input((LATENT_DIM,)), keras.Input((), dtype="int32")
    g = hidden(layers.Concatenate()([latents, looked_up(label, 1)]), dim, 2)
    vectors, of = keras.Input((dim,)), keras.Input((), dtype="int32")
    d = hidden(layers.Concatenate()([vectors, looked_up(of, 3)]), 4, 4)
    d = layers.Dense(1, kernel_initializer=keras.initializers.HeNormal(5), dtype="float32")(d)
    return keras.Model([latents, label], g), keras.Model([vectors, of], d)


def batch_norm_networks(dim=2):
    """An MLP generator with BatchNorm and a discriminator without."""
    layers = keras.layers
    hidden, last = (keras.initializers.GlorotUniform(seed) for seed in (1, 2))
    latents = keras.Input((LATENT_DIM,))
    x = layers.Dense(4, kernel_initializer=hidden)(latents)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    generator = keras.Model(latents, layers.Dense(dim, kernel_initializer=last)(x))
    return generator, mlp_networks((dim,))[1]


def vector(network):
    """All variables of a network, or of anything that has some, as one float64 NumPy vector."""
    values = [np.ravel(keras.ops.convert_to_numpy(v)) for v in network.variables]
    return np.concatenate(values).astype("float64")


def distance(network, other):
    """Norm of the difference of two networks' variables, relative to the norm of the second."""
    a, b = (vector(n) for n in (network, other))
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def same(network, other):
    """Whether two networks, or optimizers, agree in every bit of every variable."""
    return np.array_equal(vector(network), vector(other))
