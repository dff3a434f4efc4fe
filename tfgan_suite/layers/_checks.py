"""What the layers share: checks of options and of input shapes."""

import tensorflow as tf


def positive(name, value):
    """Returns `value` as a float if it is a positive number; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ValueError(f"`{name}` must be a positive number. Received: {name}={value!r}")
    return float(value)


def fraction(name, value):
    """Returns `value` as a float if it is in [0, 1]; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"`{name}` must be in [0, 1]. Received: {name}={value!r}")
    return float(value)


def feature_maps(layer, shape, fixed=(3,)):
    """Returns `shape` as a tuple if it is that of feature maps, `(N, H, W, C)`.

    Args:
        layer: the layer that asks, for the message.
        shape: what its `build` was given.
        fixed: axes whose size must be known.

    Raises:
        ValueError: if the rank is not 4 or a fixed axis is unknown.
    """
    shape = tuple(shape)
    if len(shape) != 4 or any(isinstance(s, (tuple, list)) for s in shape):
        raise ValueError(
            f"{type(layer).__name__} takes images or feature maps of shape (N, H, W, C). "
            f"Received: input_shape={shape}"
        )
    if any(shape[axis] is None for axis in fixed):
        names = ", ".join("NHWC"[axis] for axis in fixed)
        raise ValueError(
            f"{type(layer).__name__} must know {names} of its (N, H, W, C) input when it is built. "
            f"Received: input_shape={shape}"
        )
    return shape


def two_shapes(layer, input_shape, names):
    """Returns both shapes of a layer that is called with a list of two tensors.

    Args:
        layer: the layer that asks, for the message.
        input_shape: what its `build` was given.
        names: of the two inputs, for the message.

    Raises:
        ValueError: if there are not two.
    """
    shapes = list(input_shape)
    if len(shapes) != 2 or not all(isinstance(s, (tuple, list)) for s in shapes):
        raise ValueError(
            f"{type(layer).__name__} is called with a list [{', '.join(names)}]. "
            f"Received: input_shape={input_shape}"
        )
    return tuple(tuple(shape) for shape in shapes)


def sizes(x):
    """Shape of `x` as a list: integers where they are known, scalar tensors elsewhere."""
    dynamic = tf.shape(x)
    return [dynamic[axis] if size is None else size for axis, size in enumerate(x.shape)]
