"""R3GAN: residual networks without normalization, with grouped convolutions.

Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline" (arXiv:2501.05441),
section 4, config E. D mirrors G; each of their stages, one for each size of the feature maps, has a
few residual blocks:

    x + conv 1x1 (lrelu (conv 3x3 in groups (lrelu (conv 1x1 x))))

with biases before both LeakyReLU(0.2) and nowhere else, twice as many channels in between as
outside, and 16 channels in each group. No normalization, and no tanh at the end. Maps change their
size by the filter [1, 2, 1], and their width, where it changes, by a 1x1 convolution on the smaller
maps. G begins with a learned map for each channel, scaled by a linear map of z; D ends with one
filter for each channel, as large as the maps, and a linear map.

The initialization stands in for normalization (Zhang et al. 2019, "Fixup Initialization",
arXiv:1901.09321): the last convolution of a block is 0, the first two are

    N(0, sqrt(2 / 1.04) L^(-1/4) / sqrt(fan_in)),   L the number of blocks of the network,

all others N(0, 1 / sqrt(fan_in)).

With `num_classes` an embedding of the class, as long as z, is put beside it; D gives features, and
their product with another embedding of the class is the logit.

The published networks, all with 64 latents, are these (generator / discriminator, parameters):

    CIFAR-10      32   filters=768                                 20,732,160 /  20,683,776
      10 classes  32   filters=768                                 20,781,952 /  21,280,512
    FFHQ          64   filters=384, max_filters=768                22,429,824 /  22,381,440
                 256   filters=96, max_filters=768                 23,057,952 /  23,009,568
    ImageNet      32   filters=1536, group_size=32                 82,914,304 /  86,548,992
    1000 classes  64   filters=1536, group_size=32                103,570,432 / 107,205,120
"""

import math

from keras import Input, Model, layers

from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.layers import ClipAtInference, Conv2D, Downsample, LearnedBasis, Upsample
from tfgan_suite.networks._building import halvings_to_four, normal_initializer, seeded

SMALLEST, LARGEST = 8, 256
SLOPE = 0.2  # of LeakyReLU below 0
EXPANSION = 2  # channels within a block for each one outside
FILTER = (1, 2, 1)


def build_generator(
    image_size=32,
    channels=3,
    latent_dim=64,
    filters=64,
    *,
    max_filters=None,
    growth=2,
    blocks=2,
    group_size=16,
    num_classes=None,
    seed=None,
    name="r3gan_generator",
):
    """Builds the generator: latents `[N, latent_dim]` -> images `[N, H, W, channels]` in [-1, 1].

    In training the images are only aimed at this range; at inference they are cut off at its ends.
    With `num_classes` the inputs are `[latents, labels]`, the labels int32 `[N]`.

        g = networks.r3gan.build_generator(28, 1, latent_dim=64, filters=16, max_filters=64)
        images = g(keras.random.normal((2, 64)))  # [2, 28, 28, 1]

    Args:
        image_size: int, or `(height, width)`; each from 8 to 256, and a multiple of the power of
            two by which it is halved down to 4 to 7: 8, 12, 16, 28, 32, 64, 128, 256 ...
        channels: 1 for grey, 3 for RGB.
        latent_dim: number of components of z.
        filters: width of the stage at full size; `growth` times as many with each halving. The
            paper's networks are listed in the documentation of this module.
        max_filters: the most that a stage has; None for `filters` in all of them.
        growth: of the widths with each halving; where the stage at full size has few filters, as a
            CPU needs it, 4 leaves the others as many as they need.
        blocks: residual blocks in each stage.
        group_size: channels in each group of the 3x3 convolutions.
        num_classes: number of classes of the labels; None for no labels.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range, or groups do not fit a width.
    """
    height, width, halvings = halvings_to_four(image_size, SMALLEST, LARGEST)
    positive_int("channels", channels)
    positive_int("latent_dim", latent_dim)
    positive_int_or_none("num_classes", num_classes)
    widths = widths_by_stage(halvings, filters, max_filters, growth, group_size)
    next_seed = seeded(seed)
    block = _residual_block(positive_int("blocks", blocks) * len(widths), group_size, next_seed)

    # === Functional model ===
    x = latents = Input((latent_dim,), name="latents")
    inputs = latents
    if num_classes:
        labels = Input((), dtype="int32", name="labels")
        inputs = [latents, labels]
        x = layers.Concatenate()([x, _embedding(num_classes, latent_dim, 1.0, next_seed)(labels)])
    x = _dense(widths[-1], x.shape[1], next_seed)(x)
    x = LearnedBasis(
        height // 2**halvings, width // 2**halvings, normal_initializer(1.0, next_seed)
    )(x)
    for stage in reversed(range(len(widths))):
        if stage < halvings:
            if x.shape[3] != widths[stage]:
                x = _pointwise(widths[stage], x.shape[3], next_seed)(x)
            x = Upsample(taps=FILTER)(x)
        for _ in range(blocks):
            x = block(x)
    x = _pointwise(channels, widths[0], next_seed, dtype="float32")(x)
    images = ClipAtInference(dtype="float32", name="images")(x)
    return Model(inputs, images, name=name)


