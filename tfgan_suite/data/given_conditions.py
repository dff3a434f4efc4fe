"""Labels and attributes as users give them, and the condition that they are."""

import numpy as np

from tfgan_suite.conditions import Attributes, Labels


def one_row_each(values, count):
    """Labels or attributes as an array, integers `[N]` where they are labels.

    Args:
        values: integer labels `[N]` or `[N, 1]`; or `[N, K]` of 0 and 1, of any dtype: one-hot
            labels if every row has a single 1 and K > 1, else attributes.
        count: N.

    Returns:
        An integer array `[N]`, or a float32 array `[N, K]`.

    Raises:
        ValueError: if they are anything else, or not N of them.
    """
    values = np.asarray(values)
    rows, integers = values.shape[:1] == (count,), np.issubdtype(values.dtype, np.integer)
    if rows and integers and values.shape[1:] in ((), (1,)):
        return values.reshape(count)
    if not rows or values.ndim != 2 or values.shape[1] < 1 or not _of_zeros_and_ones(values):
        raise ValueError(
            f"Labels must be one integer for each of the {count} images, (N,) or (N, 1), or one-hot "
            "rows (N, K); attributes rows (N, K) of 0 and 1. "
            f"Received: labels of shape {values.shape} and dtype {values.dtype}"
        )
    values = values.astype(np.float32)
    if values.shape[1] > 1 and (values.sum(axis=1) == 1.0).all():
        return values.argmax(axis=1).astype(np.int32)
    return values


def _of_zeros_and_ones(values):
    numeric = values.dtype == bool or np.issubdtype(values.dtype, np.number)
    return numeric and bool(np.isin(values, (0, 1)).all())


def with_condition(values, names=None, classes=None):
    """What `one_row_each` returns, as pipelines have it, and what it is.

    Args:
        values: integer labels `[N]`, or attributes `[N, K]`.
        names: of the classes or attributes; None without.
        classes: number of classes; None for that of the names, else of the labels.

    Returns:
        `(values, condition)`: int32 labels and their `Labels`, or float32 attributes and their
        `Attributes`; each with the frequencies in the data.

    Raises:
        ValueError: if a label is negative.
    """
    if len(values.shape) > 1:
        return values.astype(np.float32), Attributes.fit(values, names)
    if values.min() < 0:
        raise ValueError(f"Labels count from 0. Received: a label of {int(values.min())}")
    classes = classes or (len(names) if names else int(values.max()) + 1)
    shares = np.bincount(values, minlength=classes) / len(values)
    return values.astype(np.int32), Labels(classes, names, shares)
