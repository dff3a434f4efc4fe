"""U-Net, PatchGAN and the residual translator: sizes, windows, seeds, refusals."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing
from tfgan_suite.networks import patch_discriminator, resnet_translator, unet
from tfgan_suite.networks.receptive_fields import receptive_field


def support(network, size):
    """Height and width of the window of the input on which the middle logit depends.

    By gradients with the kernels' own signs lost, so that nothing cancels, and normalization off.
    """
    for weight in network.trainable_variables:
        weight.assign(tf.abs(weight.value) + 0.01)
    x = tf.Variable(tf.ones([1, size, size, network.inputs[0].shape[-1]]))
    with tf.GradientTape() as tape:
        logits = network(x)
        middle = logits[0, logits.shape[1] // 2, logits.shape[2] // 2, 0]
    touched = np.abs(tape.gradient(middle, x).numpy()).sum(axis=(0, 3)) > 0
    return touched.any(axis=1).sum(), touched.any(axis=0).sum()


@pytest.mark.parametrize("window", [1, 16, 34, 70, 142])
def test_the_receptive_field_is_the_support_of_the_gradient(window):
    size = {142: 320}.get(window, 160)
    network = patch_discriminator.build_discriminator(
        size, 1, filters=1, receptive_field=window, normalization=None
    )
    assert receptive_field(network) == (window, window)
    assert support(network, size) == (window, window)


def test_the_standard_patch_discriminator_is_that_of_the_paper():
    """70x70; C64-C128-C256-C512 and 30x30 logits for 256x256, as in the authors' code."""
    network = patch_discriminator.build_discriminator(256, 3, input_channels=3)
    assert receptive_field(network) == (70, 70)
    assert network.output_shape == (None, 30, 30, 1)
    widths = [x.filters for x in network.layers if isinstance(x, keras.layers.Conv2D)]
    assert widths == [64, 128, 256, 512, 1]
    # Kernels, and biases where there is no normalization.
    convolutions = 16 * (6 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512 * 1)
    assert network.count_params() == convolutions + 64 + 1


def test_receptive_fields_of_other_chains():
    images = keras.Input((32, 32, 1))
    x = keras.layers.Conv2D(1, (3, 5), dilation_rate=2)(images)
    x = keras.layers.Conv2D(1, 3)(keras.layers.MaxPooling2D(2)(x))
    assert receptive_field(keras.Model(images, x)) == (5 + 1 + 4, 9 + 1 + 4)


@pytest.mark.parametrize("kind", ["dense", "skip"])
def test_what_has_no_receptive_field_is_named(kind):
    images = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(1, 3, padding="same")(images)
    x = keras.layers.Dense(1)(x) if kind == "dense" else keras.layers.Add()([x, images])
    with pytest.raises(ValueError, match="Dense" if kind == "dense" else "one chain of layers"):
        receptive_field(keras.Model(images, x))


def test_the_condition_is_seen_beside_the_image():
    network = patch_discriminator.build_discriminator(
        16, 1, 3, filters=2, receptive_field=16, seed=1
    )
    images, inputs = testing.images(2, (16, 16, 1)), testing.images(2, (16, 16, 3))
    logits = network([images, inputs])
    assert np.abs(logits - network([images, inputs[::-1]])).max() > 1e-6
    assert np.abs(logits - network([images[::-1], inputs])).max() > 1e-6


@pytest.mark.parametrize("size", [32, 33, 64, 100, (40, 36)])
def test_the_unet_makes_images_of_the_size_it_is_given(size):
    height, width = size if isinstance(size, tuple) else (size, size)
    network = unet.build_generator(size, 1, 3, filters=1, seed=1)
    made = network(testing.images(2, (height, width, 3)))
    assert made.shape == (2, height, width, 1)
    assert np.abs(made).max() <= 1.0


@pytest.mark.parametrize("size, stages", [(256, 8), (128, 7), (32, 5), (512, 8), (100, 6)])
def test_the_depth_of_the_unet_follows_from_the_size(size, stages):
    assert len(unet.sizes_by_stage(size)) == stages + 1


