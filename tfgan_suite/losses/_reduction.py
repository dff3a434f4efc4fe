"""What the loss functions share: precision, weights of examples, reductions, shape checks."""

import tensorflow as tf

# How weighted values become a loss, under TensorFlow's and TF-GAN's names.
REDUCTIONS = tf.compat.v1.losses.Reduction.all()
DEFAULT_REDUCTION = tf.compat.v1.losses.Reduction.SUM_BY_NONZERO_WEIGHTS

# A sum depends on the size of the batch and on the number of replicas, and trainers minimize
# scalars: the classes offer the means.
MEANS = ("weighted_sum_by_nonzero_weights", "weighted_mean", "weighted_sum_over_batch_size")


def as_float32(arguments):
    """Casts the half-precision tensors among `arguments`; the rest, None too, stay as they are."""
    return [
        tf.cast(a, tf.float32) if getattr(a, "dtype", None) in (tf.float16, tf.bfloat16) else a
        for a in arguments
    ]


def at_least_float32(tensor):
    """Half-precision tensors as float32, float32 and float64 as they are."""
    return as_float32([tf.convert_to_tensor(tensor)])[0]


def check_reduction(reduction, known=REDUCTIONS):
    """Returns `reduction` if it is one of `known`; raises ValueError otherwise."""
    if reduction not in known:
        raise ValueError(f"`reduction` must be one of {known}. Received: reduction={reduction!r}")
    return reduction


def check_same_shape(first, second, names):
    """Raises ValueError if two tensors cannot have the same shape."""
    if not first.shape.is_compatible_with(second.shape):
        raise ValueError(
            f"`{names[0]}` and `{names[1]}` must have the same shape. "
            f"Received: {names[0]}.shape={tuple(first.shape)}, "
            f"{names[1]}.shape={tuple(second.shape)}"
        )


def example_weights(weights, values, name="weights"):
    """Weights in a shape that broadcasts to `values` as it is meant.

    Args:
        weights: a number; a vector `[N]`, one weight for each example; or a tensor of the rank of
            `values` with every dimension 1 or as theirs (TF-GAN's rule).
        values: tensor `[N, ...]`.
        name: what the error calls the weights.

    Raises:
        ValueError: if the shape is none of these.
    """
    weights = tf.cast(weights, tf.float32)
    shape, wanted = weights.shape, values.shape
    if shape.rank == 1 and wanted.rank > 1 and shape[:1].is_compatible_with(wanted[:1]):
        return tf.reshape(weights, [-1] + [1] * (wanted.rank - 1))
    fits = shape.rank == 0 or shape.rank == wanted.rank and all(
        a is None or b is None or a in (1, b) for a, b in zip(shape, wanted)
    )
    if not fits:
        raise ValueError(
            f"`{name}` must be a number, have one entry for each example, or broadcast to the "
            f"losses of shape {tuple(wanted)}. Received: {name}.shape={tuple(shape)}"
        )
    return weights


def weighted(values, weights=1.0, reduction=DEFAULT_REDUCTION, name="weights"):
    """Weighs and reduces `values` `[N, ...]` as TF-GAN does.

    Args:
        values: losses of the examples.
        weights: see `example_weights`.
        reduction: `"none"`; `"weighted_sum"`; `"weighted_mean"` (the sum over the sum of the
            weights); `"weighted_sum_over_batch_size"` (over the number of values); or
            `"weighted_sum_by_nonzero_weights"` (over the number of weights that are not zero).
        name: what errors call the weights.

    Raises:
        ValueError: if the weights do not fit or the reduction is unknown.
    """
    check_reduction(reduction)
    # TensorFlow's `compute_weighted_loss` rounds float64 to float32 on its way.
    weights = tf.cast(example_weights(weights, values, name), values.dtype)
    weights = tf.broadcast_to(weights, tf.shape(values))
    if reduction == "none":
        return weights * values
    total = tf.reduce_sum(weights * values)
    if reduction == "weighted_sum":
        return total
    divisor = {
        "weighted_mean": lambda: tf.reduce_sum(weights),
        "weighted_sum_over_batch_size": lambda: tf.size(values),
        "weighted_sum_by_nonzero_weights": lambda: tf.math.count_nonzero(weights),
    }[reduction]()
    return tf.math.divide_no_nan(total, tf.cast(divisor, values.dtype))
