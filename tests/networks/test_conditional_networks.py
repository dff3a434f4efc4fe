"""Networks that take labels, or have outputs for them."""

import keras
import numpy as np
import pytest

from tfgan_suite import layers, testing
from tfgan_suite.networks import dcgan, heads, sngan

CLASSES, DIM = 3, 4
LABELS = np.array([0, 1, 2], "int32")

GENERATORS = {
    "dcgan, concatenation": lambda **o: dcgan.build_generator(
        16, 1, DIM, 2, num_classes=CLASSES, **o
    ),
    "dcgan, batch_norm": lambda **o: dcgan.build_generator(
        16, 1, DIM, 2, num_classes=CLASSES, condition="batch_norm", **o
    ),
    "sngan": lambda **o: sngan.build_generator(16, 1, DIM, 2, num_classes=CLASSES, **o),
}
DISCRIMINATORS = {
    "dcgan, concatenation": lambda **o: dcgan.build_discriminator(
        16, 1, 2, num_classes=CLASSES, **o
    ),
    "dcgan, projection": lambda **o: dcgan.build_discriminator(
        16, 1, 2, num_classes=CLASSES, condition="projection", **o
    ),
    "sngan": lambda **o: sngan.build_discriminator(16, 1, 2, num_classes=CLASSES, **o),
}
BOTH = {
    **{f"G of {name}": make for name, make in GENERATORS.items()},
    **{f"D of {name}": make for name, make in DISCRIMINATORS.items()},
}
both = pytest.mark.parametrize("make", BOTH.values(), ids=BOTH)


def called(network, rows=3):
    """What a network makes of the same row under each label, after its weights have moved."""
    rng = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(rng.normal(0.0, 0.3, weight.shape))
    x = testing.images(1, network.inputs[0].shape[1:])
    return network([np.repeat(x, rows, axis=0), LABELS]).numpy()


@both
def test_the_label_changes_what_comes_out(make):
    a, b, c = called(make(seed=1))
    assert not np.allclose(a, b) and not np.allclose(b, c) and not np.allclose(a, c)


@both
def test_a_seed_decides_all_weights(make):
    assert testing.same(make(seed=1), make(seed=1))
    assert not testing.same(make(seed=1), make(seed=2))


@both
def test_labels_are_integers_of_shape_n(make):
    network = make()
    assert network.inputs[1].shape == (None,)
    assert network.inputs[1].dtype == "int32"
    assert network.outputs[0].dtype == "float32"


