"""DCGAN, Radford et al. 2015 (arXiv:1511.06434): convolutions only, for 16 to 128 pixels.

As the paper's guidelines have it: strided convolutions instead of pooling, BatchNorm in both
networks except at the generator's output and the discriminator's input, no hidden dense layers,
ReLU in the generator with tanh at its end, LeakyReLU(0.2) in the discriminator, weights from
N(0, 0.02), kernels of 5x5.

Sizes that are not a multiple of a power of two are made too: where the discriminator halves an odd
size (rounding up), the generator's transposed convolution at that place has one row or column less.
"""

import math

from keras import Input, Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.networks._building import height_and_width, normal_initializer, seeded

SMALLEST, LARGEST = 16, 128


def sizes_by_stage(image_size):
    """Feature map sizes from the image down to the smallest, each half of the one before.

    The smallest has between 4 and 8 rows or columns on its shorter side: 64 -> 32 -> 16 -> 8 -> 4
    as in the paper, 28 -> 14 -> 7.
    """
    height, width = height_and_width(image_size, SMALLEST, LARGEST)
    stages = int(math.log2(min(height, width) / 4))
    sizes = [(height, width)]
    for _ in range(stages):
        height, width = math.ceil(height / 2), math.ceil(width / 2)
        sizes.append((height, width))
    return sizes


def build_generator(
    image_size=64, channels=3, latent_dim=100, filters=64, *, seed=None, name="dcgan_generator"
):
    """Builds the generator: latents `[N, latent_dim]` -> images `[N, H, W, channels]` in [-1, 1].

    Args:
        image_size: int, or `(height, width)`; each from 16 to 128.
        channels: 1 for grey, 3 for RGB.
        latent_dim: number of components of z.
        filters: of the last hidden layer; doubled towards the latents.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range.
    """
    *larger, smallest = sizes_by_stage(image_size)
    positive_int("channels", channels)
    positive_int("latent_dim", latent_dim)
    positive_int("filters", filters)
    next_seed = seeded(seed)

    # === Layers ===
    def kernel():
        return normal_initializer(0.02, next_seed)

    def normalize(x):
        # The momentum and epsilon of the authors' own code.
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))

    def double(x, to, filters, **options):
        # Exactly 2n - 1 or 2n rows and columns, whichever the mirrored convolution came from.
        padding = tuple(large - (2 * small - 1) for large, small in zip(to, x.shape[1:3]))
        return layers.Conv2DTranspose(
            filters,
            5,
            strides=2,
            padding="same",
            output_padding=padding,
            kernel_initializer=kernel(),
            **options,
        )(x)

    # === Functional model ===
    latents = Input((latent_dim,), name="latents")
    width = filters * 2 ** (len(larger) - 1)
    units = math.prod(smallest) * width
    x = layers.Dense(units, use_bias=False, kernel_initializer=kernel())(latents)
    x = normalize(layers.Reshape((*smallest, width))(x))
    for size in reversed(larger[1:]):
        width //= 2
        x = normalize(double(x, size, width, use_bias=False))
    x = double(x, larger[0], channels)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model(latents, images, name=name)


def build_discriminator(
    image_size=64,
    channels=3,
    filters=64,
    *,
    batch_norm=True,
    seed=None,
    name="dcgan_discriminator",
):
    """Builds the discriminator or critic: images `[N, H, W, channels]` -> logits `[N, 1]`.

    Args:
        image_size: int, or `(height, width)`; each from 16 to 128.
        channels: 1 for grey, 3 for RGB.
        filters: of the first layer; doubled with each halving of the image.
        batch_norm: False for WGAN-GP, whose penalty is on each image's own gradient (Gulrajani et
            al. 2017, arXiv:1704.00028, section 4).
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range.
    """
    sizes = sizes_by_stage(image_size)
    positive_int("channels", channels)
    positive_int("filters", filters)
    next_seed = seeded(seed)

    # === Functional model ===
    x = images = Input((*sizes[0], channels), name="images")
    for stage in range(len(sizes) - 1):
        normalized = batch_norm and stage > 0
        x = layers.Conv2D(
            filters * 2**stage,
            5,
            strides=2,
            padding="same",
            use_bias=not normalized,
            kernel_initializer=normal_initializer(0.02, next_seed),
        )(x)
        if normalized:
            x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Flatten()(x)
    logits = layers.Dense(
        1, kernel_initializer=normal_initializer(0.02, next_seed), dtype="float32", name="logits"
    )(x)
    return Model(images, logits, name=name)
