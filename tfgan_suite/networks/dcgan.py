"""DCGAN, Radford et al. 2015 (arXiv:1511.06434): convolutions only, for 16 to 128 pixels.

As the paper's guidelines have it: strided convolutions instead of pooling, BatchNorm in both
networks except at the generator's output and the discriminator's input, no hidden dense layers,
ReLU in the generator with tanh at its end, LeakyReLU(0.2) in the discriminator, weights from
N(0, 0.02), kernels of 5x5.

With `num_classes` both networks also take integer labels `[N]`, in one of two ways each. As Mirza &
Osindero 2014 (arXiv:1411.1784) do, an embedding of the label beside the latents, and a learned map
of the label beside the image ("concatenation"). Or, after Miyato & Koyama 2018 (arXiv:1802.05637),
conditional batch normalization in the generator ("batch_norm") and a projection at the end of the
discriminator ("projection"; `networks.sngan` has it with spectral normalization).

With `units` both networks have a hidden dense layer at the end that is not the image, as those of
Chen et al. 2016 for MNIST have (arXiv:1606.03657, appendix C.1): what is not local (which digit it
is) has a layer of its own.

Sizes that are not a multiple of a power of two are made too: where the discriminator halves an odd
size (rounding up), the generator's transposed convolution at that place has one row or column less.
"""

import math

from keras import Input, Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import (
    BatchNormalization,
    ConditionalBatchNormalization,
    Conv2D,
    Conv2DTranspose,
    ProjectionHead,
)
from tfgan_suite.networks._building import (
    check_condition,
    halved_sizes,
    height_and_width,
    normal_initializer,
    seeded,
    with_embedding,
    with_label_map,
)

SMALLEST, LARGEST = 16, 128
GENERATOR_CONDITIONS = ("concatenation", "batch_norm")
DISCRIMINATOR_CONDITIONS = ("concatenation", "projection")


def sizes_by_stage(image_size):
    """Feature map sizes from the image down to the smallest, each half of the one before.

    The smallest has between 4 and 8 rows or columns on its shorter side: 64 -> 32 -> 16 -> 8 -> 4
    as in the paper, 28 -> 14 -> 7.
    """
    height, width = height_and_width(image_size, SMALLEST, LARGEST)
    stages = int(math.log2(min(height, width) / 4))
    return halved_sizes((height, width), stages)


def build_generator(
    image_size=64,
    channels=3,
    latent_dim=100,
    filters=64,
    *,
    units=None,
    num_classes=None,
    condition="concatenation",
    seed=None,
    name="dcgan_generator",
):
    """Builds the generator: latents `[N, latent_dim]` -> images `[N, H, W, channels]` in [-1, 1].

    With `num_classes` its inputs are `[latents, labels]`, the labels int32 `[N]`.

    Args:
        image_size: int, or `(height, width)`; each from 16 to 128.
        channels: 1 for grey, 3 for RGB.
        latent_dim: number of components of z.
        filters: of the last hidden layer; doubled towards the latents.
        units: of a hidden dense layer behind the latents; None for none, as in the paper.
        num_classes: number of classes of the labels; None for no labels.
        condition: how labels come in: "concatenation" (an embedding of 10 components beside the
            latents) or "batch_norm" (a scale and an offset of each class in every normalization).
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range or `condition` is unknown.
    """
    *larger, smallest = sizes_by_stage(image_size)
    positive_int("channels", channels)
    positive_int("latent_dim", latent_dim)
    positive_int("filters", filters)
    if units is not None:
        positive_int("units", units)
    check_condition(num_classes, condition, GENERATOR_CONDITIONS)
    next_seed = seeded(seed)
    latents = Input((latent_dim,), name="latents")
    labels = num_classes and Input((), dtype="int32", name="labels")
    by_class = num_classes and condition == "batch_norm"

    # === Layers ===
    def kernel():
        return normal_initializer(0.02, next_seed)

    def normalize(x):
        # The momentum and epsilon of the authors' own code.
        options = {"momentum": 0.9, "epsilon": 1e-5}
        if by_class:
            return layers.ReLU()(ConditionalBatchNormalization(num_classes, **options)([x, labels]))
        return layers.ReLU()(BatchNormalization(**options)(x))

    def double(x, to, filters, **options):
        # Exactly 2n - 1 or 2n rows and columns, whichever the mirrored convolution came from.
        padding = tuple(large - (2 * small - 1) for large, small in zip(to, x.shape[1:3]))
        return Conv2DTranspose(
            filters,
            5,
            strides=2,
            padding="same",
            output_padding=padding,
            kernel_initializer=kernel(),
            **options,
        )(x)

    # === Functional model ===
    x = latents
    if num_classes and not by_class:
        x = with_embedding(latents, labels, num_classes, next_seed)
    if units:
        x = normalize(layers.Dense(units, use_bias=False, kernel_initializer=kernel())(x))
    width = filters * 2 ** (len(larger) - 1)
    size = math.prod(smallest) * width
    x = layers.Dense(size, use_bias=False, kernel_initializer=kernel())(x)
    x = normalize(layers.Reshape((*smallest, width))(x))
    for size in reversed(larger[1:]):
        width //= 2
        x = normalize(double(x, size, width, use_bias=False))
    x = double(x, larger[0], channels)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model([latents, labels] if num_classes else latents, images, name=name)


