"""Interfaces: declared, inferred, and what they call networks with."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import networks, testing
from tfgan_suite.conditions import Labels, VectorCondition
from tfgan_suite.interface import infer
from tfgan_suite.latents import LatentPrior
from tfgan_suite.modalities import Image, Vector

PRIOR = LatentPrior(testing.LATENT_DIM)


def described(thing):
    return repr(thing)


def test_a_generator_of_latents_and_images():
    generator = networks.dcgan.build_generator(16, 3, testing.LATENT_DIM, 4)
    interface = infer(generator, prior=PRIOR)
    assert interface.takes_latents
    assert interface.source is PRIOR
    assert described(interface.output) == described(Image(16, 16, 3))
    assert interface.conditions == ()
    assert interface.classes is None


def test_a_generator_of_labels_knows_their_number():
    generator, _ = testing.label_networks()
    interface = infer(generator, prior=PRIOR)
    assert described(interface.conditions) == described((Labels(3),))
    assert described(interface.output) == described(Vector(2))


def test_one_hot_labels_are_vectors_unless_the_classes_are_known():
    generator, _ = testing.conditional_networks()
    assert isinstance(infer(generator, prior=PRIOR).conditions[0], VectorCondition)
    assert infer(generator, prior=PRIOR, classes=3).classes == 3


def test_a_translator_takes_what_its_first_input_is():
    images = keras.Input((8, 8, 1))
    translator = keras.Model(images, keras.layers.Conv2D(3, 3, padding="same")(images))
    interface = infer(translator)
    assert not interface.takes_latents
    assert described(interface.source) == described(Image(8, 8, 1))
    assert described(interface.output) == described(Image(8, 8, 3))


def test_what_is_declared_is_kept():
    generator, _ = testing.label_networks()
    labels, points = Labels(3, names=["a", "b", "c"]), Vector(2)
    interface = infer(generator, prior=PRIOR, modality=points, conditions=labels)
    assert interface.output is points
    assert interface.conditions == (labels,)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prior": LatentPrior(7)}, "latent_dim=7"),
        ({"prior": PRIOR, "modality": Vector(5)}, "of shape .2,."),
        ({"prior": PRIOR, "conditions": [Labels(3), Labels(3)]}, r"takes 1 condition"),
        ({"prior": PRIOR, "conditions": 10}, "Labels"),
        ({"prior": PRIOR, "modality": "image"}, "Image"),
        ({"prior": PRIOR, "classes": 4}, "know 3 classes"),
    ],
)
def test_what_does_not_fit_is_named(options, words):
    generator, _ = testing.label_networks()
    with pytest.raises(ValueError, match=words):
        infer(generator, **options)


def test_what_is_no_functional_model_is_named():
    with pytest.raises(ValueError, match="functional keras.Model"):
        infer(object(), prior=PRIOR)


FORMS = {
    "integers": np.array([2, 0], "int32"),
    "column": np.array([[2], [0]], "int64"),
    "one-hot": np.eye(3, dtype="float32")[[2, 0]],
    "integer one-hot": np.eye(3, dtype="int32")[[2, 0]],
}


@pytest.mark.parametrize("given", FORMS)
@pytest.mark.parametrize("shape", [(), (1,), (3,)], ids=["integers", "column", "one-hot"])
def test_labels_are_taken_alike_in_every_form(given, shape):
    labels = keras.Input(shape, dtype="float32" if shape == (3,) else "int32")
    latents = keras.Input((testing.LATENT_DIM,))
    looked_up = labels
    if shape != (3,):
        looked_up = keras.layers.Flatten()(keras.layers.Embedding(3, 2)(labels))
    made = keras.layers.Dense(2)(keras.layers.Concatenate()([latents, looked_up]))
    generator = keras.Model([latents, labels], made)
    interface = infer(generator, prior=PRIOR, conditions=Labels(3))
    z, y = interface.arguments(generator, tf.zeros([2, 3]), tf.constant(FORMS[given]))
    wanted = {(): [2, 0], (1,): [[2], [0]], (3,): [[0, 0, 1], [1, 0, 0]]}[shape]
    np.testing.assert_array_equal(y, wanted)
    assert generator([z, y]).shape == (2, 2)


def test_soft_labels_stay_soft():
    generator, _ = testing.conditional_networks()
    interface = infer(generator, prior=PRIOR, classes=3)
    soft = tf.constant([[0.5, 0.25, 0.25]])
    np.testing.assert_array_equal(interface.arguments(generator, tf.zeros([1, 3]), soft)[1], soft)


def test_a_discriminator_is_told_what_it_takes():
    generator, discriminator = testing.label_networks()
    _, blind = testing.mlp_networks()
    interface = infer(generator, prior=PRIOR)
    x, y = tf.zeros([2, 2]), tf.constant([1, 2])
    assert interface.arguments(blind, x, y) is x
    np.testing.assert_array_equal(interface.arguments(discriminator, x, {"labels": y})[1], y)


def test_a_missing_condition_is_named():
    generator, _ = testing.label_networks()
    interface = infer(generator, prior=PRIOR)
    with pytest.raises(ValueError, match="labels"):
        interface.check_condition(None)
    with pytest.raises(ValueError, match="1 condition"):
        interface.arguments(generator, tf.zeros([2, 3]))
