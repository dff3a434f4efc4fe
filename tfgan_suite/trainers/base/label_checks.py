"""Labels of training data: checked before a network looks them up.

A table of embeddings has no row for a label out of range; what it then gives depends on the device:
an error from deep inside TensorFlow, zeros, or for negative labels another class's row.
"""

import contextlib
import re

import numpy as np
import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.conditions import Labels, check_labels

# What TensorFlow says, on a CPU, of an index for which a table has no row.
_OUT_OF_RANGE = re.compile(r"\] = (-?\d+) is not in \[0, (\d+)\)")


def with_checked_labels(interface, x, y):
    """The data `x`, whose labels, where it has them, are checked on their way; and checks `y`.

    Args:
        interface: the `Interface` whose conditions the data hold.
        x, y: as `fit` takes them.

    Raises:
        ValueError: if a label in the array `y` is out of range.
    """
    if interface.labels is None:
        return x
    for kind, values in zip(interface.conditions, interface.in_order(y)):
        if _holds_integers(kind, values):
            check_labels(np.asarray(values), kind.classes)
    if not isinstance(x, tf.data.Dataset):
        return x
    spec = x.element_spec
    if not isinstance(spec, tuple) or len(spec) < 2:
        return x
    specs = interface.in_order(spec[1])
    if not any(map(_holds_integers, interface.conditions, specs)):
        return x

    def checked(examples, condition, *rest):
        given = interface.in_order(condition)
        found = [_looked_up(kind, values) for kind, values in zip(interface.conditions, given)]
        found += given[len(found) :]
        if isinstance(condition, dict):
            found = dict(zip((kind.key for kind in interface.conditions), found))
            condition = {**condition, **found}
        else:
            condition = tuple(found) if isinstance(condition, (tuple, list)) else found[0]
        return examples, condition, *rest

    return x.checked(checked) if isinstance(x, Batches) else x.map(checked)


@contextlib.contextmanager
def naming_labels():
    """Says of a label that the data's look-up refuses what is wrong with it."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        refused = _OUT_OF_RANGE.search(str(error))
        if refused is None:
            raise
        raise ValueError(
            f"Labels must lie in [0, {refused[2]}), the classes that the networks know. "
            f"Received: label {refused[1]}"
        ) from error


def _holds_integers(kind, values):
    """Whether values, or what a `tf.TensorSpec` speaks of, are labels by number."""
    if not isinstance(kind, Labels):
        return False
    values = values if hasattr(values, "dtype") else np.asarray(values)
    is_one_hot = tuple(values.shape)[1:] == (kind.classes,)
    return tf.as_dtype(values.dtype).is_integer and not is_one_hot


def _looked_up(kind, values):
    if not _holds_integers(kind, values):
        return values
    # A look-up, not an assertion: on the host, where the data is made, it fails for a label out of
    # range, and it leaves the pipeline without a state.
    classes = tf.range(kind.classes)
    return tf.cast(tf.gather(classes, tf.cast(values, tf.int64)), values.dtype)
