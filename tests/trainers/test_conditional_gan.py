"""ConditionalGAN: the labels that it takes, and those that it names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import ConditionalGAN, ModifiedMinimaxGAN, data, testing
from tfgan_suite.conditions import Attributes

CLASSES = 3


def gan(networks=None, compiled=True, **options):
    networks = networks or testing.label_networks(classes=CLASSES)
    trainer = ConditionalGAN(*networks, testing.LATENT_DIM, seed=1, **options)
    if compiled:
        optimizers = [keras.optimizers.SGD(0.1) for _ in range(2)]
        trainer.compile(*optimizers, run_eagerly=True)
    return trainer


def labels(rows=8, dtype="int32"):
    return (np.arange(rows) % CLASSES).astype(dtype)


def as_source(kind, x, y):
    if kind == "arrays":
        return {"x": x, "y": y, "batch_size": 4}
    if kind == "loaded":
        images = np.broadcast_to(x[:, None, None, :1], (len(x), 4, 4, 1)).clip(-1, 1)
        return {"x": data.load((images, y), batch_size=4, labels=True)}
    return {"x": tf.data.Dataset.from_tensor_slices((x, y)).batch(4)}


def test_the_number_of_classes_is_that_of_the_networks():
    assert gan(compiled=False).num_classes == CLASSES
    one_hot = testing.conditional_networks(classes=CLASSES)
    assert gan(one_hot, compiled=False).num_classes is None
    assert gan(one_hot, compiled=False, num_classes=CLASSES).num_classes == CLASSES


@pytest.mark.parametrize("networks", [testing.label_networks, testing.conditional_networks])
def test_another_number_of_classes_is_refused(networks):
    with pytest.raises(ValueError, match=f"{CLASSES} (classes|components)|4 classes have 4"):
        gan(networks(classes=CLASSES), num_classes=4)


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_both_networks_take_the_label(role):
    networks = list(testing.label_networks())
    index = ("generator", "discriminator").index(role)
    networks[index] = testing.mlp_networks()[index]
    with pytest.raises(ValueError, match=f"second input. Received: {role}"):
        gan(networks)


@pytest.mark.parametrize("wrong", [CLASSES, -1])
@pytest.mark.parametrize("kind", ["arrays", "dataset"])
@pytest.mark.parametrize("method", ["fit", "evaluate"])
@pytest.mark.parametrize("run_eagerly", [True, False], ids=["eager", "graph"])
def test_a_label_out_of_range_is_named(wrong, kind, method, run_eagerly):
    trainer, y = gan(), labels()
    trainer.compile(run_eagerly=run_eagerly)
    y[-1] = wrong
    with pytest.raises(ValueError, match=rf"Labels must lie in \[0, 3\).*Received: label.*{wrong}"):
        getattr(trainer, method)(**as_source(kind, testing.points(8), y), verbose=0)


def test_a_label_out_of_range_in_one_batch_is_named():
    y = labels(4)
    y[2] = 7
    with pytest.raises(ValueError, match="Received: labels from 0 to 7"):
        gan().train_on_batch(testing.points(4), y)


def test_the_networks_may_know_fewer_classes_than_the_data():
    """Labels that the data set allows, and the networks do not."""
    generator, _ = testing.label_networks(dim=16)
    image = keras.layers.Reshape((4, 4, 1))(generator.output)
    images, of = keras.Input((4, 4, 1)), keras.Input((), dtype="int32")
    row = keras.layers.Embedding(CLASSES, 1)(of)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(images)) + row
    trainer = gan((keras.Model(generator.inputs, image), keras.Model([images, of], logits)))
    trainer.fit(**as_source("loaded", testing.points(8), labels()), verbose=0)
    with pytest.raises(ValueError, match=r"in \[0, 3\).*Received: label 4"):
        y = np.array([0, 1, 2, 4] * 2)
        trainer.fit(**as_source("loaded", testing.points(8), y), verbose=0)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(
    "y, shape",
    [
        (labels(dtype="float32"), "float32"),
        (testing.one_hot(8, CLASSES + 1), "float32"),
        (np.stack([labels(), labels()], axis=1), r"2\)"),
    ],
)
def test_labels_of_another_kind_are_named(k, y, shape):
    trainer = gan(discriminator_steps=k)
    with pytest.raises(ValueError, match=rf"Labels are integers .*\[0, 3\).*{shape}"):
        trainer.fit(testing.points(8), y, batch_size=4, verbose=0)


def test_integers_where_one_hot_labels_belong_are_named():
    trainer = gan(testing.conditional_networks())
    with pytest.raises(ValueError, match=r"vector must have the shape \(N, 3\).*int32"):
        trainer.fit(testing.points(8), labels(), batch_size=4, verbose=0)


@pytest.mark.parametrize("kind", ["arrays", "dataset"])
def test_missing_labels_are_named(kind):
    x = testing.points(8)
    options = {"x": x, "batch_size": 4}
    if kind == "dataset":
        options = {"x": tf.data.Dataset.from_tensor_slices(x).batch(4)}
    with pytest.raises(ValueError, match=r"takes labels as a condition, .* be \(vectors, c"):
        gan().fit(**options, verbose=0)


@pytest.mark.parametrize("k", [1, 2])
def test_labels_of_shape_n_1_and_other_integers_train_alike(k):
    trainers = []
    for y in (labels(), labels()[:, None], labels(dtype="int64"), labels(dtype="uint8")):
        trainer = gan(discriminator_steps=k)
        trainer.fit(testing.points(8), y, batch_size=4, shuffle=False, verbose=0)
        trainers.append(trainer)
    assert all(testing.same(trainers[0].generator, t.generator) for t in trainers[1:])


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("network", [testing.label_networks, testing.conditional_networks])
def test_one_hot_labels_and_integers_train_alike(network, k):
    """Whichever of them the networks take."""
    trainers = []
    for y in (labels(), labels()[:, None], testing.one_hot(8), testing.one_hot(8).astype("int64")):
        keras.utils.set_random_seed(3)
        trainer = gan(network(classes=CLASSES), num_classes=CLASSES, discriminator_steps=k)
        trainer.fit(testing.points(8), y, batch_size=4, shuffle=False, verbose=0)
        trainers.append(trainer)
    assert all(testing.same(trainers[0].generator, t.generator) for t in trainers[1:])


def test_attributes_are_floats_or_integers():
    trainers = []
    for dtype in ("float32", "int32", "bool"):
        keras.utils.set_random_seed(3)
        networks = testing.conditional_networks(classes=CLASSES)
        trainer = gan(networks, condition=Attributes(["a", "b", "c"]))
        y = np.random.default_rng(0).integers(0, 2, (8, CLASSES)).astype(dtype)
        trainer.fit(testing.points(8), y, batch_size=4, shuffle=False, verbose=0)
        trainers.append(trainer)
    assert all(testing.same(trainers[0].generator, t.generator) for t in trainers[1:])


def test_the_checks_leave_the_order_of_the_data():
    """As a trainer that looks at no label before the networks do."""
    x, y = testing.images(12, (4, 4, 1))[..., 0].reshape(12, 16)[:, :2], labels(12)
    ends = []
    for cls in (ConditionalGAN, ModifiedMinimaxGAN):
        trainer = cls(*testing.label_networks(), testing.LATENT_DIM, seed=1)
        trainer.compile(run_eagerly=True)
        trainer.fit(x, y, batch_size=4, epochs=2, verbose=0)
        ends.append(trainer)
    assert testing.same(ends[0].generator, ends[1].generator)


def test_the_generator_learns_the_classes():
    """Two points, one for each class: the label alone tells which."""
    x = np.array([[-1.0, 0.0], [1.0, 0.0]] * 64, "float32")
    y = np.array([0, 1] * 64)
    trainer = ConditionalGAN(*testing.label_networks(classes=2), testing.LATENT_DIM, seed=1)
    trainer.compile(keras.optimizers.Adam(0.01, beta_1=0.5), loss="least_squares")
    trainer.fit(x, y, batch_size=32, epochs=100, verbose=0)
    z = trainer.sample_latents(50, seed=0)
    for label in range(2):
        made = trainer([z, tf.fill([50], label)]).numpy()
        assert np.mean(np.sign(made[:, 0]) == (-1, 1)[label]) == 1.0
