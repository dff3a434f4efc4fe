"""Sequences: strings to one-hot arrays and back, sheets of text, files, strings in the graph."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.modalities import Sequence
from tfgan_suite.vocabulary import Vocabulary

DNA = Sequence(6, "ACGT-", padding="-")
WORDS = Sequence(4, ["<pad>", "<unk>", "a", "red", "dog"], padding="<pad>", unknown="<unk>")
EVERY = {"dna": DNA, "words": WORDS, "of any length": Sequence(None, "AB")}


@pytest.mark.parametrize("sequence", EVERY.values(), ids=EVERY)
def test_examples_are_probabilities(sequence):
    np.testing.assert_allclose(sequence.example(3).sum(axis=2), 1.0, rtol=1e-6)


def test_strings_become_one_hot_and_come_back():
    texts = ["ACGTT", "GGGCCC", ""]
    encoded = DNA.encode(texts)
    assert encoded.shape == (3, 6, 5)
    np.testing.assert_array_equal(encoded[0].argmax(axis=1), [0, 1, 2, 3, 3, 4])
    np.testing.assert_array_equal(encoded.sum(axis=2), 1.0)
    assert DNA.decode(encoded) == texts


def test_words_are_joined_by_blanks():
    encoded = WORDS.encode(["a red dog", ["dog"]])
    assert WORDS.decode(encoded) == ["a red dog", "dog"]


def test_numbers_of_tokens_are_taken_too():
    np.testing.assert_array_equal(
        DNA.encode(np.array([[0, 1, 2, 3, 3, 4]])), DNA.encode(["ACGTT"])
    )
    with pytest.raises(ValueError, match=r"in \[0, 5\).*from 0 to 5"):
        DNA.encode(np.array([[0, 1, 2, 3, 3, 5]]))


def test_logits_are_decoded_by_the_largest():
    logits = np.log(DNA.encode(["ACGTAC"]) + 0.1) * 3.0 - 5.0
    assert DNA.decode(logits) == ["ACGTAC"]


def test_padding_inside_is_kept_and_at_the_end_is_not():
    assert DNA.decode(DNA.encode(["A--C--"])) == ["A--C"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [(["ACGTACGT"], "6 tokens at most.*row 0 with 8"), (["A", "AXGY"], "'X', 'Y'")],
)
def test_what_is_no_sequence_is_named(texts, words):
    with pytest.raises(ValueError, match=words):
        DNA.encode(texts)


def test_short_texts_without_padding_are_refused():
    with pytest.raises(ValueError, match="3 tokens. Received: row 1 with 2: 'BA'"):
        Sequence(3, "AB").encode(["ABA", "BA"])


def test_unknown_words_are_said():
    with pytest.warns(UserWarning, match=r"'dgo' \(did you mean dog\?\)"):
        encoded = WORDS.encode(["a dgo"])
    assert WORDS.decode(encoded) == ["a <unk>"]


def test_a_vocabulary_is_found_in_texts():
    found = Sequence.fit(["b a b", "c b d e"], " ", size=3)
    assert found.vocabulary.tokens == ("<pad>", "<unk>", "b", "a", "c")
    assert found.shape == (4, 5)
    letters = Sequence.fit(["ACC", "GT"], "", padding=None, unknown=None, length=3)
    assert letters.vocabulary.tokens == ("C", "A", "G", "T")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Vocabulary("AAC"), "'A' twice"),
        (lambda: Vocabulary([]), "vocabulary"),
        (lambda: Vocabulary(["a", ""]), "not empty"),
        (lambda: Vocabulary("AC", padding="-"), "padding='-'"),
        (lambda: Sequence(0, "AC"), "length=0"),
    ],
)
def test_wrong_options_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("sequence", "texts"),
    [(DNA, ["ACGTT", "A--C", "", "GGGCCC"]), (WORDS, ["a red dog", "", "dog"])],
    ids=["letters", "words"],
)
def test_strings_of_a_served_model_are_those_of_decode(sequence, texts):
    key, form = sequence.forms()["strings"]
    assert key == "strings"
    made = tf.function(form)(tf.constant(sequence.encode(texts))).numpy()
    assert [text.decode() for text in made] == sequence.decode(sequence.encode(texts)) == texts


def test_letters_of_small_alphabets_have_colours():
    sheet = DNA.draw(DNA.encode(["AAAAAA", "CCCCCC"]))
    assert sheet.dtype == np.uint8
    assert sheet.ndim == 3
    (first, second), middle = np.split(sheet[10:50], 2), sheet.shape[1] // 2
    colours = [tuple(row[1, middle]) for row in (first, second)]
    assert len(set(colours)) == 2
    assert (255, 255, 255) not in colours


def test_what_has_no_room_is_drawn_as_a_number():
    short, long = Sequence(10, "AC"), Sequence(500, "AC")
    narrow = short.draw(short.encode(["A" * 10]))
    wide = long.draw(long.encode(["A" * 500]))
    assert wide.shape[0] > narrow.shape[0]  # two lines
    assert wide.shape[1] < 1100


def test_sheets_have_columns():
    texts = ["ACGTTA"] * 4
    one, two = (DNA.draw(DNA.encode(texts), columns) for columns in (1, 2))
    assert two.shape[1] > one.shape[1]
    assert two.shape[0] < one.shape[0]


def test_dna_is_written_as_fasta(tmp_path):
    long = Sequence(100, "ACGT")
    (path,) = long.write(long.encode(["ACGTA" * 20, "C" * 100]), tmp_path, "seed-0-")
    lines = path.read_text().splitlines()
    assert path.name == "seed-0-sequences.fasta"
    assert [lines[0], lines[3]] == [">seed-0-0000", ">seed-0-0001"]
    assert "".join(lines[1:3]) == "ACGTA" * 20
    assert max(map(len, lines)) == 80


def test_text_is_written_line_by_line(tmp_path):
    (path,) = WORDS.write(WORDS.encode(["a dog", "red"]), tmp_path)
    assert path.name == "sequences.txt"
    assert path.read_text() == "a dog\nred\n"
