"""U-Net with skips, the generator of Pix2Pix (Isola et al. 2017, arXiv:1611.07004).

An encoder halves the image until its shorter side is one pixel (at most 8 times), a decoder
doubles it back and sees, at each size, what the encoder had there. As in appendix 6.1.1 and the
authors' code: convolutions of 4x4 and stride 2, LeakyReLU(0.2) on the way down and ReLU on the way
up, dropout of 1/2 in the first three layers of the decoder, weights from N(0, 0.02), normalization
except in the first layer, the last, and the smallest feature map.

Deviations: instance normalization by default, which is what the authors' batch normalization is
with their batches of one image; dropout in training only.
"""

import math

from keras import Input, Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import Conv2D, Conv2DTranspose, Dropout
from tfgan_suite.networks._building import (
    halved_sizes,
    height_and_width,
    normal_initializer,
    seeded,
)
from tfgan_suite.networks._normalizing import normalize

SMALLEST, LARGEST = 32, 2048
DEEPEST = 8
WITH_DROPOUT = 3


def sizes_by_stage(image_size):
    """Feature map sizes from the image down to the smallest, each half of the one before.

    256 -> 128 -> ... -> 1 as in the paper, 64 -> 32 -> ... -> 1; odd sizes are rounded up.

    Raises:
        ValueError: if a side is not an integer from 32 to 2048.
    """
    height, width = height_and_width(image_size, SMALLEST, LARGEST)
    stages = min(DEEPEST, int(math.log2(min(height, width))))
    return halved_sizes((height, width), stages)


def build_generator(
    image_size=256,
    channels=3,
    input_channels=3,
    filters=64,
    *,
    dropout=0.5,
    normalization="instance",
    seed=None,
    name="unet_generator",
):
    """Builds the generator: inputs `[N, H, W, input_channels]` -> images `[N, H, W, channels]`.

    Both are in [-1, 1].

    Args:
        image_size: int, or `(height, width)`; each from 32 to 2048.
        channels: of the images: 1 for grey, 3 for RGB.
        input_channels: of the inputs.
        filters: of the first layer; doubled with each halving, up to 8 times.
        dropout: fraction of the decoder's first features that are dropped in training; 0 for none.
        normalization: `"instance"`, `"batch"` or None.
        seed: integer seed of the initial weights and of dropout; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if an option is out of range.
    """
    sizes = sizes_by_stage(image_size)
    positive_int("channels", channels)
    positive_int("input_channels", input_channels)
    positive_int("filters", filters)
    if isinstance(dropout, bool) or not 0 <= dropout < 1:
        raise ValueError(f"`dropout` must be in [0, 1). Received: dropout={dropout!r}")
    next_seed = seeded(seed)
    stages = len(sizes) - 1

    # === Layers ===
    def convolution(kind, filters, **options):
        return kind(
            filters,
            4,
            strides=2,
            padding="same",
            kernel_initializer=normal_initializer(0.02, next_seed),
            **options,
        )

    def down(x, stage):
        normalized = normalization is not None and 0 < stage < stages - 1
        width = filters * min(2**stage, 8)
        x = convolution(Conv2D, width, use_bias=not normalized)(x)
        return normalize(x, normalization, next_seed) if normalized else x

    def up(x, size, filters, **options):
        x = convolution(Conv2DTranspose, filters, **options)(layers.ReLU()(x))
        # Where the encoder has rounded up, one row or column is too many.
        surplus = [made - wanted for made, wanted in zip(x.shape[1:3], size)]
        return layers.Cropping2D([(0, s) for s in surplus])(x) if any(surplus) else x

    # === Functional model ===
    x = inputs = Input((*sizes[0], input_channels), name="inputs")
    skips = []
    for stage in range(stages):
        x = down(layers.LeakyReLU(0.2)(x) if stage else x, stage)
        skips.append(x)
    skips.pop()
    for stage in reversed(range(1, stages)):
        biased = normalization is None
        x = up(x, sizes[stage], filters * min(2 ** (stage - 1), 8), use_bias=biased)
        x = normalize(x, normalization, next_seed)
        if dropout and stages - 1 - stage < WITH_DROPOUT:
            x = Dropout(dropout, seed=next_seed())(x)
        x = layers.Concatenate()([x, skips.pop()])
    x = up(x, sizes[0], channels)
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model(inputs, images, name=name)
