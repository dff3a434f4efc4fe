"""What one entry of a request is: its key, its dtype, the shape of a row, and its right values.

Modalities and conditions are fields; so are latents, seeds and truncation, which only exported
models know.
"""

import math

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.configured import Configured

FREE_SIZE = 256  # of example rows, along axes of any size
ROUNDING = 1e-3  # by which values in [-1, 1] may pass their borders


class Field(Configured):
    """One entry of a request.

    Attributes:
        key: its name in the signatures of exported models.
        dtype: name of its dtype there.
        row: shape of one row; None along axes of any size.
        rule: what the values must be, as a phrase; None if anything will do.
    """

    key = None
    dtype = "float32"
    row = ()
    rule = "finite"

    @property
    def spec(self):
        """Its `tf.TensorSpec`, with a free batch size."""
        return tf.TensorSpec([None, *self.row], self.dtype, name=self.key)

    def valid(self, values):
        """Boolean tensor of the shape of `values`: whether each value is what it must be."""
        return tf.math.is_finite(values)

    def example(self, rows, seed=0):
        """NumPy array of `rows` valid rows, all different."""
        rng = np.random.default_rng(seed)
        shape = [FREE_SIZE if size is None else size for size in self.row]
        return rng.normal(size=(rows, *shape)).astype(self.dtype)

    def invalid(self):
        """Invalid values to try, by what is wrong with them: a dict of text to one value."""
        return {"NaN": math.nan, "infinite": math.inf}


class SignedField(Field):
    """Fields of values in [-1, 1], as networks take and make images, sound and video."""

    value_range = (-1.0, 1.0)
    rule = "finite and in [-1, 1]"

    def valid(self, values):
        return tf.abs(values) <= 1.0 + ROUNDING  # false for NaN

    def example(self, rows, seed=0):
        """Valid rows, each of one value: they take next to no room in a file of any size."""
        shape = [FREE_SIZE if size is None else size for size in self.row]
        levels = np.random.default_rng(seed).uniform(-0.9, 0.9, (rows, *[1] * len(shape)))
        return np.broadcast_to(levels, (rows, *shape)).astype(self.dtype)

    def invalid(self):
        return {"out of range": 255.0, **super().invalid()}


class ImageField(SignedField):
    """Fields of images: height and width in pixels, None for any, and a number of channels."""

    def __init__(self, height=None, width=None, channels=3):
        self.height = positive_int_or_none("height", height)
        self.width = positive_int_or_none("width", width)
        self.channels = positive_int("channels", channels)
        self.row = (height, width, channels)

    def get_config(self):
        return {"height": self.height, "width": self.width, "channels": self.channels}


class BinaryField(Field):
    """Fields of zeros and ones."""

    rule = "0 or 1"

    def valid(self, values):
        return tf.logical_or(tf.equal(values, 0), tf.equal(values, 1))

    def example(self, rows, seed=0):
        shape = [FREE_SIZE if size is None else size for size in self.row]
        return np.random.default_rng(seed).integers(0, 2, (rows, *shape)).astype(self.dtype)

    def invalid(self):
        return {"between 0 and 1": 0.5, "negative": -1.0, **super().invalid()}


def fits(shape, wanted):
    """Whether two shapes agree wherever both are known."""
    return len(shape) == len(wanted) and all(
        a == b or a is None or b is None for a, b in zip(shape, wanted)
    )
