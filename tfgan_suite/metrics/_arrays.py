"""Checks of the arrays and numbers that every metric takes."""

import numbers

import numpy as np


def positive_integer(value, name):
    """Returns `value` as an `int`, or raises a ValueError that names it."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
    return int(value)


def positive_number(value, name):
    """Returns `value` as a `float`, or raises a ValueError that names it."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 < value < float("inf"):
        raise ValueError(f"`{name}` must be a positive finite number. Received: {name}={value!r}")
    return float(value)


def checked_labels(labels, count, num_classes, name):
    """Returns `labels` as an array of integers of shape `[count]` in [0, num_classes), or raises a
    ValueError that names it.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise ValueError(
            f"{name} must be integers of shape [{count}], one for each image. "
            f"Received: shape={labels.shape}, dtype={labels.dtype}"
        )
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"{name} must lie in [0, {num_classes}). "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )
    return labels


def check_finite(array, name):
    """Raises a ValueError that counts the rows of `array` holding NaN or infinity."""
    finite = np.isfinite(array).reshape(len(array), -1).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"`{name}` must be finite. Received: NaN or infinity in "
            f"{np.count_nonzero(~finite)} of {len(finite)} rows (the first is row "
            f"{np.argmin(finite)})"
        )


def finite_matrix(value, name, columns=None):
    """Returns `value` as a finite, non-empty float64 matrix.

    Args:
        value: real numbers of shape `[N, D]`, N and D at least 1.
        name: the argument's name, for the errors.
        columns: the D that is required; any if `None`.

    Raises:
        ValueError: if the rank, D, the type or a value is not as required, or N is 0.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"`{name}` must hold real numbers. Received: dtype={array.dtype}")
    if array.ndim != 2 or (columns is not None and array.shape[1] != columns):
        wanted = "D" if columns is None else columns
        raise ValueError(
            f"`{name}` must have the shape [N, {wanted}]. Received: shape={array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"`{name}` must not be empty. Received: shape={array.shape}")
    array = array.astype(np.float64)
    check_finite(array, name)
    return array
