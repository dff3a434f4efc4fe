"""Class labels: one of K classes for each example."""

import re

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.checks import did_you_mean, positive_int
from tfgan_suite.conditions.condition import Condition
from tfgan_suite.fields import fits
from tfgan_suite.registration import register


@register
class Labels(Condition):
    """One of K classes for each example.

    Requests have int64 labels `[N]`. In training data, and from Python, integers `[N]` or `[N, 1]`
    and one-hot vectors `[N, K]` of any dtype are taken alike, whatever the network takes.

    Args:
        classes: K, the number of classes.
        names: K names of the classes, in the order of the labels; None without.
        frequencies: K shares of the classes in the data, whose sum is 1; None where unknown.

    Raises:
        ValueError: if `classes` is not a positive integer, or there are not K names or shares.

    Example:
        >>> labels = Labels(3, names=["cat", "dog", "owl"])
        >>> labels.parse("dog,owl")
        array([1, 2])
    """

    kind = key = "labels"
    dtype = "int64"
    has_forms = True

    def __init__(self, classes, names=None, frequencies=None):
        self.classes = positive_int("classes", classes)
        self.names = None if names is None else tuple(map(str, names))
        self.frequencies = None if frequencies is None else tuple(map(float, frequencies))
        for option, given in (("names", self.names), ("frequencies", self.frequencies)):
            if given is not None and len(given) != classes:
                raise ValueError(
                    f"`{option}` must be one for each of the {classes} classes. "
                    f"Received: {len(given)} of them"
                )

    @property
    def rule(self):
        return f"in [0, {self.classes})"

    def valid(self, values):
        return (values >= 0) & (values < self.classes)

    def example(self, rows, seed=0):
        return (np.arange(seed, seed + rows) % self.classes).astype(np.int64)

    def invalid(self):
        return {"negative": -1, "too large": self.classes}

    # --- Values -----------------------------------------------------------------------------

    def checked_values(self, values):
        if values.ndim == 2 and values.shape[1] == self.classes and self.classes > 1:
            one_hot = (values == values.max(axis=1, keepdims=True)).sum(axis=1) == 1
            if not one_hot.all() or not np.allclose(values.sum(axis=1), 1.0):
                raise ValueError(
                    f"One-hot labels have a 1 and {self.classes - 1} zeros in each row. "
                    f"Received: row {int(np.argmin(one_hot))} with {values[np.argmin(one_hot)]!r}"
                )
            values = values.argmax(axis=1)
        if values.ndim == 2 and values.shape[1] == 1:
            values = values[:, 0]
        if values.ndim != 1 or values.dtype.kind not in "iu":
            raise ValueError(
                f"Labels are integers (N,) or (N, 1) in [0, {self.classes}), or one-hot "
                f"(N, {self.classes}). Received: shape {values.shape}, dtype {values.dtype}"
            )
        check_labels(values, self.classes)
        return values.astype(np.int64)

    def check_batch(self, values, groups=1):
        shape, lead = tuple(values.shape), 1 if groups == 1 else 2
        if not self._has_a_form(shape[lead:], values.dtype):
            raise ValueError(
                f"Labels are integers of shape (N,) or (N, 1) in [0, {self.classes}), or one-hot "
                f"vectors (N, {self.classes}). "
                f"Received: a condition of shape {shape} and dtype {values.dtype.name}"
            )
        return values

    def as_input(self, values, tensor):
        """Labels as a network takes them: integers `[N]` or `[N, 1]`, or one-hot `[N, K]`.

        Args:
            values: tensor: integers `[N]` or `[N, 1]`, or one-hot `[N, K]`.
            tensor: the network's input.
        """
        given = tuple(values.shape)[1:]
        wants_integers = keras.backend.is_int_dtype(tensor.dtype)
        if given == (self.classes,) and given != (1,):
            if not wants_integers:
                return tf.cast(values, tensor.dtype)  # soft labels stay soft
            values = tf.argmax(values, axis=1)
        elif given == (1,):
            values = values[:, 0]
        if not wants_integers:
            return tf.one_hot(values, self.classes, dtype=tensor.dtype)
        values = tf.cast(values, tensor.dtype)
        return values[:, tf.newaxis] if len(tensor.shape) == 2 else values

    def in_one_form(self, values, tensor):
        rows = tuple(values.shape)[1:]
        # What is no labels at all is left to `check_batch`, as it came.
        if fits(rows, tuple(tensor.shape)[1:]) or not self._has_a_form(rows, values.dtype):
            return values
        return self.as_input(tf.convert_to_tensor(values), tensor)

    def _has_a_form(self, rows, dtype):
        """Whether rows of a shape and dtype are labels, by number or one-hot."""
        dtype = tf.as_dtype(dtype)
        integers = dtype.is_integer and rows in ((), (1,))
        return integers or (dtype != tf.string and rows == (self.classes,))

    def sample(self, count, seed=0, by_frequency=False):
        if not by_frequency or self.frequencies is None:
            return balanced_labels(count, self.classes)
        shares = np.asarray(self.frequencies)
        chosen = np.random.default_rng(seed).choice(self.classes, count, p=shares / shares.sum())
        return chosen.astype(np.int32)

    # --- Text -------------------------------------------------------------------------------

    def parse(self, text):
        """Reads classes such as "7", "0-9", "1,3,5-7", or by their names, "cat,dog".

        Returns:
            int64 array, in the order of the text.

        Raises:
            ValueError: if the text is something else, or there is no such class.
        """
        if self.names is not None and text in self.names:
            return np.array([self.names.index(text)])
        found = []
        for part in text.split(","):
            found += self._parse_part(part.strip(), text)
        return np.array(found, np.int64)

    def _parse_part(self, part, text):
        if self.names is not None and part in self.names:
            return [self.names.index(part)]
        ends = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        if last < first:
            raise ValueError(
                "Labels are given as 7, as 0-9 or as 1,3,5-7"
                f"{self._known(part)}. Received: --labels {text}"
            )
        if last >= self.classes:
            raise ValueError(
                f"This generator has the classes 0 to {self.classes - 1}. "
                f"Received: --labels {text}"
            )
        return range(first, last + 1)

    def _known(self, part):
        if self.names is None:
            return ""
        return f", or by their names{did_you_mean(part, self.names)}: {', '.join(self.names)}"

    def describe(self, row):
        return str(int(row)) if self.names is None else self.names[int(row)]

    def get_config(self):
        return {"classes": self.classes, "names": self.names, "frequencies": self.frequencies}


def balanced_labels(count, classes):
    """int32 labels `[count]`: 0, 1, ..., classes - 1, again from 0."""
    return np.arange(count, dtype=np.int32) % classes


def check_labels(labels, classes):
    """Raises ValueError unless all integers of an array are in [0, classes)."""
    if labels.size and not (0 <= labels.min() and labels.max() < classes):
        raise ValueError(
            f"Labels must lie in [0, {classes}), the classes that the network knows. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
