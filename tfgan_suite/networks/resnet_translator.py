"""The residual translator of CycleGAN (Zhu et al. 2017, arXiv:1703.10593, appendix 7.2).

From Johnson et al. 2016 (arXiv:1603.08155): a convolution of 7x7, two of stride 2, residual blocks,
two transposed ones of stride 2, a convolution of 7x7. As in the authors' code: reflected borders
against frames in the corners, instance normalization without scale and shift, weights from
N(0, 0.02).
"""

import keras
from keras import Input, Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.networks._building import (
    check_multiples,
    height_and_width,
    normal_initializer,
    seeded,
)
from tfgan_suite.networks._normalizing import normalize

SMALLEST, LARGEST = 16, 2048
STRIDE = 4


def build_generator(
    image_size=256,
    channels=3,
    input_channels=3,
    filters=64,
    *,
    blocks=None,
    normalization="instance",
    seed=None,
    name="resnet_translator",
):
    """Builds the generator: inputs `[N, H, W, input_channels]` -> images `[N, H, W, channels]`.

    Both are in [-1, 1].

    Args:
        image_size: int, or `(height, width)`; each from 16 to 2048, and a multiple of 4.
        channels: of the images: 1 for grey, 3 for RGB.
        input_channels: of the inputs.
        filters: of the layers at full size; doubled with each halving.
        blocks: residual blocks; None for the paper's 6 below 256 pixels and 9 from there on.
        normalization: `"instance"`, `"batch"` or None.
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if an option is out of range, or a side is no multiple of 4.
    """
    size = height_and_width(image_size, SMALLEST, LARGEST)
    check_multiples(size, lambda _: STRIDE, image_size)
    if blocks is None:
        blocks = 6 if max(size) < 256 else 9
    for option, value in (
        ("channels", channels),
        ("input_channels", input_channels),
        ("filters", filters),
        ("blocks", blocks),
    ):
        positive_int(option, value)
    next_seed = seeded(seed)
    biased = normalization is None  # elsewhere the mean is taken away again

    # === Layers ===
    def reflected(x, by):
        return keras.ops.pad(x, [[0, 0], [by, by], [by, by], [0, 0]], mode="reflect")

    def convolution(kind, filters, kernel, **options):
        initializer = normal_initializer(0.02, next_seed)
        return kind(filters, kernel, kernel_initializer=initializer, **options)

    def normalized(x):
        return normalize(x, normalization, next_seed)

    def resized(x, kind, filters):
        x = convolution(kind, filters, 3, strides=2, padding="same", use_bias=biased)(x)
        return layers.ReLU()(normalized(x))

    def block(x):
        y = convolution(layers.Conv2D, x.shape[-1], 3, use_bias=biased)(reflected(x, 1))
        y = layers.ReLU()(normalized(y))
        y = convolution(layers.Conv2D, x.shape[-1], 3, use_bias=biased)(reflected(y, 1))
        return layers.Add()([x, normalized(y)])

    # === Functional model ===
    inputs = Input((*size, input_channels), name="inputs")
    x = convolution(layers.Conv2D, filters, 7, use_bias=biased)(reflected(inputs, 3))
    x = layers.ReLU()(normalized(x))
    for factor in (2, 4):
        x = resized(x, layers.Conv2D, filters * factor)
    for _ in range(blocks):
        x = block(x)
    for factor in (2, 1):
        x = resized(x, layers.Conv2DTranspose, filters * factor)
    x = convolution(layers.Conv2D, channels, 7)(reflected(x, 3))
    images = layers.Activation("tanh", dtype="float32", name="images")(x)
    return Model(inputs, images, name=name)
