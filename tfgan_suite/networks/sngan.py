"""SNGAN: spectral normalization in D, and with labels the projection discriminator.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks" (arXiv:1802.05957),
table 3, the standard convolutional networks: D halves the image by 4x4 convolutions with a 3x3 one
before each, all spectrally normalized, without BatchNorm, LeakyReLU(0.1); G doubles it by 4x4
transposed ones with BatchNorm and ReLU.

With `num_classes` they are conditional as in Miyato & Koyama 2018, "cGANs with Projection
Discriminator" (arXiv:1802.05637): conditional BatchNorm in G; in D the features are summed over
their positions, after a ReLU, and the label is projected on them. Deviation: that paper has
residual networks.
"""

import math

from keras import Input, Model, layers
from keras.initializers import GlorotUniform

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    Conv2D,
    Conv2DTranspose,
    ProjectionHead,
    SpectralNormalization,
)
from tfgan_suite.networks._building import (
    halvings_to_four,
    normal_initializer,
    seeded,
)

SMALLEST, LARGEST = 16, 128


def build_generator(
    image_size=32,
    channels=3,
    latent_dim=128,
    filters=64,
    *,
    num_classes=None,
    seed=None,
    name="sngan_generator",
):
    """Builds the generator: latents `[N, latent_dim]` -> images `[N, H, W, channels]` in [-1, 1].

    With `num_classes` its inputs are `[latents, labels]`, the labels int32 `[N]`.

    Args:
        image_size: int, or `(height, width)`; each from 16 to 128, and a multiple of the power of
            two by which it is halved: 16, 20, 24, 28, 32, 40, 48, 56, 64 ...
        channels: 1 for grey, 3 for RGB.
        latent_dim: number of components of z.
        filters: of the last hidden layer; doubled towards the latents.
        num_classes: number of classes of the labels; None for no labels.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range.
    """
    height, width, stages = halvings_to_four(image_size, SMALLEST, LARGEST)
    positive_int("channels", channels)
    positive_int("latent_dim", latent_dim)
    positive_int("filters", filters)
    if num_classes is not None:
        positive_int("num_classes", num_classes)
    next_seed = seeded(seed)
    latents = Input((latent_dim,), name="latents")
    labels = num_classes and Input((), dtype="int32", name="labels")

    # === Layers ===
    def normalize(x):
        options = {"momentum": 0.9, "epsilon": 1e-5}
        if num_classes:
            x = ConditionalBatchNormalization(num_classes, **options)([x, labels])
        else:
            x = BatchNormalization(**options)(x)
        return layers.ReLU()(x)

    def kernel():
        return normal_initializer(0.02, next_seed)

    # === Functional model ===
    size = (height // 2**stages, width // 2**stages, filters * 2**stages)
    x = layers.Dense(math.prod(size), use_bias=False, kernel_initializer=kernel())(latents)
    x = normalize(layers.Reshape(size)(x))
    for stage in reversed(range(stages)):
        x = Conv2DTranspose(
            filters * 2**stage,
            4,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=kernel(),
        )(x)
        x = normalize(x)
    x = Conv2D(channels, 3, padding="same", kernel_initializer=kernel())(x)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model([latents, labels] if num_classes else latents, images, name=name)


def build_discriminator(
    image_size=32,
    channels=3,
    filters=64,
    *,
    num_classes=None,
    seed=None,
    name="sngan_discriminator",
):
    """Builds the discriminator: images `[N, H, W, channels]` -> logits `[N, 1]`.

    With `num_classes` its inputs are `[images, labels]`, the labels int32 `[N]`.

    Args:
        image_size: as for `build_generator`.
        channels: 1 for grey, 3 for RGB.
        filters: of the first layer; doubled with each halving of the image.
        num_classes: number of classes of the labels; None for no labels.
        seed: integer seed of the initial weights and of the power iterations' first vectors; None
            for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range.
    """
    height, width, stages = halvings_to_four(image_size, SMALLEST, LARGEST)
    positive_int("channels", channels)
    positive_int("filters", filters)
    if num_classes is not None:
        positive_int("num_classes", num_classes)
    next_seed = seeded(seed)

    # === Layers ===
    def normalized(layer):
        return SpectralNormalization(layer, seed=next_seed())

    def convolve(x, filters, size, strides=1):
        convolution = Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            kernel_initializer=GlorotUniform(next_seed()),
        )
        return layers.LeakyReLU(0.1)(normalized(convolution)(x))

    # === Functional model ===
    x = images = Input((height, width, channels), name="images")
    for stage in range(stages):
        x = convolve(x, filters * 2**stage, 3)
        x = convolve(x, filters * 2**stage, 4, strides=2)
    x = convolve(x, filters * 2**stages, 3)
    if num_classes:
        labels = Input((), dtype="int32", name="labels")
        head = ProjectionHead(
            num_classes,
            kernel_initializer=GlorotUniform(next_seed()),
            dtype="float32",
            name="logits",
        )
        return Model([images, labels], head([layers.ReLU()(x), labels]), name=name)
    last = layers.Dense(1, kernel_initializer=GlorotUniform(next_seed()), dtype="float32")
    logits = SpectralNormalization(last, seed=next_seed(), name="logits")(layers.Flatten()(x))
    return Model(images, logits, name=name)