def build_discriminator(
    image_size=32,
    channels=3,
    filters=64,
    *,
    max_filters=None,
    growth=2,
    blocks=2,
    group_size=16,
    num_classes=None,
    seed=None,
    name="r3gan_discriminator",
):
    """Builds the discriminator: images `[N, H, W, channels]` -> logits `[N, 1]`.

    With `num_classes` its inputs are `[images, labels]`, the labels int32 `[N]`.

    Args:
        image_size: as for `build_generator`.
        channels: 1 for grey, 3 for RGB.
        filters: as for `build_generator`.
        max_filters: as for `build_generator`.
        growth: as for `build_generator`.
        blocks: residual blocks in each stage.
        group_size: channels in each group of the 3x3 convolutions.
        num_classes: number of classes of the labels; None for no labels.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if a size is out of range, or groups do not fit a width.
    """
    height, width, halvings = halvings_to_four(image_size, SMALLEST, LARGEST)
    positive_int("channels", channels)
    positive_int_or_none("num_classes", num_classes)
    widths = widths_by_stage(halvings, filters, max_filters, growth, group_size)
    next_seed = seeded(seed)
    block = _residual_block(positive_int("blocks", blocks) * len(widths), group_size, next_seed)

    # === Functional model ===
    images = Input((height, width, channels), name="images")
    x = _pointwise(widths[0], channels, next_seed)(images)
    for stage in range(len(widths)):
        if stage > 0:
            x = Downsample(taps=FILTER)(x)
            if x.shape[3] != widths[stage]:
                x = _pointwise(widths[stage], x.shape[3], next_seed)(x)
        for _ in range(blocks):
            x = block(x)
    size = x.shape[1:3]
    x = layers.DepthwiseConv2D(
        size, use_bias=False, depthwise_initializer=_normal(1.0, math.prod(size), next_seed)
    )(x)
    x = layers.Flatten()(x)
    if not num_classes:
        logits = _dense(1, widths[-1], next_seed, dtype="float32", name="logits")(x)
        return Model(images, logits, name=name)
    labels = Input((), dtype="int32", name="labels")
    size = widths[-1]
    features = _dense(size, size, next_seed, dtype="float32")(x)
    wanted = _embedding(num_classes, size, size**-0.5, next_seed, dtype="float32")(labels)
    logits = layers.Dot(axes=1, dtype="float32", name="logits")([features, wanted])
    return Model([images, labels], logits, name=name)


def widths_by_stage(halvings, filters, max_filters, growth, group_size):
    """Channels of each stage, from full size down: `filters`, growing up to `max_filters`.

    Raises:
        ValueError: if a number is not a positive integer, `max_filters` is less than `filters`, or
            the channels within a block are not whole groups.
    """
    positive_int("filters", filters)
    positive_int("growth", growth)
    positive_int("group_size", group_size)
    most = filters if max_filters is None else positive_int("max_filters", max_filters)
    if most < filters:
        raise ValueError(
            "`max_filters` must not be less than `filters`. "
            f"Received: max_filters={max_filters}, filters={filters}"
        )
    widths = [min(filters * growth**stage, most) for stage in range(halvings + 1)]
    for channels in widths:
        if EXPANSION * channels % group_size:
            raise ValueError(
                f"A stage of {channels} channels has {EXPANSION * channels} within its blocks, "
                f"which must be whole groups of `group_size`. Received: filters={filters}, "
                f"max_filters={max_filters}, growth={growth}, group_size={group_size}"
            )
    return widths


# === Layers ===


def _normal(gain, fan_in, next_seed):
    return normal_initializer(gain / math.sqrt(fan_in), next_seed)


def _dense(units, fan_in, next_seed, **options):
    kernel = _normal(1.0, fan_in, next_seed)
    return layers.Dense(units, use_bias=False, kernel_initializer=kernel, **options)


def _pointwise(filters, fan_in, next_seed, **options):
    kernel = _normal(1.0, fan_in, next_seed)
    return Conv2D(filters, 1, use_bias=False, kernel_initializer=kernel, **options)


def _embedding(num_classes, size, gain, next_seed, **options):
    # A linear map of one-hot labels, in the published code: its fan-in is the number of classes.
    kernel = _normal(gain, num_classes, next_seed)
    return layers.Embedding(num_classes, size, embeddings_initializer=kernel, **options)


def _residual_block(all_blocks, group_size, next_seed):
    """Function that puts one more residual block behind feature maps."""
    gain = math.sqrt(2.0 / (1.0 + SLOPE**2)) * all_blocks**-0.25

    def block(x):
        channels = x.shape[3]
        inner = EXPANSION * channels
        y = Conv2D(inner, 1, kernel_initializer=_normal(gain, channels, next_seed))(x)
        y = layers.LeakyReLU(SLOPE)(y)
        y = Conv2D(
            inner,
            3,
            padding="same",
            groups=inner // group_size,
            kernel_initializer=_normal(gain, 9 * group_size, next_seed),
        )(y)
        y = layers.LeakyReLU(SLOPE)(y)
        y = Conv2D(channels, 1, use_bias=False, kernel_initializer="zeros")(y)
        return layers.Add()([x, y])

    return block
