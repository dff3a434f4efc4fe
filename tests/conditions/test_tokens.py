"""Texts as conditions: numbers of words, in Python and in a graph without tables."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from tfgan_suite.conditions import Tokens

COLOURS = Tokens(["a", "red", "seven", "on", "green"], length=4, sentences=["a red seven", "green"])
LETTERS = Tokens("abc é", length=5)
NUMBERED = Tokens(9, length=3)
EVERY = {"words": COLOURS, "letters": LETTERS, "numbered": NUMBERED}


def test_texts_become_numbers_and_come_back():
    encoded = COLOURS.encode(["a red seven", "Green,  on a RED!", ""])
    np.testing.assert_array_equal(encoded, [[2, 3, 4, 0], [6, 5, 2, 3], [0, 0, 0, 0]])
    assert COLOURS.decode(encoded) == ["a red seven", "green on a red", ""]
    assert LETTERS.decode(LETTERS.encode(["bÉ a"])) == ["bé a"]
    assert NUMBERED.decode(NUMBERED.encode(["3 8"])) == ["3 8"]


def test_unknown_words_and_cut_ends_are_said():
    with pytest.warns(UserWarning, match=r"'grean' \(did you mean green\?\)"):
        np.testing.assert_array_equal(COLOURS.encode(["a grean"]), [[2, 1, 0, 0]])
    with pytest.warns(UserWarning, match="1 of 2 texts were cut after 4 tokens; the longest has 6"):
        COLOURS.encode(["a a a a a a", "red"])


@pytest.mark.parametrize("tokens", EVERY.values(), ids=EVERY)
@pytest.mark.filterwarnings("ignore:Tokens that are not in the vocabulary", "ignore:.*were cut")
def test_a_graph_finds_the_same_numbers(tokens):
    texts = ["a red seven", "Don't, on-green", "", "   ", "abc ÉÄ ccc", "3 8 1 77", "gréen RED a a b"]
    in_graph = tf.function(tokens.tokenize)(tf.constant(texts))
    assert in_graph.dtype == tf.int64
    np.testing.assert_array_equal(in_graph, tokens.encode(texts))


def test_a_graph_finds_each_of_many_words():
    words = [f"w{index}" for index in range(3000)]
    tokens = Tokens(words, length=2)
    found = tokens.tokenize(tf.constant([f"{word} {word}x" for word in words]))
    np.testing.assert_array_equal(found, np.stack([np.arange(2, 3002), np.ones(3000)], axis=1))


def test_the_graph_keeps_no_state():
    (spec, function, _) = COLOURS.request_forms()["text"]
    assert spec.dtype == tf.string
    graph = tf.function(function).get_concrete_function(spec).graph.as_graph_def()
    nodes = [*graph.node, *(node for body in graph.library.function for node in body.node_def)]
    stateful = {n.op for n in nodes if op_def_registry.get(n.op).is_stateful}
    assert stateful <= {"Placeholder", "StatefulPartitionedCall"}
    assert not any("Table" in node.op for node in nodes)


def test_sentences_are_read_from_text():
    rows = COLOURS.parse("a red seven; on green\nseven")
    np.testing.assert_array_equal(rows, [[2, 3, 4, 0], [5, 6, 0, 0], [4, 0, 0, 0]])
    with pytest.raises(ValueError, match="semicolons"):
        COLOURS.parse(" ; ")


def test_strings_are_taken_like_numbers():
    texts = np.array(["a red seven", "green"])
    np.testing.assert_array_equal(COLOURS.check(texts, 2), COLOURS.encode(list(texts)))
    batch = tf.constant(texts)
    COLOURS.check_batch(batch)
    wanted = keras.Input((4,), dtype="int32")
    np.testing.assert_array_equal(COLOURS.as_input(batch, wanted), COLOURS.encode(list(texts)))


def test_numbers_become_one_hot_where_a_network_takes_that():
    one_hot = COLOURS.as_input(tf.constant([[2, 0, 0, 0]]), keras.Input((4, COLOURS.size)))
    assert one_hot.dtype == "float32"
    np.testing.assert_array_equal(tf.argmax(one_hot, axis=2), [[2, 0, 0, 0]])


@pytest.mark.parametrize(
    "batch", [tf.zeros([5, 4]), tf.zeros([5, 3], tf.int32), tf.zeros([5], tf.int32)]
)
def test_a_batch_that_holds_no_tokens_is_named(batch):
    with pytest.raises(ValueError, match="tokens"):
        COLOURS.check_batch(batch)


def test_samples_are_sentences_of_the_data():
    sample = COLOURS.sample(3)
    assert COLOURS.decode(sample) == ["a red seven", "green", "a red seven"]
    drawn = COLOURS.decode(COLOURS.sample(100, seed=1, by_frequency=True))
    assert 20 < drawn.count("green") < 80
    assert NUMBERED.sample(4).shape == (4, 3)


def test_a_vocabulary_is_found_in_texts():
    found = Tokens.fit(["The cat.", "the DOG", "a cat's, cat"], size=3)
    assert found.vocabulary.tokens == ("<pad>", "<unk>", "cat", "the", "a")
    assert found.row == (3,)
    assert found.sentences == ("The cat.", "the DOG", "a cat's, cat")
    assert Tokens.fit(["ab", "ba c"], separator="").vocabulary.separator == ""


def test_a_row_is_described_by_its_text():
    assert COLOURS.describe([2, 3, 4, 0]) == "a red seven"
    long = Tokens(["word"], length=20)
    assert len(long.describe([2] * 20)) == 40