def build_discriminator(
    image_size=64,
    channels=3,
    filters=64,
    *,
    batch_norm=True,
    units=None,
    augmentation=None,
    num_classes=None,
    condition="concatenation",
    seed=None,
    name="dcgan_discriminator",
):
    """Builds the discriminator or critic: images `[N, H, W, channels]` -> logits `[N, 1]`.

    With `num_classes` its inputs are `[images, labels]`, the labels int32 `[N]`.

    Args:
        image_size: int, or `(height, width)`; each from 16 to 128.
        channels: 1 for grey, 3 for RGB.
        filters: of the first layer; doubled with each halving of the image.
        batch_norm: False for WGAN-GP, whose penalty is on each image's own gradient (Gulrajani et
            al. 2017, arXiv:1704.00028, section 4).
        units: of a hidden dense layer before the logits; None for none, as in the paper.
        augmentation: layer through which the images come in, one of the package's augmentations
            say; None for none.
        num_classes: number of classes of the labels; None for no labels.
        condition: how labels come in: "concatenation" (a learned map of each class as one more
            channel of the image) or "projection" (of the label on the last features).
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range or `condition` is unknown.
    """
    sizes = sizes_by_stage(image_size)
    positive_int("channels", channels)
    positive_int("filters", filters)
    if units is not None:
        positive_int("units", units)
    check_condition(num_classes, condition, DISCRIMINATOR_CONDITIONS)
    next_seed = seeded(seed)

    # === Layers ===
    def activate(x, normalized):
        if normalized:
            x = BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
        return layers.LeakyReLU(0.2)(x)

    # === Functional model ===
    x = images = Input((*sizes[0], channels), name="images")
    if augmentation is not None:
        x = augmentation(x)
    labels = num_classes and Input((), dtype="int32", name="labels")
    if num_classes and condition == "concatenation":
        x = with_label_map(x, labels, num_classes, next_seed)
    for stage in range(len(sizes) - 1):
        normalized = batch_norm and stage > 0
        x = Conv2D(
            filters * 2**stage,
            5,
            strides=2,
            padding="same",
            use_bias=not normalized,
            kernel_initializer=normal_initializer(0.02, next_seed),
        )(x)
        x = activate(x, normalized)
    x = layers.Flatten()(x)
    if units:
        hidden = layers.Dense(
            units, use_bias=not batch_norm, kernel_initializer=normal_initializer(0.02, next_seed)
        )
        x = activate(hidden(x), batch_norm)
    options = {
        "kernel_initializer": normal_initializer(0.02, next_seed),
        "dtype": "float32",
        "name": "logits",
    }
    if num_classes and condition == "projection":
        head = ProjectionHead(num_classes, spectral_normalization=False, **options)
        return Model([images, labels], head([x, labels]), name=name)
    logits = layers.Dense(1, **options)(x)
    return Model([images, labels] if num_classes else images, logits, name=name)
