"""Values of training data and inputs: what is no number, or on another scale, is named.

Images in [0, 255] would train without an error: a generator that ends in tanh never gets there.
"""

import dataclasses
import re

import numpy as np
import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.fields import (
    ENOUGH_PICTURES, ROUNDING, fits, of_known_shape, range_refusal, shape_error,
)  # fmt: skip
from tfgan_suite.trainers.base.scale_watch import ScaleWatch

_FIRST = 3  # batches of a dataset that are looked at
# What TensorFlow says of the errors that are raised by a look within a pipeline.
_REFUSED = re.compile(r"ValueError: ([^\n]+)\n.*, in seen\n", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class PartOfData:
    """What one part of a batch holds.

    Attributes:
        what: what the examples are called, the beginning of a message.
        value_range: `(low, high)` of their values, or None.
        watched: whether to warn of pictures that look scaled to [0, 1].
    """

    what: str
    value_range: tuple | None = None
    watched: bool = False

    @classmethod
    def made(cls, what, modality):
        """The part of examples of a modality that a generator is to make."""
        limits = modality.value_range
        return cls(what, limits, modality.comes_in_unit_range and limits[0] < 0.0)


def with_checked_values(trainer, x, y, finite=True, whole=True):
    """Data whose values are looked at: of arrays all, of a dataset those of the first batches.

    What `data.load` returns was looked at by itself, unless something was mapped over it.

    Args:
        trainer: the trainer, whose `parts_of_data` say what the values must be.
        x, y: as `fit` takes them.
        finite: whether values must be finite; not where steps that are not will be undone.
        whole: whether arrays are all of the data; else what was seen before goes with them.

    Returns:
        `(x, y)`.

    Raises:
        ValueError: if values of an array are not finite or out of their range.
    """
    # Not an attribute: Keras would take the dict for a part of the model.
    watches = vars(trainer).setdefault("_scale_watches", {})
    looks = []
    for part in trainer.parts_of_data():
        watch = watches.setdefault(part.what, ScaleWatch(part.what)) if part.watched else None
        if watch is not None and whole:
            watch.begin()
        looks.append(_Look(part, finite, watch))
    if not isinstance(x, tf.data.Dataset):
        for look, values in zip(looks, (x, y)):
            look(values, enough=1 if whole else ENOUGH_PICTURES)
        return x, y
    if isinstance(x, Batches):
        return x.looked_at(lambda d: _first_looked_at(d, looks)) if x.mapped else x, y
    return _first_looked_at(x, looks), y


def _first_looked_at(dataset, looks):
    def part_looked_at(number, look, part):
        if not tf.is_tensor(part) or not part.dtype.is_floating:
            return part

        def seen(values):
            look(values)
            return values

        first = number < _FIRST
        if look.watch is not None:
            first |= number * tf.shape(part, tf.int64)[0] < ENOUGH_PICTURES
        # Not stateful: a pipeline with a stateful operation cannot be checkpointed. So the values
        # go through it: nothing waits for an operation without a state that nobody reads.
        out = tf.cond(
            first,
            lambda: tf.numpy_function(seen, [part], part.dtype, stateful=False),
            lambda: tf.identity(part),
        )
        return tf.ensure_shape(out, part.shape)

    @tf.autograph.experimental.do_not_convert
    def looked_at(number, element):
        if not isinstance(element, tuple):
            return part_looked_at(number, looks[0], element)
        known = (*looks, *[None] * len(element))
        seen = [p if k is None else part_looked_at(number, k, p) for k, p in zip(known, element)]
        return tuple(seen)

    return dataset.enumerate().map(looked_at)


def refused_values(message):
    """What a look within a pipeline has refused, from TensorFlow's message; None for others."""
    found = _REFUSED.search(message)
    return found and found[1]


def check_finite(what, values):
    """Raises ValueError if arrays of floats, or lists or dicts of them, hold NaN or infinities."""
    look = _Look(PartOfData(what))
    for part in tf.nest.flatten(values):
        look(part)


class _Look:
    """Raises ValueError for values of a part that are wrong, and lets a watch see them."""

    def __init__(self, part, finite=True, watch=None):
        self.part, self.finite, self.watch = part, finite, watch

    def __call__(self, values, enough=ENOUGH_PICTURES):
        if isinstance(values, tf.Tensor):
            values = values.numpy()
        if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or not values.size:
            return
        rows = len(values)
        if not self.finite:
            values = values[np.isfinite(values)]
            if not values.size:
                return
        low, high = float(values.min()), float(values.max())
        if not np.isfinite([low, high]).all():
            bad = ~np.isfinite(values)
            raise ValueError(
                f"{self.part.what} must be finite. Received: {np.count_nonzero(bad)} of {bad.size} "
                f"values NaN or infinite, the first of them in row {int(np.argwhere(bad)[0][0])}"
            )
        limits = self.part.value_range
        refused = limits and range_refusal(self.part.what, low, high, limits, ROUNDING)
        if refused:
            raise ValueError(refused)
        if self.watch is not None:
            self.watch.see(rows, low, high, enough)


def of_input_shapes(inputs, network):
    """Inputs for a network, of the shapes that it takes.

    Args:
        inputs: a tensor, or a list or tuple of as many as the network has inputs.
        network: functional `keras.Model`.

    Raises:
        ValueError: if they have other shapes, as far as these are known; else the graph refuses
            them.
    """
    given = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    checked = []
    for values, tensor in zip(given, network.inputs):
        row = tuple(tensor.shape)[1:]
        words = (f"Inputs of {network.name}", "inputs", "the generator")
        if values.shape.rank is not None and not fits(tuple(values.shape)[1:], row):
            raise ValueError(shape_error(*words, tuple(values.shape), row))
        checked.append(of_known_shape(values, row, words))
    return checked if isinstance(inputs, (list, tuple)) else checked[0]
