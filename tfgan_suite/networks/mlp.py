"""Multilayer perceptrons, Goodfellow et al. 2014 (arXiv:1406.2661, section 5).

The paper's generator has rectified linear units, its discriminator maxout units and dropout. For
images and for vectors (mixtures of Gaussians).
"""

import math

import keras
from keras import Input, Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import Dropout
from tfgan_suite.networks._building import seeded

ACTIVATIONS = ("maxout", "leaky_relu", "relu", "tanh")


def build_generator(
    data_shape,
    latent_dim=100,
    hidden_units=(256, 256),
    *,
    activation="relu",
    output_activation="auto",
    seed=None,
    name="mlp_generator",
):
    """Builds the generator: latents `[N, latent_dim]` -> data `[N, *data_shape]`.

    Args:
        data_shape: `(height, width, channels)` for images, `(dim,)` for vectors.
        latent_dim: number of components of z.
        hidden_units: units of each hidden layer.
        activation: of the hidden layers: "relu", "leaky_relu", "tanh" or "maxout".
        output_activation: `"auto"` is tanh for images (which lie in [-1, 1]; deviation: the paper
            has a sigmoid for [0, 1]) and none for vectors.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a shape, a number of units or the activation is not valid.
    """
    data_shape = _checked_shape(data_shape)
    positive_int("latent_dim", latent_dim)
    if output_activation == "auto":
        output_activation = "tanh" if len(data_shape) == 3 else None
    next_seed = seeded(seed)
    x = latents = Input((latent_dim,), name="latents")
    x = _hidden(x, hidden_units, activation, 0.0, next_seed)
    x = layers.Dense(math.prod(data_shape), kernel_initializer=_kernel(next_seed))(x)
    x = layers.Activation(output_activation or "linear", dtype="float32")(x)
    data = layers.Reshape(data_shape, dtype="float32", name="images")(x)
    return Model(latents, data, name=name)


def build_discriminator(
    data_shape,
    hidden_units=(256, 256),
    *,
    activation="leaky_relu",
    dropout=0.0,
    seed=None,
    name="mlp_discriminator",
):
    """Builds the discriminator or critic: data `[N, *data_shape]` -> logits `[N, 1]`.

    Args:
        data_shape: `(height, width, channels)` for images, `(dim,)` for vectors.
        hidden_units: units of each hidden layer.
        activation: of the hidden layers; "maxout" (of 5 pieces) is the paper's.
        dropout: fraction of hidden units dropped in training; the paper uses dropout.
        seed: integer seed of the initial weights and of dropout; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a shape, a number of units, the activation or `dropout` is not valid.
    """
    data_shape = _checked_shape(data_shape)
    if not 0.0 <= dropout < 1.0:
        raise ValueError(f"`dropout` must be in [0, 1). Received: dropout={dropout!r}")
    next_seed = seeded(seed)
    data = Input(data_shape, name="images")
    x = layers.Flatten()(data)
    x = _hidden(x, hidden_units, activation, dropout, next_seed)
    x = layers.Dense(1, kernel_initializer=_kernel(next_seed), dtype="float32", name="logits")(x)
    return Model(data, x, name=name)


def _hidden(x, hidden_units, activation, dropout, next_seed):
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"`activation` must be one of {ACTIVATIONS}. Received: activation={activation!r}"
        )
    for units in hidden_units:
        positive_int("hidden_units", units)
        pieces = 5 if activation == "maxout" else 1
        x = layers.Dense(units * pieces, kernel_initializer=_kernel(next_seed))(x)
        if activation == "maxout":
            x = layers.GlobalMaxPooling1D()(layers.Reshape((pieces, units))(x))
        elif activation == "leaky_relu":
            x = layers.LeakyReLU(0.2)(x)
        else:
            x = layers.Activation(activation)(x)
        if dropout:
            x = Dropout(dropout, seed=next_seed())(x)
    return x


def _kernel(next_seed):
    return keras.initializers.HeNormal(seed=next_seed())


def _checked_shape(data_shape):
    shape = tuple(data_shape) if isinstance(data_shape, (tuple, list)) else (data_shape,)
    if len(shape) not in (1, 3):
        raise ValueError(
            "`data_shape` must be (height, width, channels) or (dim,). "
            f"Received: data_shape={data_shape!r}"
        )
    for size in shape:
        positive_int("data_shape", size)
    return shape
