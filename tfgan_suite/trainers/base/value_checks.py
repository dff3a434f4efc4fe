"""Values of training data and inputs: what is no number, or on another scale, is named.

Images in [0, 255] would train without an error: a generator that ends in tanh never gets there.
"""

import re

import numpy as np
import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.fields import ROUNDING, fits, of_known_shape, range_refusal, shape_error

_FIRST = 3  # batches of a dataset that are looked at
# What TensorFlow says of the errors that are raised by a look within a pipeline.
_REFUSED = re.compile(r"ValueError: ([^\n]+)\n.*, in look\n", re.DOTALL)


def with_checked_values(trainer, x, y, finite=True):
    """Data whose values are looked at: of arrays all, of a dataset those of the first batches.

    What `data.load` returns was looked at by itself, unless something was mapped over it.

    Args:
        trainer: the trainer, whose `ranges_of_data` say what the values must be.
        x, y: as `fit` takes them.
        finite: whether values must be finite; not where steps that are not will be undone.

    Returns:
        `(x, y)`.

    Raises:
        ValueError: if values of an array are not finite or out of their range.
    """
    kinds = trainer.ranges_of_data()
    if not isinstance(x, tf.data.Dataset):
        for kind, part in zip(kinds, (x, y)):
            _look(*kind, part, finite)
        return x, y
    if isinstance(x, Batches):
        return x.looked_at(lambda d: _first_looked_at(d, kinds, finite)) if x.mapped else x, y
    return _first_looked_at(x, kinds, finite), y


def _first_looked_at(dataset, kinds, finite):
    def part_looked_at(number, kind, part):
        if not tf.is_tensor(part) or not part.dtype.is_floating:
            return part

        def look(values):
            _look(*kind, values, finite)
            return values

        # Not stateful: a pipeline with a stateful operation cannot be checkpointed. So the values
        # go through it: nothing waits for an operation without a state that nobody reads.
        seen = tf.cond(
            number < _FIRST,
            lambda: tf.numpy_function(look, [part], part.dtype, stateful=False),
            lambda: tf.identity(part),
        )
        return tf.ensure_shape(seen, part.shape)

    @tf.autograph.experimental.do_not_convert
    def looked_at(number, element):
        if not isinstance(element, tuple):
            return part_looked_at(number, kinds[0], element)
        known = (*kinds, *[None] * len(element))
        looks = [p if k is None else part_looked_at(number, k, p) for k, p in zip(known, element)]
        return tuple(looks)

    return dataset.enumerate().map(looked_at)


def refused_values(message):
    """What a look within a pipeline has refused, from TensorFlow's message; None for others."""
    found = _REFUSED.search(message)
    return found and found[1]


def check_finite(what, values):
    """Raises ValueError if arrays of floats, or lists or dicts of them, hold NaN or infinities."""
    for part in tf.nest.flatten(values):
        _look(what, None, part)


def _look(what, value_range, values, finite=True):
    if isinstance(values, tf.Tensor):
        values = values.numpy()
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or not values.size:
        return
    if not finite:
        values = values[np.isfinite(values)]
        if not values.size:
            return
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        bad = ~np.isfinite(values)
        raise ValueError(
            f"{what} must be finite. Received: {np.count_nonzero(bad)} of {bad.size} values NaN or "
            f"infinite, the first of them in row {int(np.argwhere(bad)[0][0])}"
        )
    refused = value_range and range_refusal(what, low, high, value_range, ROUNDING)
    if refused:
        raise ValueError(refused)


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
