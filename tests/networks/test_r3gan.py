"""R3GAN's networks: published sizes, initialization, values against NumPy."""

import math

import keras
import numpy as np
import pytest

from tfgan_suite import layers, testing
from tfgan_suite.networks import r3gan

# Parameters of the published networks: brownvc/R3GAN, instantiated.
PUBLISHED = {
    "CIFAR-10": (32, {"filters": 768}, 20_732_160, 20_683_776),
    "CIFAR-10 of 10 classes": (
        32, {"filters": 768, "num_classes": 10}, 20_781_952, 21_280_512
    ),
    "FFHQ 64": (64, {"filters": 384, "max_filters": 768}, 22_429_824, 22_381_440),
    "FFHQ 256": (256, {"filters": 96, "max_filters": 768}, 23_057_952, 23_009_568),
    "ImageNet 32": (
        32, {"filters": 1536, "group_size": 32, "num_classes": 1000}, 82_914_304, 86_548_992
    ),
    "ImageNet 64": (
        64, {"filters": 1536, "group_size": 32, "num_classes": 1000}, 103_570_432, 107_205_120
    ),
}  # fmt: skip
SMALL = {"filters": 4, "max_filters": 8, "group_size": 4}


@pytest.mark.parametrize("size, options, of_g, of_d", PUBLISHED.values(), ids=PUBLISHED)
def test_parameters_are_those_of_the_published_networks(monkeypatch, size, options, of_g, of_d):
    monkeypatch.setattr(r3gan, "normal_initializer", lambda *_: "zeros")  # drawing takes seconds
    for build, expected in ((r3gan.build_generator, of_g), (r3gan.build_discriminator, of_d)):
        weights = build(size, **options).trainable_weights
        assert sum(math.prod(w.shape) for w in weights) == expected


def test_blocks_begin_as_the_identity_and_other_kernels_by_their_fan_in():
    d = r3gan.build_discriminator(16, 3, 32, max_filters=64, blocks=2, seed=0)
    gain = math.sqrt(2.0 / 1.04) * 6**-0.25  # three stages of two blocks
    kernels = [layer for layer in d.layers if isinstance(layer, layers.Conv2D)]
    # From the image; to twice the channels, once; three in each block.
    assert len(kernels) == 1 + 1 + 3 * 6
    for layer in kernels:
        kernel = layer.kernel.numpy()
        fan_in = math.prod(kernel.shape[:3])
        if layer.use_bias:
            np.testing.assert_array_equal(layer.bias, 0.0)
            np.testing.assert_allclose(kernel.std(), gain / math.sqrt(fan_in), rtol=0.1)
        elif kernel.shape[2] == 2 * kernel.shape[3]:
            np.testing.assert_array_equal(kernel, 0.0)
        else:
            np.testing.assert_allclose(kernel.std(), 1.0 / math.sqrt(fan_in), rtol=0.2)
    depthwise = next(x for x in d.layers if isinstance(x, keras.layers.DepthwiseConv2D))
    np.testing.assert_allclose(depthwise.kernel.numpy().std(), 0.25, rtol=0.1)


# --- Against NumPy ------------------------------------------------------------------------------


def moved(network):
    """The network with weights away from where they begin, biases and last kernels too."""
    rng = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(rng.normal(0.0, 0.5, weight.shape))
    return network, iter([w.numpy().astype("float64") for w in network.trainable_weights])


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def convolved(x, kernel, group):
    """Convolution with zeros around, one output channel at a time."""
    reach = kernel.shape[0] // 2
    padded = np.pad(x, [(0, 0), (reach, reach), (reach, reach), (0, 0)])
    y = np.zeros((*x.shape[:3], kernel.shape[3]))
    for channel in range(kernel.shape[3]):
        first = channel // group * group
        for i, j in np.ndindex(kernel.shape[:2]):
            window = padded[:, i : i + x.shape[1], j : j + x.shape[2], first : first + group]
            y[..., channel] += window @ kernel[i, j, :, channel]
    return y


def block(x, weights, group):
    kernel, bias, grouped, grouped_bias, last = (next(weights) for _ in range(5))
    y = leaky(x @ kernel[0, 0] + bias)
    return x + leaky(convolved(y, grouped, group) + grouped_bias) @ last[0, 0]


