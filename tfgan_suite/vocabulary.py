"""Vocabularies: the tokens that texts are made of, and texts as numbers of tokens and back."""

import collections
import warnings

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import did_you_mean, positive_int

_NAMED = 5  # tokens that a message names
_BUCKETS = 2**62  # of fingerprints: two of 10,000 words share one with a probability of 1e-11


class Vocabulary:
    """V tokens, numbered from 0 in the order in which they are given.

    A vocabulary of characters splits texts into characters; one of words at white space, and joins
    them by blanks.

    Attributes:
        tokens: tuple of the V tokens.
        size: V.
        separator: what stands between tokens: "" or " ".
        padding_id: number of the padding token, or None.
        unknown_id: number of the token for unknown ones, or None.

    Args:
        tokens: a string, whose characters are the tokens; a list of strings; or V, the number of
            tokens whose names are not known: "0", "1", ...
        padding: the token that fills short texts up, one of `tokens`; None without.
        unknown: the token that stands for all that the vocabulary has not, one of `tokens`; None
            without: such tokens are refused.
        separator: "" for characters, " " for words; None to find it: characters if every token
            beside the two is a single one.

    Raises:
        ValueError: if tokens are empty, come twice or are no strings, `padding` or `unknown` is
            none of them, or `separator` is neither.
    """

    def __init__(self, tokens, padding=None, unknown=None, separator=None):
        counted = isinstance(tokens, int) and not isinstance(tokens, bool)
        if counted:
            tokens = [str(index) for index in range(positive_int("vocabulary", tokens))]
        self.tokens = tuple(tokens)
        strings = all(isinstance(token, str) and token for token in self.tokens)
        if not strings or not self.tokens:
            raise ValueError(
                "`vocabulary` must be a string of characters, a list of tokens, each a string "
                f"that is not empty, or their number. Received: vocabulary={tokens!r}"
            )
        if len(set(self.tokens)) < len(self.tokens):
            twice = next(t for t, n in collections.Counter(self.tokens).items() if n > 1)
            raise ValueError(f"The tokens of a vocabulary must differ. Received: {twice!r} twice")
        for option, token in (("padding", padding), ("unknown", unknown)):
            if token is not None and token not in self.tokens:
                raise ValueError(
                    f"`{option}` must be one of the tokens. Received: {option}={token!r} for a "
                    f"vocabulary of {_some(self.tokens)}"
                )
        self.padding, self.unknown, self.size = padding, unknown, len(self.tokens)
        plain = [token for token in self.tokens if token not in (padding, unknown)]
        if separator is None:
            separator = "" if not counted and all(len(token) == 1 for token in plain) else " "
        if separator not in ("", " "):
            raise ValueError(f"`separator` must be '' or ' '. Received: separator={separator!r}")
        self.separator = separator
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        self.padding_id, self.unknown_id = self._ids.get(padding), self._ids.get(unknown)

    @classmethod
    def ranked(cls, texts, separator=" ", size=None):
        """The tokens of texts, the most frequent first, equally frequent ones by the alphabet.

        Args:
            texts: iterable of strings, or of lists of tokens.
            separator: "" to split strings into characters, " " at white space.
            size: the largest number of tokens; None for all.

        Returns:
            List of strings.
        """
        counts = collections.Counter()
        for text in texts:
            counts.update(text if not separator or not isinstance(text, str) else text.split())
        return sorted(counts, key=lambda token: (-counts[token], token))[:size]

    def split(self, text):
        """A text as a list of its tokens; a list of tokens stays as it is."""
        if not isinstance(text, str):
            return list(map(str, text))
        return text.split() if self.separator else list(text)

    def ids(self, texts, length=None, cut=False):
        """Texts as numbers of tokens, filled up with padding.

        Args:
            texts: list of strings, or of lists of tokens.
            length: T, the number of tokens of each; None for that of the longest.
            cut: whether longer texts lose their ends, which a warning says; else they are refused.

        Returns:
            int64 array `[N, T]`.

        Raises:
            ValueError: if a text is too long, or too short and there is no padding, or a token is
                not in the vocabulary and there is no token for unknown ones.
        """
        rows = [self.split(text) for text in texts]
        longest = max(map(len, rows), default=0)
        length = longest if length is None else length
        for row, tokens in enumerate(rows):
            if (len(tokens) > length and not cut) or (len(tokens) < length and not self.padding):
                raise ValueError(
                    f"Texts must have {length} tokens{' at most' if self.padding else ''}. "
                    f"Received: row {row} with {len(tokens)}: {self._shortened(tokens)}"
                )
        if longest > length:
            count = sum(len(tokens) > length for tokens in rows)
            warnings.warn(
                f"{count} of {len(rows)} texts were cut after {length} tokens; the longest has "
                f"{longest}.",
                stacklevel=3,
            )
        self._check_known(rows)
        ids = np.full([len(rows), length], self.padding_id or 0, np.int64)
        for row, tokens in enumerate(rows):
            known = [self._ids.get(token, self.unknown_id) for token in tokens[:length]]
            ids[row, : len(known)] = known
        return ids

    def _check_known(self, rows):
        strange = collections.Counter(t for tokens in rows for t in tokens if t not in self._ids)
        if not strange:
            return
        named = [f"{token!r}{did_you_mean(token, self.tokens)}" for token in strange]
        words = _some(named, str)
        if self.unknown is None:
            raise ValueError(
                f"All tokens must be in the vocabulary of {_some(self.tokens)}. Received: {words}"
            )
        warnings.warn(
            f"Tokens that are not in the vocabulary become {self.unknown!r}: {words} "
            f"({sum(strange.values())} in all)",
            stacklevel=4,
        )

    def _shortened(self, tokens):
        text = self.separator.join(tokens)
        return repr(text if len(text) <= 60 else f"{text[:60]}...")

    def texts(self, ids):
        """Numbers of tokens, an integer array `[N, T]`, as N strings without padding at the end."""
        return [self.separator.join(self._without_end(row)) for row in np.asarray(ids)]

    def _without_end(self, row):
        kept = len(row)
        while kept and row[kept - 1] == self.padding_id:
            kept -= 1
        return [self.tokens[index] for index in row[:kept]]

    # --- In a graph ---------------------------------------------------------------------------

    def ids_in_graph(self, tokens):
        """Numbers of tokens, with operations alone that have no state: no table, no asset.

        Fingerprints of 62 bits are searched for by halves, and what is found is compared: a word
        that the vocabulary has not never gets the number of another one.

        Args:
            tokens: `tf.string` tensor of any shape; "" is padding.

        Returns:
            int64 tensor of the same shape.
        """
        known = tf.constant(self.tokens)
        fingerprints = tf.strings.to_hash_bucket_fast(known, _BUCKETS)
        order = tf.argsort(fingerprints)
        wanted = tf.reshape(tf.strings.to_hash_bucket_fast(tokens, _BUCKETS), [-1])
        place = tf.searchsorted(tf.gather(fingerprints, order), wanted)
        nearest = tf.reshape(tf.gather(order, tf.minimum(place, self.size - 1)), tf.shape(tokens))
        found = tf.equal(tf.gather(known, nearest), tokens)
        others = tf.where(tf.equal(tokens, ""), self.padding_id or 0, self.unknown_id or 0)
        return tf.cast(tf.where(found, nearest, others), tf.int64)

    def texts_in_graph(self, ids):
        """`texts` of a tensor, made of TensorFlow operations alone: `tf.string` `[N]`."""
        pieces = tf.gather(tf.constant(self.tokens), ids)
        position = tf.range(tf.shape(ids)[1])
        pieces = tf.where(position > 0, tf.strings.join([self.separator, pieces]), pieces)
        if self.padding_id is not None:
            is_token = tf.cast(tf.not_equal(ids, self.padding_id), tf.int32)
            last = tf.reduce_max(is_token * (position + 1), axis=1, keepdims=True)
            pieces = tf.where(position < last, pieces, "")
        return tf.strings.reduce_join(pieces, axis=1)


def _some(tokens, form=repr):
    """The first few tokens, and how many more there are."""
    tokens = list(tokens)
    more = f" and {len(tokens) - _NAMED} more" if len(tokens) > _NAMED else ""
    return ", ".join(map(form, tokens[:_NAMED])) + more
