"""Texts as conditions: numbers of words, or of characters, padded to one length."""

import re

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.conditions.condition import Condition, evenly_spaced
from tfgan_suite.registration import register
from tfgan_suite.vocabulary import Vocabulary

PADDING, UNKNOWN = "<pad>", "<unk>"
_DESCRIBED = 40  # characters of a text in the margin of a picture


@register
class Tokens(Condition):
    """Texts `[N, length]` as int64 numbers of their tokens.

    0 is padding, behind the text; 1 stands for every word that the vocabulary has not; its first
    word is 2. Networks look the numbers up in an `Embedding(size, ...)`. In training data and from
    Python, strings `[N]` are taken as well; requests have numbers under `tokens`, or strings under
    `text`: the words are found in the graph, by operations that keep no table.

    Before words are looked up, strings are put in lower case, apostrophes go, and all other ASCII
    punctuation becomes blanks: "Don't, please!" is "dont please".

    Args:
        vocabulary: list of words, or a string of characters; or the number of all tokens, of 0 and
            1 too, where they have no names: texts are then numbers with blanks between them.
        length: T, the number of tokens; None for any. What is longer is cut at the end.
        sentences: texts of the data that `sample` takes; None without.
        separator: "" for a vocabulary of characters, " " for one of words; None to find it.

    Attributes:
        size: number of all tokens, of 0 and 1 too.

    Raises:
        ValueError: if `length` is not a positive integer, or the vocabulary is none.

    Example:
        >>> tokens = Tokens(["a", "red", "seven", "on", "green"], length=6)
        >>> tokens.parse("A red seven; seven on green").tolist()
        [[2, 3, 4, 0, 0, 0], [4, 5, 6, 0, 0, 0]]
        >>> tokens.describe([2, 3, 4, 0, 0, 0])
        'a red seven'
    """

    kind = key = "tokens"
    dtype = "int64"

    def __init__(self, vocabulary, length, sentences=None, separator=None):
        self.length = positive_int_or_none("length", length)
        self._given = vocabulary if isinstance(vocabulary, (str, int)) else tuple(vocabulary)
        self._is_named = not isinstance(vocabulary, int)
        if self._is_named:
            tokens = [PADDING, UNKNOWN, *self._given]
            self.vocabulary = Vocabulary(tokens, PADDING, UNKNOWN, separator)
        else:
            self.vocabulary = Vocabulary(max(positive_int("vocabulary", vocabulary), 2), "0", "1")
        self.size, self.row = self.vocabulary.size, (self.length,)
        self.sentences = None if sentences is None else tuple(map(str, sentences))

    @classmethod
    def fit(cls, texts, length=None, size=None, separator=" ", sentences=64):
        """Tokens over the words, or the characters, of texts.

        Args:
            texts: list of strings.
            length: number of tokens; None for that of the longest text.
            size: the largest number of words, the most frequent ones; None for all.
            separator: " " for words, "" for characters.
            sentences: how many of the texts, all different and evenly spaced, are kept for
                `sample`.

        Returns:
            A `Tokens`.
        """
        found = [text.decode() for text in _standard(tf.constant(list(texts))).numpy()]
        words = Vocabulary.ranked(found, separator, size)
        longest = max(len(text.split() if separator else text) for text in found)
        different = list(dict.fromkeys(texts))
        kept = [different[index] for index in evenly_spaced(len(different), sentences)]
        return cls(words, length or longest, kept, separator)

    @property
    def rule(self):
        return f"in [0, {self.size})"

    def valid(self, values):
        return (values >= 0) & (values < self.size)

    def example(self, rows, seed=0):
        """Texts of random words, of random lengths."""
        rng = np.random.default_rng(seed)
        length = self.length or 8
        ids = rng.integers(min(2, self.size - 1), self.size, (rows, length))
        lengths = rng.integers(max(1, length // 2), length + 1, (rows, 1))
        return np.where(np.arange(length) < lengths, ids, 0).astype(np.int64)

    def invalid(self):
        return {"negative": -1, "too large": self.size}

    # --- Values -----------------------------------------------------------------------------

    def checked_values(self, values):
        if values.dtype.kind in "UOS" and values.ndim == 1:
            return self.encode([v.decode() if isinstance(v, bytes) else str(v) for v in values])
        if values.dtype.kind not in "iu":
            raise ValueError(
                f"tokens are integers (N, {self.length}) in [0, {self.size}), or N strings. "
                f"Received: shape {values.shape}, dtype {values.dtype}"
            )
        return super().checked_values(values)

    def check_batch(self, values, groups=1):
        rows = tuple(values.shape)[1 if groups == 1 else 2 :]
        if values.dtype == tf.string and rows == ():
            return values
        if not values.dtype.is_integer:
            raise ValueError(
                f"tokens are integers of shape (N, {self.length}), or strings of shape (N,). "
                f"Received: a condition of shape {tuple(values.shape)} and dtype "
                f"{values.dtype.name}"
            )
        return super().check_batch(values, groups)

    def as_input(self, values, tensor):
        """Texts as a network takes them: numbers of tokens `[N, T]`, or one-hot `[N, T, size]`.

        Args:
            values: integers `[N, T]`, or strings `[N]`.
            tensor: the network's input.
        """
        if values.dtype == tf.string:
            values = self.tokenize(values)
        if len(tensor.shape) == 3:
            return tf.one_hot(values, self.size, dtype=tensor.dtype)
        return tf.cast(values, tensor.dtype)

    @property
    def knows_data(self):
        return bool(self.sentences)

    def sample(self, count, seed=0, by_frequency=False):
        """Texts for generated examples: int64 `[count, T]`.

        Args:
            count: number of rows.
            seed: integer.
            by_frequency: whether the sentences are drawn by chance; else they come in turns. Where
                none are known, words are drawn.
        """
        if not self.sentences:
            return self.example(count, seed)
        chosen = np.arange(count) % len(self.sentences)
        if by_frequency:
            chosen = np.random.default_rng(seed).integers(0, len(self.sentences), count)
        texts = tf.constant([self.sentences[index] for index in chosen], tf.string)
        return self.tokenize(texts).numpy()

    # --- Text -------------------------------------------------------------------------------

    def tokenize(self, texts):
        """Strings as numbers of tokens, made of TensorFlow operations alone that keep no state.

        Args:
            texts: `tf.string` tensor `[N]`.

        Returns:
            int64 tensor `[N, T]`; words that are not known are 1, what is too long is cut.
        """
        tokens = self._split(texts).to_tensor("", shape=[None, self.length])
        return self.vocabulary.ids_in_graph(tokens)

    def _split(self, texts):
        texts = _standard(texts) if self._is_named else texts
        if self.vocabulary.separator:
            return tf.strings.split(texts)
        return tf.strings.unicode_split(texts, "UTF-8")

    def encode(self, texts):
        """Strings as an int64 array `[N, T]`; warns of words that are not known and of cut ends."""
        rows = self._split(tf.constant(list(texts), tf.string)).to_list()
        words = [[word.decode() for word in row] for row in rows]
        return self.vocabulary.ids(words, self.length, cut=True)

    def decode(self, values):
        """Numbers of tokens, an integer array `[N, T]`, as a list of N strings without padding."""
        return self.vocabulary.texts(values)

    def parse(self, text):
        """Reads sentences with semicolons or line breaks between them; warns as `encode` does.

        Returns:
            int64 array `[M, T]`, a row for each sentence.

        Raises:
            ValueError: if there is none.
        """
        sentences = [part for part in re.split(r"[;\n]", text) if part.strip()]
        if not sentences:
            raise ValueError(
                "A text is given as a sentence, or several with semicolons between them. "
                f"Received: {text!r}"
            )
        return self.encode(sentences)

    def describe(self, row):
        text = self.decode([row])[0]
        return text if len(text) <= _DESCRIBED else f"{text[: _DESCRIBED - 3]}..."

    def request_forms(self):
        spec = tf.TensorSpec([None], tf.string, name="text")
        return {"text": (spec, self.tokenize, self.decode)}

    def get_config(self):
        return {
            "vocabulary": self._given,
            "length": self.length,
            "sentences": self.sentences,
            "separator": self.vocabulary.separator,
        }


def _standard(texts):
    """Lower case, no apostrophes, blanks for other ASCII punctuation."""
    texts = tf.strings.regex_replace(tf.strings.lower(texts, "utf-8"), "'", "")
    return tf.strings.regex_replace(texts, r"[[:punct:]]", " ")