def test_the_unet_is_that_of_the_paper():
    """Filters of encoder and decoder at 256x256, as in appendix 6.1.1."""
    network = unet.build_generator(256, seed=1)
    down = [x.filters for x in network.layers if isinstance(x, keras.layers.Conv2D)]
    up = [x.filters for x in network.layers if isinstance(x, keras.layers.Conv2DTranspose)]
    assert down == [64, 128, 256, 512, 512, 512, 512, 512]
    assert up == [512, 512, 512, 512, 256, 128, 64, 3]
    assert sum(isinstance(x, keras.layers.Dropout) for x in network.layers) == 3


def test_dropout_is_off_at_inference():
    network, x = unet.build_generator(32, 1, 1, 2, seed=1), testing.images(1, (32, 32, 1))
    np.testing.assert_array_equal(network(x), network(x))
    assert np.abs(network(x, training=True) - network(x, training=True)).max() > 1e-6


def test_the_blocks_of_the_residual_translator_follow_from_the_size():
    def blocks(size, **options):
        network = resnet_translator.build_generator(size, filters=1, **options)
        return sum(isinstance(x, keras.layers.Add) for x in network.layers)

    assert blocks(128) == 6 and blocks(256) == 9 and blocks(64, blocks=2) == 2


def test_borders_are_reflected_and_no_frame_appears():
    """A constant image has no border inside: every convolution sees it go on for ever."""
    network = resnet_translator.build_generator(16, 1, 1, 2, blocks=1, seed=1)
    first = next(x for x in network.layers if isinstance(x, keras.layers.Conv2D))
    inner = keras.Model(network.inputs[0], first.output)(np.full((1, 16, 16, 1), 0.5, "float32"))
    np.testing.assert_allclose(inner, np.broadcast_to(inner[:, :1, :1], inner.shape), atol=1e-5)


BUILDERS = {
    "unet": lambda **o: unet.build_generator(**{"image_size": 32, "filters": 1, **o}),
    "resnet": lambda **o: resnet_translator.build_generator(
        **{"image_size": 16, "filters": 1, "blocks": 1, **o}
    ),
    "patch": lambda **o: patch_discriminator.build_discriminator(
        **{"image_size": 32, "filters": 1, "receptive_field": 16, **o}
    ),
}


@pytest.mark.parametrize("builder", BUILDERS.values(), ids=BUILDERS)
def test_a_seed_decides_the_weights(builder):
    one, other = builder(seed=3), builder(seed=3)
    assert testing.same(one, other)
    assert not testing.same(one, builder(seed=4))


@pytest.mark.parametrize("normalization", ["instance", "batch", None])
@pytest.mark.parametrize("builder", BUILDERS.values(), ids=BUILDERS)
def test_kinds_of_normalization(builder, normalization):
    names = {type(x).__name__ for x in builder(normalization=normalization).layers}
    expected = {"instance": {"InstanceNormalization"}, "batch": {"BatchNormalization"}, None: set()}
    assert {n for n in names if n.endswith("Normalization")} == expected[normalization]


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("unet", {"image_size": 31}, "from 32 to 2048.*Received: image_size=31"),
        ("unet", {"dropout": 1.0}, r"`dropout` must be in \[0, 1\)"),
        ("unet", {"normalization": "layer"}, "must be 'instance', 'batch' or None.*'layer'"),
        ("unet", {"channels": 0}, "`channels` must be a positive integer"),
        ("resnet", {"image_size": 18}, "multiples of 4.*Received: image_size=18"),
        ("resnet", {"image_size": 8}, "from 16 to 2048"),
        ("resnet", {"blocks": 0}, "`blocks` must be a positive integer"),
        ("patch", {"image_size": 16, "receptive_field": 70}, "from 24 to 2048.*image_size=16"),
        ("patch", {"receptive_field": 71}, "must be one of.*Received: receptive_field=71"),
        ("patch", {"input_channels": 0}, "`input_channels` must be a positive integer"),
    ],
    ids=range(10),
)
def test_bad_options_are_named(name, options, message):
    with pytest.raises(ValueError, match=message):
        BUILDERS[name](**options)


@pytest.mark.parametrize("window", [16, 34, 70])
def test_the_smallest_image_gives_a_logit(window):
    strided = patch_discriminator.STRIDED[window]
    network = patch_discriminator.build_discriminator(
        3 * 2**strided, 1, filters=1, receptive_field=window
    )
    assert network.output_shape[1:3] == (1, 1)