def test_without_labels_weights_are_those_of_before():
    """The labels of the conditional networks take no seed from the unconditional ones."""
    plain = dcgan.build_generator(16, 1, DIM, 2, seed=1)
    by_class = GENERATORS["dcgan, batch_norm"](seed=1)
    kernels = [
        [v.numpy() for v in network.trainable_weights if v.name == "kernel"]
        for network in (plain, by_class)
    ]
    for a, b in zip(*kernels, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("labels", [CLASSES, None])
def test_every_kernel_of_the_sngan_discriminator_is_normalized(labels):
    d = sngan.build_discriminator(16, 1, 4, num_classes=labels, seed=0)
    normalization = layers.SpectralNormalization
    found = [layer for layer in d._flatten_layers() if isinstance(layer, normalization)]
    kernels = [w for w in d.trainable_weights if w.name in ("kernel", "embeddings")]
    assert len(found) == len(kernels) == (5 + (2 if labels else 1))
    assert not [layer for layer in d.layers if "BatchNormalization" in type(layer).__name__]
    for layer in found:
        for _ in range(200):
            normalized = layer.normalized_kernel(training=True)
        matrix = np.reshape(normalized, (-1, normalized.shape[-1]))
        np.testing.assert_allclose(np.linalg.norm(matrix, 2), 1.0, rtol=1e-3)


def test_the_projection_is_that_of_the_paper():
    """logit = y^T V phi(x) + psi(phi(x)): arXiv:1802.05637, eq. 3, phi that of the network."""
    d = DISCRIMINATORS["dcgan, projection"](seed=1)
    head = d.layers[-1]
    phi = keras.Model(d.inputs[0], head.input[0])
    x = testing.images(3, (16, 16, 1))
    features = phi(x).numpy().astype("float64")
    rng = np.random.default_rng(0)
    for weight in head.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    v, (kernel, bias) = head.v.get_weights()[0], head.psi.get_weights()
    expected = np.sum(v[LABELS] * features, axis=1, keepdims=True) + features @ kernel + bias
    np.testing.assert_allclose(d([x, LABELS]), expected, rtol=1e-4)


@pytest.mark.parametrize("size", [16, 28, 32, (16, 20)], ids=str)
def test_sngan_networks_fit_each_other(size):
    g, d = sngan.build_generator(size, 3, DIM, 2), sngan.build_discriminator(size, 3, 2)
    assert g.output_shape == d.input_shape
    assert d.output_shape == (None, 1)


@pytest.mark.parametrize(
    "make, named",
    [
        (lambda: sngan.build_generator(34), "multiples of 8.*image_size=34"),
        (lambda: sngan.build_discriminator(8), "image_size=8"),
        (lambda: sngan.build_generator(32, num_classes=0), "num_classes=0"),
        (lambda: dcgan.build_generator(num_classes=1.5), "num_classes=1.5"),
        (lambda: dcgan.build_generator(condition="film"), "batch_norm.*condition='film'"),
        (lambda: dcgan.build_discriminator(condition="film"), "projection.*condition='film'"),
        (lambda: heads.build_class_head(DISCRIMINATORS["sngan"](), 3), "2 input"),
        (lambda: heads.build_class_head(plain(), 0), "num_classes=0"),
        (lambda: heads.build_code_heads(plain(), (), 0), r"needs a code.*continuous=0"),
        (lambda: heads.build_code_heads(plain(), (0,)), "categorical=0"),
    ],
)
def test_wrong_options_are_named(make, named):
    with pytest.raises(ValueError, match=named):
        make()


def plain():
    return dcgan.build_discriminator(16, 1, 2, seed=1)


def test_heads_share_the_body_and_leave_the_logits():
    d = plain()
    extended = [
        heads.build_class_head(d, CLASSES, seed=2),
        heads.build_code_heads(d, (5, 2), 0, units=3),
        heads.build_code_heads(d, (3,), 2, units=3, log_stddev=True),
    ]
    x = testing.images(2, (16, 16, 1))
    for network in extended:
        logits, *others = network(x)
        np.testing.assert_array_equal(logits, d(x))
        assert set(map(id, d.weights)) <= set(map(id, network.weights))
        assert all(other.dtype == "float32" for other in others)
    sizes = [[y.shape[1] for y in network.outputs] for network in extended]
    assert sizes == [[1, CLASSES], [1, 5, 2], [1, 3, 2, 2]]


class Mirror(keras.layers.Layer):
    """Turns images upside down in training."""

    def call(self, images, training=False):
        return images[:, ::-1] if training else images


def test_categorical_codes_are_read_through_the_augmentation():
    d = dcgan.build_discriminator(16, 1, 2, batch_norm=False, seed=1)
    plain_heads = heads.build_code_heads(d, (3,), 2, units=3, seed=2)
    mirrored = heads.build_code_heads(d, (3,), 2, units=3, seed=2, augmentation=Mirror())
    assert len(mirrored.weights) == len(plain_heads.weights)
    mirrored.set_weights(plain_heads.get_weights())
    x = testing.images(3, (16, 16, 1))
    for a, b in zip(mirrored(x), plain_heads(x), strict=True):
        np.testing.assert_array_equal(a, b)
    seen = mirrored(x, training=True)
    of_image, of_mirrored = (plain_heads(images, training=True) for images in (x, x[:, ::-1]))
    for output, expected in zip(seen, (of_image[0], of_mirrored[1], of_image[2]), strict=True):
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(of_image[1], of_mirrored[1], atol=1e-4)


def test_heads_behind_an_augmentation_are_saved_with_the_body_they_share(tmp_path):
    network = heads.build_code_heads(
        plain(), (3,), 2, units=3, seed=2, augmentation=layers.AffineAugmentation(seed=3)
    )
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert testing.same(loaded, network)
    assert len(loaded.trainable_weights) == len(network.trainable_weights)


def test_a_discriminator_sees_images_through_its_augmentation():
    d, mirrored = plain(), dcgan.build_discriminator(16, 1, 2, seed=1, augmentation=Mirror())
    x = testing.images(3, (16, 16, 1))
    np.testing.assert_array_equal(mirrored(x), d(x))
    np.testing.assert_allclose(mirrored(x, training=True), d(x[:, ::-1], training=True), rtol=1e-5)
