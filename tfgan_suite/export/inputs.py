"""The inputs of signatures: their keys, dtypes and shapes, and the checks within the graph.

A check within the graph holds whoever asks: REST, gRPC, Python, C++. It names the input, says what
is wrong and gives the rows. (A server that batches refuses the requests which it has put into one
batch together: see docs/serving.md.)
"""

import dataclasses
import math

import numpy as np
import tensorflow as tf

_DTYPES = {
    "latents": "float32",
    "seeds": "int64",
    "labels": "int64",
    "condition": "float32",
    "psi": "float32",
    "images": "float32",
}
KEYS = tuple(_DTYPES)
_RANGE = 1.0 + 1e-3  # images in [-1, 1], and what rounding adds
_FREE_SIZE = 256  # pixels, of example images where the generator takes any


@dataclasses.dataclass(frozen=True)
class Input:
    """One input of a signature.

    Attributes:
        key: one of `KEYS`.
        row: shape of one row; None where any size will do.
        classes: number of classes, for `labels`.
    """

    key: str
    row: tuple = ()
    classes: int | None = None

    @property
    def spec(self):
        """Its `tf.TensorSpec`, with a free batch size."""
        return tf.TensorSpec([None, *self.row], self.dtype, name=self.key)

    @property
    def dtype(self):
        return _DTYPES[self.key]

    @property
    def rule(self):
        """What the values must be, as a phrase; None if anything will do."""
        return {
            "latents": "finite",
            "condition": "finite",
            "images": "finite and in [-1, 1]",
            "psi": "in [0, 1]",
            "labels": f"in [0, {self.classes})",
        }.get(self.key)

    def valid(self, value):
        """Boolean tensor `value.shape`: whether each value is what it must be."""
        if self.key == "labels":
            return (value >= 0) & (value < self.classes)
        if self.key == "psi":
            return (value >= 0.0) & (value <= 1.0)
        if self.key == "images":
            return tf.abs(value) <= _RANGE  # false for NaN
        return tf.math.is_finite(value)

    def example(self, rows, seed=0):
        """NumPy array of `rows` valid rows, all different (images: of one value each)."""
        rng = np.random.default_rng(seed)
        if self.key == "seeds":
            return np.arange(seed, seed + rows, dtype=np.int64)
        if self.key == "labels":
            return (np.arange(seed, seed + rows) % self.classes).astype(np.int64)
        if self.key == "psi":
            return np.linspace(1.0, 0.5, rows).astype(np.float32)
        shape = [_FREE_SIZE if size is None else size for size in self.row]
        if self.key == "images":
            # Constant pictures take next to no room in a file, whatever their size.
            levels = rng.uniform(-0.9, 0.9, (rows, *[1] * len(shape)))
            return np.broadcast_to(levels, (rows, *shape)).astype(np.float32)
        return rng.normal(size=(rows, *shape)).astype(np.float32)

    def invalid(self):
        """Invalid values to try by what is wrong with them: a dict of text to one value."""
        if self.key == "seeds":
            return {}
        if self.key == "labels":
            return {"negative": -1, "too large": self.classes}
        beyond = {"psi": 1.5, "images": 255.0}
        extra = {"out of range": beyond[self.key]} if self.key in beyond else {}
        return {"NaN": math.nan, "infinite": math.inf, **extra}


def checked(inputs, values, max_rows):
    """Returns the values, which nothing can read before they were checked.

    Args:
        inputs: list of `Input`.
        values: dict of tensors by key.
        max_rows: largest number of rows in a request.
    """
    first = inputs[0].key
    values = {i.key: tf.ensure_shape(values[i.key], [None, *i.row], name=i.key) for i in inputs}
    rows = tf.shape(values[first])[0]
    checks = [_assert((rows >= 1) & (rows <= max_rows), _rows_rule(first, max_rows), rows)]
    for item in inputs:
        value = values[item.key]
        if item.key != first:
            count = tf.shape(value)[0]
            checks.append(_assert(count == rows, _same_rows_rule(item.key, first), count))
        if item.rule:
            valid = tf.reduce_all(item.valid(value), axis=list(range(1, len(item.row) + 1)))
            rule = f"`{item.key}` must be {item.rule}. Received otherwise in rows:"
            checks.append(_assert(tf.reduce_all(valid), rule, tf.where(~valid)[:, 0]))
    with tf.control_dependencies(checks):
        return {key: tf.identity(value) for key, value in values.items()}


def _rows_rule(key, max_rows):
    return f"`{key}` must have from 1 to {max_rows} rows. Received rows:"


def _same_rows_rule(key, first):
    return f"`{key}` must have as many rows as `{first}`. Received rows:"


def _assert(condition, rule, received):
    return tf.raw_ops.Assert(condition=condition, data=[rule, received], summarize=5)
