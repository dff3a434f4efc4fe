"""What one entry of a request is: its key, its dtype, the shape of a row, and its right values.

Modalities and conditions are fields; so are latents, seeds and truncation, which only exported
models know.
"""

import math
import re

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.configured import Configured

FREE_SIZE = 256  # of example rows, along axes of any size
ROUNDING = 1e-3  # by which values in [-1, 1] may pass their borders
ENOUGH_PICTURES = 16  # by which to tell their scale: a few may well be bright everywhere

_LOOKED_AT = "shape_after_"
# Words of TensorFlow's message: the operation's name, the shapes that came and that were expected.
_NAME = re.compile(rf"{_LOOKED_AT}(\d)__(\w+?)__(\w+?)__(\w+?)(?:_\d+)?(?!\w)")
_SHAPES = re.compile(r"\[([\d,]*)\] is not compatible with expected shape \[([\d,?]*)\]")


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


def of_known_shape(batch, row, words, groups=1):
    """A batch whose shape is looked at as it comes wherever its graph does not know it.

    Args:
        batch: tensor `[N, *row]`, or `[N, groups, *row]` with several groups.
        row: shape of one row; None along axes of any size.
        words: what the rows are called, what a message says came, and what takes them; words
            between which there may be blanks.
        groups: minibatches in one step.

    Returns:
        The batch; what reads it comes after the look, which `refused_shape` explains.
    """
    wanted = [None, *([] if groups == 1 else [groups]), *row]
    shape = [None] * len(wanted) if batch.shape.rank is None else batch.shape
    if batch.shape.rank is not None and all(b is None or a for a, b in zip(shape, wanted)):
        return batch
    # What TensorFlow says of a shape that is refused is the name of the operation and the shapes.
    name = "__".join(re.sub(r"[^A-Za-z0-9]+", "_", text) for text in words)
    return tf.ensure_shape(batch, wanted, name=f"{_LOOKED_AT}{len(wanted) - len(row)}__{name}")


def refused_shape(message):
    """What `shape_error` says of a shape that `of_known_shape` has refused within a graph.

    Args:
        message: TensorFlow's, of an error.

    Returns:
        Text, or None if the message is about something else.
    """
    name, shapes = _NAME.search(message), _SHAPES.search(message)
    if name is None or shapes is None:
        return None
    lead, *words = name.groups()
    came = tuple(int(size) for size in shapes[1].split(",") if size)
    row = tuple(None if size == "?" else int(size) for size in shapes[2].split(","))
    what, noun, taker = (word.replace("_", " ") for word in words)
    return shape_error(what, noun, taker, came, row[int(lead) :], int(lead))


def shape_error(what, noun, taker, shape, row, lead=1):
    """The message on a batch of another shape than the one that is taken.

    Args:
        what, noun, taker: as `words` of `of_known_shape`.
        shape: tuple, of the batch.
        row: tuple, the shape of one row that is taken.
        lead: axes of the batch before the rows'.
    """
    return (
        f"{what} must have the shape that {taker} takes: {tuple(row)}. "
        f"Received: {noun} of shape {shape[lead:]} (batch shape {shape})"
    )


def range_refusal(what, low, high, value_range=(-1.0, 1.0), rounding=0.0):
    """What is wrong with values from `low` to `high` that are to lie in a range; None if nothing.

    Args:
        what: what they are, the beginning of a message.
        low, high: the least and the largest of them.
        value_range: `(least, largest)` that they may be.
        rounding: by which they may pass it.
    """
    least, largest = value_range
    if least - rounding <= low and high <= largest + rounding:
        return None
    advice = "images / 127.5 - 1" if low >= 0.0 and high <= 255.0 else "an affine map"
    return (
        f"{what} must lie in [{least:g}, {largest:g}]; scale them with {advice}. "
        f"Received: values from {low:g} to {high:g}"
    )


def unit_scale(what, low, high, advice=""):
    """What is to be said of values from `low` to `high` that are to lie in [-1, 1] and look scaled
    to [0, 1]; None if they do not.

    None of a whole data set below mid-grey: taken as it is, it would train on a washed-out half of
    the range without a word.

    Args:
        what: what they are, the beginning of a message.
        low, high: the least and the largest of them.
        advice: a phrase on what else can be done about them.
    """
    if not 0.0 <= low < high:
        return None
    return (
        f"{what} must lie in [-1, 1], and these look scaled to [0, 1]; scale them with "
        f"images * 2 - 1{advice}. Received: values from {low:g} to {high:g}"
    )


def fits(shape, wanted):
    """Whether two shapes agree wherever both are known."""
    return len(shape) == len(wanted) and all(
        a == b or a is None or b is None for a, b in zip(shape, wanted)
    )
