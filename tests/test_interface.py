"""Interfaces: declared, inferred, and what they call networks with."""

import json

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfgan_suite import conditions, configured, modalities, networks, testing
from tfgan_suite.conditions import (
    Attributes,
    ImageCondition,
    Labels,
    Mask,
    Tokens,
    VectorCondition,
)
from tfgan_suite.interface import Interface, from_json, infer, to_json
from tfgan_suite.latents import LatentPrior, StructuredLatentPrior
from tfgan_suite.modalities import Audio, Image, Sequence, Table, Vector, Video

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


# === What is inferred ===


def generator_of(shape, *inputs):
    """A generator of latents, and of further inputs that are looked up or flattened, of a shape."""
    latents, parts = keras.Input((testing.LATENT_DIM,)), []
    for given in inputs:
        if given.dtype == "int32":
            parts.append(keras.layers.Flatten()(keras.layers.Embedding(7, 2)(given)))
        else:
            parts.append(keras.layers.Flatten()(given))
    x = keras.layers.Concatenate()([latents, *parts]) if parts else latents
    x = keras.layers.Reshape(shape)(keras.layers.Dense(int(np.prod(shape)))(x))
    return keras.Model([latents, *inputs] if inputs else latents, x)


@pytest.mark.parametrize(
    ("shape", "modality"),
    [
        ((5,), Vector(5)),
        ((6, 4), Sequence(6, 4)),
        ((6, 1), Audio(6)),
        ((6, 2), Audio(6, channels=2)),
        ((4, 4, 5), Image(4, 4, 5)),
        ((3, 4, 4, 1), Video(3, 4, 4, 1)),
    ],
)
def test_what_a_network_makes_is_told_by_its_shape(shape, modality):
    assert described(infer(generator_of(shape), prior=PRIOR).output) == described(modality)


@pytest.mark.parametrize(
    ("given", "condition"),
    [
        (keras.Input((), dtype="int32"), Labels(7)),
        (keras.Input((1,), dtype="int32"), Labels(7)),
        (keras.Input((5,), dtype="int32"), Tokens(7, 5)),
        (keras.Input((4,)), VectorCondition(4)),
        (keras.Input((4, 4, 2)), ImageCondition(4, 4, 2)),
    ],
)
def test_what_a_network_depends_on_is_told_by_dtype_and_shape(given, condition):
    interface = infer(generator_of((2,), given), prior=PRIOR)
    assert described(interface.conditions) == described((condition,))


def test_integers_that_nothing_looks_up_must_be_declared():
    latents, given = keras.Input((testing.LATENT_DIM,)), keras.Input((3,), dtype="int32")
    x = keras.layers.Concatenate()([latents, keras.ops.cast(given, "float32")])
    generator = keras.Model([latents, given], keras.layers.Dense(2)(x))
    with pytest.raises(ValueError, match="condition="):
        infer(generator, prior=PRIOR)
    interface = infer(generator, prior=PRIOR, conditions=Attributes(3))
    assert interface.conditions[0].key == "attributes"


def test_several_conditions_at_once():
    label, text = keras.Input((), dtype="int32"), keras.Input((5,), dtype="int32")
    vector = keras.Input((4,))
    generator = generator_of((2,), vector, text, label)
    interface = infer(generator, prior=PRIOR, classes=3)
    wanted = (VectorCondition(4), Tokens(7, 5), Labels(3))
    assert described(interface.conditions) == described(wanted)
    given = {
        "labels": tf.one_hot([2, 0], 3),
        "tokens": tf.ones([2, 5], tf.int64),
        "condition": tf.zeros([2, 4]),
    }
    interface.check_condition(given)
    arguments = interface.arguments(generator, tf.zeros([2, 3]), given)
    assert [tuple(a.shape) for a in arguments] == [(2, 3), (2, 4), (2, 5), (2,)]
    np.testing.assert_array_equal(arguments[3], [2, 0])
    assert generator(arguments).shape == (2, 2)


def test_the_number_of_classes_is_for_the_vector_that_has_as_many_components():
    generator = generator_of((2,), keras.Input((4,)), keras.Input((3,)))
    conditions = infer(generator, prior=PRIOR, classes=3).conditions
    assert described(conditions) == described((VectorCondition(4), Labels(3)))


def test_conditions_of_the_same_key_are_refused():
    generator = generator_of((2,), keras.Input((4,)), keras.Input((3,)))
    with pytest.raises(ValueError, match="'condition', 'condition'"):
        infer(generator, prior=PRIOR)


# === Records ===

INTERFACES = {
    "latents": Interface(PRIOR, Image(8, 8, 1), (Labels(2, ["cat", "dog"], [0.5, 0.5]),)),
    "codes": Interface(StructuredLatentPrior(4, (3, 2), 1), Vector(2)),
    "translator": Interface(Image(8, 8, 1), Image(None, None, 3), (Mask(8, 8),)),
    "words": Interface(
        PRIOR, Sequence(4, "ACGT-", padding="-"), (Attributes(["a"]), Tokens(["é"], 3))
    ),
    "table": Interface(
        PRIOR, Table.fit(pd.DataFrame({"n": [1.5, 2.5, 0.1], "s": ["a", "b", None]}))
    ),
    "clips": Interface(PRIOR, Video(2, 8, 8), (VectorCondition(2), ImageCondition(8, 8))),
    "sound": Interface(PRIOR, Audio(100, 8000)),
}


@pytest.mark.parametrize("interface", INTERFACES.values(), ids=INTERFACES)
def test_an_interface_comes_back_from_json(interface):
    again = from_json(json.loads(json.dumps(to_json(interface), allow_nan=False)))
    assert described(again.output) == described(interface.output)
    assert described(again.conditions) == described(interface.conditions)
    assert type(again.source) is type(interface.source)
    assert again.source.get_config() == interface.source.get_config()


def test_a_record_is_made_for_people():
    assert to_json(INTERFACES["latents"])["conditions"] == [
        {"kind": "labels", "classes": 2, "names": ["cat", "dog"], "frequencies": [0.5, 0.5]}
    ]


def test_modalities_and_conditions_are_found_by_their_kinds():
    assert described(modalities.get("image", height=4, width=4)) == described(Image(4, 4))
    assert described(conditions.get({"kind": "labels", "classes": 3})) == described(Labels(3))
    labels = Labels(3)
    assert conditions.get(labels) is labels


@pytest.mark.parametrize("given", ["imag", {"height": 4}, 3])
def test_kinds_that_are_not_known_are_named(given):
    with pytest.raises(ValueError, match="audio.* image.* sequence.* table.* vector.* video"):
        modalities.get(given)


def test_kinds_differ():
    for base in (modalities.Modality, conditions.Condition, modalities.Column):
        ours = [c for c in configured.subclasses(base) if c.__module__.startswith("tfgan_suite.")]
        kinds = [cls.kind for cls in ours if cls.kind]
        assert len(set(kinds)) == len(kinds)
