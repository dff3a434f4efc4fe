"""DCGAN networks: every size, the paper's guidelines, seeds, saving."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import testing
from tfgan_suite.networks import dcgan

layers = keras.layers
SIZES = [16, 17, 28, 31, 33, 50, 64, 128, (16, 128), (28, 40), (31, 18)]


def generator(image_size=16, channels=1, latent_dim=3, filters=2, **options):
    return dcgan.build_generator(image_size, channels, latent_dim, filters, **options)


def discriminator(image_size=16, channels=1, filters=2, **options):
    return dcgan.build_discriminator(image_size, channels, filters, **options)


def of_type(network, *types):
    return [layer for layer in network.layers if isinstance(layer, types)]


def before(network, layer):
    """The layer whose output `layer` takes."""
    return layer.input._keras_history.operation


def following(network, layer, count):
    """The next layers behind one in a chain of layers."""
    start = network.layers.index(layer) + 1
    return network.layers[start : start + count]


@pytest.mark.parametrize("size", range(16, 129))
def test_every_size_mirrors_in_both_networks(size):
    sizes = dcgan.sizes_by_stage((size, 16 + (7 * size) % 113))
    assert all(4 <= min(sizes[-1]) <= 8 for _ in sizes)
    for large, small in itertools.pairwise(sizes):
        # "same" convolutions of stride 2, and what a transposed one can make of their result.
        assert small == tuple(-(-side // 2) for side in large)
        assert all(2 * s - 1 <= side <= 2 * s for side, s in zip(large, small, strict=True))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_generated_images_have_the_size_and_range(size, channels):
    g = generator(size, channels, seed=0)
    images = g(100.0 * np.random.default_rng(0).normal(size=(2, 3)).astype("float32"))
    height, width = (size, size) if isinstance(size, int) else size
    assert images.shape == (2, height, width, channels)
    assert g.output_shape == (None, height, width, channels)
    assert images.dtype == tf.float32
    assert np.abs(images).max() <= 1.0
    assert np.std(images) > 0.0


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_discriminator_judges_what_the_generator_makes(size):
    g, d = generator(size, 3), discriminator(size, 3)
    logits = d(g(np.ones((2, 3), "float32")))
    assert logits.shape == (2, 1)
    assert logits.dtype == tf.float32
    assert d.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize("size", [16, 64, 128])
def test_the_smallest_feature_map_has_four_to_eight_rows(size):
    shapes = [layer.output.shape for layer in of_type(discriminator(size), layers.Conv2D)]
    assert 4 <= shapes[-1][1] <= 8
    first = of_type(generator(size), layers.Reshape)[0].output.shape
    assert first[1:3] == shapes[-1][1:3]


def test_filters_double_towards_the_smallest_feature_map():
    d, g = discriminator(64, filters=4), generator(64, filters=4)
    assert [c.filters for c in of_type(d, layers.Conv2D)] == [4, 8, 16, 32]
    assert of_type(g, layers.Reshape)[0].output.shape[-1] == 32
    assert [c.filters for c in of_type(g, layers.Conv2DTranspose)] == [16, 8, 4, 1]


def test_strided_convolutions_instead_of_pooling_and_no_hidden_dense_layer():
    d, g = discriminator(64), generator(64)
    for network in (d, g):
        assert not [layer for layer in network.layers if "Pooling" in type(layer).__name__]
        for layer in of_type(network, layers.Conv2D, layers.Conv2DTranspose):
            assert (layer.kernel_size, layer.strides) == ((5, 5), (2, 2))
        assert len(of_type(network, layers.Dense)) == 1
    assert of_type(d, layers.Dense) == [d.layers[-1]]
    assert g.layers[1] is of_type(g, layers.Dense)[0]


def test_no_batch_norm_at_the_generators_output():
    g = generator(64)
    last = of_type(g, layers.Conv2DTranspose)[-1]
    assert before(g, g.layers[-1]) is last
    assert g.layers[-1].activation is keras.activations.tanh
    normalized = [before(g, layer) for layer in of_type(g, layers.BatchNormalization)]
    assert last not in normalized
    assert len(normalized) == 4


def test_no_batch_norm_at_the_discriminators_input():
    d = discriminator(64)
    first, *others = of_type(d, layers.Conv2D)
    normalized = [before(d, layer) for layer in of_type(d, layers.BatchNormalization)]
    assert normalized == others
    assert first.use_bias
    assert not any(layer.use_bias for layer in others)


def test_a_critic_without_batch_norm():
    d = discriminator(64, batch_norm=False)
    assert not of_type(d, layers.BatchNormalization)
    assert all(layer.use_bias for layer in of_type(d, layers.Conv2D))


def test_activations_are_those_of_the_paper():
    g, d = generator(64), discriminator(64)
    assert len(of_type(g, layers.ReLU)) == 4
    leaky = of_type(d, layers.LeakyReLU)
    assert len(leaky) == 4
    assert {round(layer.negative_slope, 6) for layer in leaky} == {0.2}


@pytest.mark.parametrize("build", [generator, discriminator])
def test_weights_are_drawn_with_standard_deviation_0_02(build):
    network = build(32, 3, filters=32)
    kernels = [v.numpy().ravel() for v in network.trainable_variables if v.path.endswith("kernel")]
    for kernel in kernels:
        if kernel.size > 1000:
            # Four standard errors of the estimate.
            assert abs(kernel.std() - 0.02) < 4 * 0.02 / np.sqrt(2 * kernel.size)
            assert abs(kernel.mean()) < 4 * 0.02 / np.sqrt(kernel.size)
    assert sum(kernel.size > 1000 for kernel in kernels) >= 3


@pytest.mark.parametrize("build", [generator, discriminator])
def test_the_seed_decides_the_weights(build):
    assert testing.same(build(seed=1), build(seed=1))
    assert not testing.same(build(seed=1), build(seed=2))


@pytest.mark.parametrize("build", [generator, discriminator])
def test_without_a_seed_keras_global_one_decides(build):
    networks = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        networks.append(build())
    assert testing.same(networks[0], networks[1])
    assert not testing.same(networks[0], networks[2])


@pytest.mark.parametrize("build", [generator, discriminator])
def test_layers_of_one_shape_get_different_weights(build):
    kernels = [
        v.numpy() for v in build(64, filters=2, seed=1).variables if v.path.endswith("kernel")
    ]
    starts = [tuple(kernel.ravel()[:4]) for kernel in kernels]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("build", [generator, discriminator])
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_the_last_layer_computes_in_float32(build, policy):
    keras.config.set_dtype_policy(policy)
    network = build()
    assert network.outputs[0].dtype == "float32"
    assert network.layers[-1].compute_dtype == "float32"
    half = policy.removeprefix("mixed_")
    assert {layer.compute_dtype for layer in network.layers[1:-1]} == {half}
    assert np.isfinite(network(np.ones((2, *network.input_shape[1:]), "float32"))).all()


@pytest.mark.parametrize("units", [None, 3])
@pytest.mark.parametrize("build", [generator, discriminator])
def test_cloned_and_saved_networks_are_the_same(build, units, tmp_path):
    network = build(seed=1, units=units)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    clone = keras.models.clone_model(network)
    clone.set_weights(network.get_weights())
    x = np.random.default_rng(0).normal(size=(2, *network.input_shape[1:])).astype("float32")
    for other in (loaded, clone):
        assert testing.same(other, network)
        np.testing.assert_allclose(other(x), network(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("build", [generator, discriminator])
@pytest.mark.parametrize(
    "size", [15, 129, 0, -28, 28.0, True, "28", None, (28,), (28, 8), (28, 28, 1)]
)
def test_a_size_that_cannot_be_made_is_refused(build, size):
    with pytest.raises(ValueError, match="height and width from 16 to 128.*Received: image_size="):
        build(size)


@pytest.mark.parametrize("build", [generator, discriminator])
@pytest.mark.parametrize("option", ["channels", "filters"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, None])
def test_numbers_must_be_positive_integers(build, option, value):
    with pytest.raises(ValueError, match=f"`{option}` must be a positive integer. Received"):
        build(**{option: value})


def test_the_hidden_dense_layers_are_those_of_infogan():
    """arXiv:1606.03657, appendix C.1: FC, BatchNorm, activation; in G first and in D before last."""
    g, d = generator(28, units=5), discriminator(28, units=5)
    for network, activation in ((g, layers.ReLU), (d, layers.LeakyReLU)):
        (hidden,) = (layer for layer in of_type(network, layers.Dense) if layer.units == 5)
        normalized, activated = following(network, hidden, 2)
        assert not hidden.use_bias
        assert isinstance(normalized, layers.BatchNormalization)
        assert isinstance(activated, activation)
    assert [dense.units for dense in of_type(g, layers.Dense)] == [5, 7 * 7 * 4]
    assert [dense.units for dense in of_type(d, layers.Dense)] == [5, 1]
    assert before(d, d.layers[-1]).output.shape == (None, 5)


def test_a_critic_with_a_hidden_dense_layer_has_no_batch_norm_either():
    d = discriminator(units=5, batch_norm=False)
    assert not of_type(d, layers.BatchNormalization)
    assert all(dense.use_bias for dense in of_type(d, layers.Dense))


@pytest.mark.parametrize("build", [generator, discriminator])
@pytest.mark.parametrize("units", [0, -1, 1.5, True])
def test_units_must_be_a_positive_integer(build, units):
    with pytest.raises(ValueError, match="`units` must be a positive integer. Received"):
        build(units=units)


def test_latent_dim_must_be_a_positive_integer():
    with pytest.raises(ValueError, match="`latent_dim` must be a positive integer. .*=0"):
        generator(latent_dim=0)
