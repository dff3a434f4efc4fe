"""PatchGAN, Isola et al. 2017 (arXiv:1611.07004): a discriminator of patches, not of images.

Each logit judges one window of the image. As in the authors' code: convolutions of 4x4 with one
row and column of zeros around, of stride 2 except for the last two; LeakyReLU(0.2); normalization
except at both ends; weights from N(0, 0.02). Windows of 1x1 (PixelGAN) are judged by convolutions
of 1x1.
"""

from keras import Input, Model, layers

from tfgan_suite.checks import positive_int
from tfgan_suite.layers import Conv2D
from tfgan_suite.networks._building import height_and_width, normal_initializer, seeded
from tfgan_suite.networks._normalizing import normalize

# Convolutions of stride 2, by the side of the window; receptive fields as in appendix 6.1.2.
STRIDED = {1: 0, 16: 1, 34: 2, 70: 3, 142: 4, 286: 5}
LARGEST = 2048


def build_discriminator(
    image_size=256,
    channels=3,
    input_channels=None,
    filters=64,
    *,
    receptive_field=70,
    normalization="instance",
    seed=None,
    name="patch_discriminator",
):
    """Builds the discriminator: images `[N, H, W, channels]` -> logits `[N, h, w, 1]`.

    Args:
        image_size: int, or `(height, width)`; so large that at least one logit comes out.
        channels: of the images that are judged: 1 for grey, 3 for RGB.
        input_channels: channels of the inputs they belong to: the network then takes `[images,
            inputs]` and puts them together. None judges images alone, as CycleGAN does.
        filters: of the first layer; doubled with each halving of the image, up to 8 times.
        receptive_field: side of the window that a logit judges: 1, 16, 34, 70, 142 or 286 pixels.
        normalization: `"instance"`, `"batch"` or None. (Instance normalization is what the paper's
            batch normalization is with batches of one image.)
        seed: integer seed of the initial weights; None for Keras's global seed.
        name: name of the model.

    Raises:
        ValueError: if an option is out of range, or the image is so small that there is no logit.
    """
    if receptive_field not in STRIDED:
        raise ValueError(
            f"`receptive_field` must be one of {tuple(STRIDED)}. "
            f"Received: receptive_field={receptive_field!r}"
        )
    strided = STRIDED[receptive_field]
    # Two convolutions of stride 1 take a row and a column each.
    smallest = 3 * 2**strided if strided else 1
    size = height_and_width(image_size, smallest, LARGEST)
    positive_int("channels", channels)
    positive_int("filters", filters)
    if input_channels is not None:
        positive_int("input_channels", input_channels)
    next_seed = seeded(seed)

    # === Layers ===
    def convolve(x, filters, stride, **options):
        kernel, padded = (4, layers.ZeroPadding2D(1)) if strided else (1, lambda x: x)
        return Conv2D(
            filters,
            kernel,
            strides=stride,
            kernel_initializer=normal_initializer(0.02, next_seed),
            **options,
        )(padded(x))

    def hidden(x, filters, stride):
        biased = normalization is None
        x = normalize(convolve(x, filters, stride, use_bias=biased), normalization, next_seed)
        return layers.LeakyReLU(0.2)(x)

    # === Functional model ===
    x = images = Input((*size, channels), name="images")
    arguments = images
    if input_channels is not None:
        inputs = Input((*size, input_channels), name="inputs")
        arguments, x = [images, inputs], layers.Concatenate()([images, inputs])
    x = layers.LeakyReLU(0.2)(convolve(x, filters, 2 if strided else 1))
    for stage in range(1, strided):
        x = hidden(x, filters * min(2**stage, 8), 2)
    x = hidden(x, filters * min(2 ** max(strided, 1), 8), 1)
    logits = convolve(x, 1, 1, dtype="float32", name="logits")
    return Model(arguments, logits, name=name)
