"""Conditions of layers: class labels, looked up in a table, or vectors, mapped linearly."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._random import seed_of
from tfgan_suite.layers.spectral_normalization import SpectralNormalization


def check_num_classes(num_classes):
    """Returns `num_classes`; raises ValueError unless it is None or a positive integer."""
    return num_classes if num_classes is None else positive_int("num_classes", num_classes)


def condition_map(layer, condition_shape, units, initializer, normalized, name):
    """Builds the linear map of `layer`'s condition to vectors of `units` components.

    Args:
        layer: has `num_classes`, an int (labels) or None (vectors), and `dtype_policy`.
        condition_shape: of the condition: `(N,)` or `(N, 1)` for labels, `(N, D)` for vectors.
        units: components of the result.
        initializer: of the map.
        normalized: whether to wrap the map in `SpectralNormalization`.
        name: name of the map.

    Raises:
        ValueError: if the condition has another shape.
    """
    labels = layer.num_classes is not None
    shape = tuple(condition_shape)
    if labels and not (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)):
        raise ValueError(
            f"{type(layer).__name__} with num_classes={layer.num_classes} takes integer labels of "
            "shape (N,) or (N, 1); for one-hot labels and other vectors use num_classes=None. "
            f"Received: a condition of shape {shape}"
        )
    if not labels and (len(shape) != 2 or shape[1] is None):
        raise ValueError(
            f"{type(layer).__name__} without num_classes takes condition vectors of shape (N, D); "
            f"for integer labels give num_classes. Received: a condition of shape {shape}"
        )
    options = {"dtype": layer.dtype_policy, "name": name}
    if labels:
        result = keras.layers.Embedding(
            layer.num_classes, units, embeddings_initializer=initializer, **options
        )
    else:
        result = keras.layers.Dense(
            units, use_bias=False, kernel_initializer=initializer, **options
        )
    if normalized:
        result = SpectralNormalization(
            result, seed=seed_of(initializer), name=f"{name}_normalized"
        )
    result.build((None,) if labels else (None, shape[1]))
    return result


def as_condition(layer, condition):
    """Labels as int32 `[N]`, vectors as they are.

    Raises:
        ValueError: if labels are not integers.
    """
    if layer.num_classes is None:
        return condition
    if not condition.dtype.is_integer:
        raise ValueError(
            f"Labels must be integers in [0, num_classes={layer.num_classes}): declare them by "
            f"keras.Input((), dtype='int32'). Received: labels of dtype {condition.dtype.name}"
        )
    return tf.cast(tf.reshape(condition, [-1]), tf.int32)
