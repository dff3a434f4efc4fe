"""Sequences of tokens: DNA, text, or anything else over a finite vocabulary."""

import pathlib
import textwrap

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int_or_none
from tfgan_suite.fields import FREE_SIZE
from tfgan_suite.files import replacing
from tfgan_suite.modalities._text_sheets import text_sheet
from tfgan_suite.modalities.modality import Modality
from tfgan_suite.registration import register
from tfgan_suite.vocabulary import Vocabulary

_NUCLEOTIDES = set("ACGTUN")
_FASTA_LINE = 80  # characters


@register
class Sequence(Modality):
    """Sequences `[N, length, V]` of floats over a vocabulary of V tokens.

    Real sequences are one-hot. What a generator makes may be one-hot, probabilities or logits: the
    largest of the V values at a place is its token.

    Drawn as a sheet of text, alphabets of up to 8 characters in colours. Written as one text file
    with a line for each sequence; sequences of DNA and RNA as one FASTA file. Exported models call
    them `sequences`, and have the signature `strings`.

    Args:
        length: T, the number of tokens, padding included; None for any.
        vocabulary: a string whose characters are the tokens, such as "ACGT"; or a list of tokens,
            such as words; or V, where the tokens have no names.
        padding: the token that fills shorter sequences up, one of the vocabulary; None without.
            Padding at the end is left out of what `decode` returns.
        unknown: the token for all that the vocabulary has not, one of it; None without.
        separator: what stands between tokens in strings: "" or " "; None for "" where all tokens
            are single characters.

    Raises:
        ValueError: if `length` is not a positive integer, or the vocabulary is none.

    Example:
        >>> dna = Sequence(6, "ACGT-", padding="-")
        >>> dna.encode(["ACGTT", "GGGCCC"]).shape
        (2, 6, 5)
        >>> dna.decode(dna.encode(["ACGTT", "GGGCCC"]))
        ['ACGTT', 'GGGCCC']
    """

    kind, noun, key = "sequence", "sequences", "sequences"
    grid = (32, 1)
    _advice = ", one-hot over the vocabulary; encode strings with `Sequence.encode`"

    def __init__(self, length, vocabulary, padding=None, unknown=None, separator=None):
        self.length = positive_int_or_none("length", length)
        self.vocabulary = Vocabulary(vocabulary, padding, unknown, separator)
        self._given = vocabulary if isinstance(vocabulary, (str, int)) else tuple(vocabulary)
        self.row = (self.length, self.vocabulary.size)

    @classmethod
    def fit(cls, texts, separator, length=None, size=None, padding="<pad>", unknown="<unk>"):
        """Sequences over the tokens of texts.

        Args:
            texts: list of strings.
            separator: "" for a vocabulary of characters, " " for one of words.
            length: number of tokens of a sequence; None for that of the longest text.
            size: the largest number of tokens beside `padding` and `unknown`, the most frequent
                ones; None for all.
            padding: a token that comes first in the vocabulary; None where all texts are as long.
            unknown: a token that comes after it; None without.

        Returns:
            A `Sequence`.
        """
        special = [token for token in (padding, unknown) if token is not None]
        words = Vocabulary.ranked(texts, separator, size)
        longest = max(len(text.split() if separator else text) for text in texts)
        tokens = [*special, *(word for word in words if word not in special)]
        return cls(length or longest, tokens, padding, unknown, separator)

    def example(self, rows, seed=0):
        """Probabilities, of which one in each place is at least 0.9."""
        rng = np.random.default_rng(seed)
        shape = [FREE_SIZE if self.length is None else self.length, self.vocabulary.size]
        ids = rng.integers(0, shape[1], (rows, shape[0]))
        rest = rng.dirichlet(np.ones(shape[1]), (rows, shape[0]))
        return (0.9 * np.eye(shape[1])[ids] + 0.1 * rest).astype(np.float32)

    # --- Looking ----------------------------------------------------------------------------

    def draw(self, examples, columns=None, real=None):
        columns = columns or self.grid[1]
        vocabulary, ids = self.vocabulary, self._ids(examples)
        special = (vocabulary.padding, vocabulary.unknown)
        letters = [token for token in vocabulary.tokens if token not in special]
        if len(letters) <= 8 and not vocabulary.separator:
            return text_sheet(vocabulary.texts(ids), columns, letters)
        return text_sheet(vocabulary.texts(ids), columns)

    def write(self, examples, folder, prefix=""):
        texts = [text.replace("\n", "\\n") for text in self.decode(examples)]
        path = pathlib.Path(folder) / f"{prefix}sequences{'.fasta' if self.is_nucleic else '.txt'}"
        if self.is_nucleic:
            texts = [
                f">{prefix}{index:04d}\n" + "\n".join(textwrap.wrap(text, _FASTA_LINE) or [""])
                for index, text in enumerate(texts)
            ]
        with replacing(path) as temporary:
            temporary.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return [path]

    @property
    def is_nucleic(self):
        """Whether the tokens are the letters of DNA or RNA."""
        special = {self.vocabulary.padding, self.vocabulary.unknown}
        letters = set(self.vocabulary.tokens) - special
        return len(letters) >= 4 and letters <= _NUCLEOTIDES

    # --- Serving and raw data -----------------------------------------------------------------

    def forms(self):
        return {"strings": ("strings", self._strings)}

    def _strings(self, sequences):
        return self.vocabulary.texts_in_graph(tf.argmax(sequences, axis=2))

    def encode(self, raw):
        """Texts as one-hot sequences.

        Args:
            raw: list of strings or of lists of tokens; or numbers of tokens, integers `[N, T]`; or
                floats `[N, T, V]`, which stay as they are.

        Returns:
            float32 array `[N, T, V]`.

        Raises:
            ValueError: if a text is longer than `length`, shorter without a padding token, or has a
                token that is not in the vocabulary, without a token for unknown ones.
        """
        numbers = raw if isinstance(raw, np.ndarray) else None
        if numbers is not None and numbers.dtype.kind == "f":
            return numbers.astype(np.float32)
        if numbers is None or numbers.dtype.kind not in "iu":
            ids = self.vocabulary.ids(raw, self.length)
        else:
            ids = self._checked_ids(numbers)
        return np.eye(self.vocabulary.size, dtype=np.float32)[ids]

    def _checked_ids(self, ids):
        fits = ids.ndim == 2 and self.length in (None, ids.shape[1])
        if not fits or (ids.size and not 0 <= ids.min() <= ids.max() < self.vocabulary.size):
            raise ValueError(
                f"Numbers of tokens are integers (N, {self.length}) in "
                f"[0, {self.vocabulary.size}). Received: shape {ids.shape}"
                + (f" with values from {ids.min()} to {ids.max()}" if ids.size else "")
            )
        return ids

    def decode(self, examples):
        """Sequences `[N, T, V]` as a list of N strings, without padding at the end."""
        return self.vocabulary.texts(self._ids(examples))

    def _ids(self, examples):
        return np.asarray(examples).argmax(axis=2)

    def get_config(self):
        return {
            "length": self.length,
            "vocabulary": self._given,
            "padding": self.vocabulary.padding,
            "unknown": self.vocabulary.unknown,
            "separator": self.vocabulary.separator,
        }
