"""Conditions of all kinds: config, examples. Labels and vectors: forms, text, names, samples."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.conditions import (
    Attributes,
    ImageCondition,
    Labels,
    Mask,
    Tokens,
    VectorCondition,
)

NAMED = Labels(3, names=["cat", "dog", "old owl"], frequencies=[0.7, 0.2, 0.1])
EVERY = {
    "labels": NAMED,
    "vector": VectorCondition(2, names=["x", "y"]),
    "vector of data": VectorCondition(2, observed=[[0.1, 2.0], [3.0, -1e-7]]),
    "attributes": Attributes(["a", "b", "c"], [0.1, 0.5, 0.9], ["001"]),
    "numbered attributes": Attributes(4),
    "words": Tokens(["a", "red", "dog"], length=4, sentences=["a red dog"]),
    "letters": Tokens("abc é", length=5),
    "numbered tokens": Tokens(9, length=None),
    "image": ImageCondition(8, 6, 3),
    "image of any size": ImageCondition(channels=1),
    "mask": Mask(8, 6),
}


@pytest.mark.parametrize("condition", EVERY.values(), ids=EVERY)
def test_config_round_trip(condition):
    config = keras.saving.serialize_keras_object(condition)
    assert repr(keras.saving.deserialize_keras_object(config)) == repr(condition)


@pytest.mark.parametrize("condition", EVERY.values(), ids=EVERY)
def test_examples_are_valid_and_invalid_values_are_not(condition):
    rows = condition.example(5)
    np.testing.assert_array_equal(condition.check(rows, 5), rows)
    for value in condition.invalid().values():
        wrong = rows.copy()
        wrong.flat[-1] = value
        with pytest.raises(ValueError, match=re.escape(condition.rule)):
            condition.check(wrong)


@pytest.mark.parametrize(
    ("text", "labels"),
    [("1", [1]), ("2,2", [2, 2]), ("0-2", [0, 1, 2]), ("2,0-1", [2, 0, 1]), ("dog", [1]), ("old owl,cat", [2, 0])],
)
def test_labels_are_read_from_text(text, labels):
    np.testing.assert_array_equal(NAMED.parse(text), labels)


@pytest.mark.parametrize(
    ("text", "words"),
    [("3", "0 to 2"), ("2-1", "0-9"), ("dgo", "did you mean dog"), ("", "cat, dog, old owl")],
)
def test_text_that_names_no_class_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        NAMED.parse(text)


def test_labels_come_equally_often_or_as_in_the_data():
    np.testing.assert_array_equal(np.bincount(NAMED.sample(300)), [100, 100, 100])
    counts = np.bincount(NAMED.sample(10_000, seed=1, by_frequency=True), minlength=3)
    np.testing.assert_allclose(counts / 10_000, [0.7, 0.2, 0.1], atol=0.02)


def test_a_label_is_described_by_its_name():
    assert [NAMED.describe(i) for i in range(3)] == ["cat", "dog", "old owl"]
    assert Labels(3).describe(2) == "2"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 3], "from 0 to 3"),
        ([[0.5, 0.5, 0.0]], "One-hot"),
        ([0.5, 1.0], "integers"),
        ([[0, 1]], "integers"),
    ],
)
def test_values_that_are_no_labels_are_named(values, words):
    with pytest.raises(ValueError, match=words):
        NAMED.check(values)


def test_the_number_of_rows_is_checked():
    with pytest.raises(ValueError, match="4 examples"):
        NAMED.check([0, 1], rows=4)


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3)])
def test_a_batch_of_labels_passes_in_every_form(shape):
    NAMED.check_batch(tf.zeros(shape, tf.int32))


@pytest.mark.parametrize(
    "batch", [tf.zeros([5]), tf.zeros([5, 2], tf.int32), tf.zeros([5], tf.string)]
)
def test_a_batch_that_holds_no_labels_is_named(batch):
    with pytest.raises(ValueError, match="Labels are"):
        NAMED.check_batch(batch)


def test_a_vector_is_read_from_text():
    np.testing.assert_array_equal(VectorCondition(3).parse("1,-2,0.5"), [[1.0, -2.0, 0.5]])
    with pytest.raises(ValueError, match="3 numbers"):
        VectorCondition(3).parse("1,2")


@pytest.mark.parametrize(
    "make", [lambda: Labels(2, names=["a"]), lambda: VectorCondition(2, names=["a", "b", "c"])]
)
def test_there_is_a_name_for_each(make):
    with pytest.raises(ValueError, match="one for each of the 2"):
        make()


ROWS = np.random.default_rng(0).normal(size=(1000, 3)).astype(np.float32)


def test_vectors_of_the_data_come_in_turn_or_by_chance():
    known = VectorCondition.fit(ROWS)
    np.testing.assert_array_equal(known.observed[[0, -1]], ROWS[[0, -1]])
    np.testing.assert_array_equal(known.sample(2), ROWS[[0, -1]])
    np.testing.assert_array_equal(known.sample(515)[512:], known.observed[:3])
    drawn = known.sample(4000, seed=1, by_frequency=True)
    assert {tuple(row) for row in drawn} <= {tuple(row) for row in ROWS}
    np.testing.assert_allclose(drawn.mean(axis=0), ROWS.mean(axis=0), atol=0.1)
    np.testing.assert_array_equal(drawn, known.sample(4000, seed=1, by_frequency=True))


def test_of_long_vectors_fewer_are_kept():
    assert [len(VectorCondition.fit(np.zeros([600, d])).observed) for d in (2, 256)] == [512, 256]


def test_vectors_of_which_nothing_is_known_cannot_be_drawn():
    with pytest.raises(ValueError, match="only its data know.*for 4 examples"):
        VectorCondition(3).sample(4)


@pytest.mark.parametrize("observed", [[], [[1.0]], [[0.0, np.nan]]])
def test_rows_that_are_no_vectors_are_named(observed):
    with pytest.raises(ValueError, match="Received"):
        VectorCondition(2, observed=observed)


def test_vectors_with_other_rows_differ():
    same = [VectorCondition(1, observed=[[value]]) for value in (1.0, 1.0, 2.0)]
    assert same[0] == same[1] != same[2] and same[0] != VectorCondition(1)
