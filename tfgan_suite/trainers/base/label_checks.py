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
from tfgan_suite.fields import refused_shape
from tfgan_suite.trainers.base.value_checks import refused_values

# What TensorFlow says, on a CPU, of an index for which a table has no row.
_OUT_OF_RANGE = re.compile(r"\] = (-?\d+) is not in \[0, (\d+)\)")


def with_checked_conditions(trainer, x, y, groups=1):
    """Data whose labels, where it has them, are checked on their way, and in one form.

    Args:
        trainer: the trainer, whose networks are told the conditions that the data hold.
        x, y: as `fit` takes them.
        groups: minibatches in one batch of them.

    Returns:
        `(x, y)`.

    Raises:
        ValueError: if a label in the array `y` is out of range.
    """
    interface = trainer.interface
    if not any(kind.has_forms for kind in interface.conditions):
        return x, y
    tensors = interface.inputs_of(trainer.networks())

    def in_one_form(given):
        known = zip(interface.conditions, given, tensors)
        return [k.in_one_form(v, t) if groups == 1 else v for k, v, t in known]

    given = interface.in_order(y)
    if given:
        for index, (kind, tensor) in enumerate(zip(interface.conditions, tensors)):
            if kind.has_forms and index < len(given):
                values = given[index] = np.asarray(given[index])
                if _holds_integers(kind, values):
                    check_labels(values, kind.classes)
                if groups == 1:
                    given[index] = np.asarray(kind.in_one_form(values, tensor))
        y = interface.like_given(y, given)
    spec = x.element_spec if isinstance(x, tf.data.Dataset) else None
    if not isinstance(spec, tuple) or len(spec) < 2:
        return x, y
    specs = interface.in_order(spec[1])
    if not all(isinstance(one, tf.TensorSpec) and one.shape.rank for one in specs):
        return x, y

    def checked(examples, condition, *rest):
        given = interface.in_order(condition)
        found = [_looked_up(kind, values) for kind, values in zip(interface.conditions, given)]
        return examples, interface.like_given(condition, in_one_form(found)), *rest

    return x.checked(checked) if isinstance(x, Batches) else x.map(checked), y


@contextlib.contextmanager
def naming_refusals():
    """Says of a label or a shape that is refused within a graph what is wrong with it."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        known = refused_shape(str(error)) or refused_values(str(error))
        if known:
            raise ValueError(known) from error
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
