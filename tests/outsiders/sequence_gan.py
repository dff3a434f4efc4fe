"""A GAN on sequences `[N, T, V]` of tokens, asked for attributes: networks and kinds, no trainer.

The game is that of Mirza & Osindero 2014, "Conditional Generative Adversarial Nets",
arXiv:1411.1784; the generator ends in a softmax over the tokens of each place.
"""

import keras

import tfgan_suite as tgs
from tfgan_suite.conditions import Attributes
from tfgan_suite.modalities import Sequence

BASES = Sequence(12, "ACGT")
PROPERTIES = Attributes(["begins_with_ATG", "rich_in_GC"])


def build_generator(latent_dim, units=16, seed=0):
    """From `[latents, attributes]` to the probabilities of each place's tokens."""
    layers, places = keras.layers, BASES.row[0]
    latents = keras.Input((latent_dim,))
    attributes = keras.Input(PROPERTIES.row)
    x = layers.Concatenate()([latents, attributes])
    x = layers.Dense(places * units, "relu", kernel_initializer=_kernel(seed))(x)
    x = layers.Reshape((places, units))(x)
    x = layers.Conv1D(units, 3, padding="same", kernel_initializer=_kernel(seed + 1))(x)
    x = layers.Dense(BASES.row[1], kernel_initializer=_kernel(seed + 2))(layers.ReLU()(x))
    return keras.Model([latents, attributes], layers.Softmax(dtype="float32")(x))


def build_discriminator(units=16, seed=10):
    """From `[sequences, attributes]` to logits."""
    layers = keras.layers
    sequences, attributes = keras.Input(BASES.row), keras.Input(PROPERTIES.row)
    x = layers.Conv1D(units, 3, padding="same", kernel_initializer=_kernel(seed))(sequences)
    x = layers.Concatenate()([layers.Flatten()(layers.LeakyReLU()(x)), attributes])
    x = layers.Dense(units, "tanh", kernel_initializer=_kernel(seed + 1))(x)
    logits = layers.Dense(1, kernel_initializer=_kernel(seed + 2), dtype="float32")(x)
    return keras.Model([sequences, attributes], logits)


def build_trainer(latent_dim=4, seed=3):
    """A trainer of data `(sequences, attributes)`."""
    return tgs.ConditionalGAN(
        build_generator(latent_dim),
        build_discriminator(),
        latent_dim,
        modality=BASES,
        condition=PROPERTIES,
        ema_decay=0.9,
        seed=seed,
    )


def _kernel(seed):
    return keras.initializers.GlorotUniform(seed)
