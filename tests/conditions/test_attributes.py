"""Attributes: multi-hot vectors with names, in every dtype and as text."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.conditions import Attributes

NAMED = Attributes(["Eyeglasses", "Male", "Smiling"], frequencies=[0.1, 0.5, 0.9])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Smiling=1,Eyeglasses=0", [[0, 0, 1]]),
        ("Smiling, Male", [[0, 1, 1]]),
        ("Male=1; Smiling = 1", [[0, 1, 0], [0, 0, 1]]),
        ("", [[0, 0, 0]]),
    ],
)
def test_attributes_are_read_from_text(text, rows):
    np.testing.assert_array_equal(NAMED.parse(text), rows)


def test_nameless_attributes_are_numbered():
    np.testing.assert_array_equal(Attributes(4).parse("3=1,1"), [[0, 1, 0, 1]])
    with pytest.raises(ValueError, match="from 0 to 3"):
        Attributes(4).parse("4=1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Smilling=1", r"did you mean Smiling\?.*Eyeglasses, Male, Smiling"),
        ("Smiling=2", "0 or 1"),
        ("Smiling=yes", "0 or 1"),
    ],
)
def test_text_that_names_no_attribute_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        NAMED.parse(text)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32", "float16", "bool"])
def test_numbers_of_every_dtype_are_taken_alike(dtype):
    values = np.array([[0, 1, 1], [1, 0, 0]]).astype(dtype)
    np.testing.assert_array_equal(NAMED.check(values, 2), [[0, 1, 1], [1, 0, 0]])
    batch = tf.constant(values)
    NAMED.check_batch(batch)
    for wanted in ("float32", "int32"):
        given = NAMED.as_input(batch, keras.Input((3,), dtype=wanted))
        assert given.dtype == wanted
        np.testing.assert_array_equal(given, [[0, 1, 1], [1, 0, 0]])


@pytest.mark.parametrize(
    ("values", "words"),
    [([[0, 2, 1]], "0 or 1"), ([[0.0, -1.0, 1.0]], "0 or 1"), ([[0, 1]], r"\(N, 3\)")],
)
def test_values_that_are_no_attributes_are_named(values, words):
    with pytest.raises(ValueError, match=words):
        NAMED.check(values)


def test_a_batch_of_another_number_is_named():
    with pytest.raises(ValueError, match=r"\(N, 3\)"):
        NAMED.check_batch(tf.zeros([5, 2]))


def test_attributes_come_equally_often_or_as_in_the_data():
    equally, as_in_data = (NAMED.sample(20_000, 1, frequent) for frequent in (False, True))
    np.testing.assert_allclose(equally.mean(axis=0), 0.5, atol=0.02)
    np.testing.assert_allclose(as_in_data.mean(axis=0), [0.1, 0.5, 0.9], atol=0.02)
    np.testing.assert_array_equal(NAMED.sample(5, 1), equally[:5])


def test_frequencies_are_found_in_data():
    found = Attributes.fit([[0, 1], [1, 1], [0, 1], [0, 0]], ["a", "b"])
    assert found.names == ("a", "b")
    assert found.frequencies == (0.25, 0.75)
    assert found.observed == ("01", "11", "01", "00")


def test_what_belongs_together_in_the_data_does_in_samples():
    twins = np.repeat([[0, 0], [1, 1], [1, 1], [1, 1]], 500, axis=0)
    drawn = Attributes.fit(twins).sample(4000, 1, by_frequency=True)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_allclose(drawn.mean(), 0.75, atol=0.03)


def test_a_row_is_described_by_the_names_it_has():
    assert [NAMED.describe(row) for row in ([0, 1, 1], [0, 0, 0])] == ["Male, Smiling", "none"]
    assert Attributes(3).describe([1, 0, 1]) == "0, 2"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Attributes(0), "positive"),
        (lambda: Attributes(["a", "a"]), "'a' twice"),
        (lambda: Attributes(2, frequencies=[0.5]), "each of the 2"),
        (lambda: Attributes(1, frequencies=[1.5]), r"in \[0, 1\]"),
        (lambda: Attributes(2, observed=["01", "0"]), "2 zeros and ones"),
    ],
)
def test_wrong_options_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()