def halved(x):
    """[1, 2, 1] / 4 on both axes around pixels 0, 2, 4 ..."""
    for axis in (1, 2):
        x = np.moveaxis(x, axis, 0)
        before = np.concatenate([np.zeros_like(x[:1]), x[1:-1:2]])
        x = np.moveaxis((before + 2 * x[::2] + x[1::2]) / 4, 0, axis)
    return x


def doubled(x):
    """Each pixel, after its mean with the one before."""
    for axis in (1, 2):
        x = np.moveaxis(x, axis, 0)
        before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
        x = np.stack([(before + x) / 2, x], axis=1)
        x = np.moveaxis(x.reshape(-1, *x.shape[2:]), 0, axis)
    return x


def test_the_generator_is_that_of_the_paper():
    g, weights = moved(r3gan.build_generator(8, 3, 5, blocks=1, num_classes=3, **SMALL))
    z, labels = testing.points(2, 5), np.array([2, 0], "int32")
    embeddings, kernel, basis = (next(weights) for _ in range(3))
    x = np.concatenate([z, embeddings[labels]], axis=1) @ kernel
    x = block(x[:, None, None] * basis, weights, 4)
    x = block(doubled(x @ next(weights)[0, 0]), weights, 4)
    expected = x @ next(weights)[0, 0]
    assert np.abs(expected).max() > 1.0  # nothing keeps it in the range of images in training
    found = g([z, labels], training=True)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(g([z, labels]), np.clip(found, -1.0, 1.0), atol=1e-6)


@pytest.mark.parametrize("classes", [None, 3])
def test_the_discriminator_is_that_of_the_paper(classes):
    d, weights = moved(r3gan.build_discriminator(8, 3, blocks=1, num_classes=classes, **SMALL))
    images, labels = testing.images(2, (8, 8, 3)), np.array([2, 0], "int32")
    x = block(images.astype("float64") @ next(weights)[0, 0], weights, 4)
    x = block(halved(x) @ next(weights)[0, 0], weights, 4)
    x = np.sum(x * next(weights)[..., 0], axis=(1, 2)) @ next(weights)
    if classes:
        x = np.sum(x * next(weights)[labels], axis=1, keepdims=True)
    found = d([images, labels] if classes else images)
    np.testing.assert_allclose(found, x, rtol=1e-3, atol=1e-3)


# --- Sizes and options --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [8, 28, (16, 24), 64, 128, 256], ids=str)
def test_the_networks_fit_each_other(size):
    g = r3gan.build_generator(size, 1, 2, 1, blocks=1, group_size=1)
    d = r3gan.build_discriminator(size, 1, 1, blocks=1, group_size=1)
    assert g.output_shape == d.input_shape
    assert d.output_shape == (None, 1)


def test_widths_grow_up_to_the_most():
    assert r3gan.widths_by_stage(4, 8, 128, 4, 16) == [8, 32, 128, 128, 128]


@pytest.mark.parametrize("build", [r3gan.build_generator, r3gan.build_discriminator])
def test_a_seed_decides_all_weights(build):
    def made(seed):
        return build(8, 1, num_classes=3, seed=seed, **SMALL)

    assert testing.same(made(1), made(1))
    assert not testing.same(made(1), made(2))


@pytest.mark.parametrize(
    "options, named",
    [
        ({"image_size": 30}, "multiples of 4.*image_size=30"),
        ({"image_size": 512}, "image_size=512"),
        ({"filters": 0}, "filters=0"),
        ({"filters": 12, "group_size": 16}, "whole groups.*filters=12"),
        ({"filters": 8, "max_filters": 4}, "max_filters=4, filters=8"),
        ({"growth": 0}, "growth=0"),
        ({"blocks": 0}, "blocks=0"),
        ({"group_size": 1.5}, "group_size=1.5"),
        ({"num_classes": 0}, "num_classes=0"),
    ],
)
@pytest.mark.parametrize("build", [r3gan.build_generator, r3gan.build_discriminator])
def test_wrong_options_are_named(build, options, named):
    with pytest.raises(ValueError, match=named):
        build(**options)
