"""Replica arithmetic: global batches, random rows that differ per replica, assignments."""

import contextlib
import threading

import tensorflow as tf

from tfgan_suite.latents import stateless_rows
# Replicas are traced in threads of their own: the micro-batch of each is its own affair.
_local = threading.local()


def check_global_batch(batch_size, strategy):
    """Raises ValueError if the global batch cannot be divided equally among the replicas."""
    replicas = strategy.num_replicas_in_sync
    if batch_size is not None and batch_size % replicas:
        raise ValueError(
            f"The global batch size must be divisible by the number of replicas ({replicas}), or "
            "the replicas' gradients would be weighted unequally. "
            f"Received: batch_size={batch_size}"
        )


def share():
    """Which part of the global batch is at hand, of how many: those of replicas, micro-batches.

    Returns:
        The index, a Python or tensor integer, and the Python integer number of equal shares.
    """
    context = tf.distribute.get_replica_context()
    replica, replicas = 0, 1
    if context is not None and context.num_replicas_in_sync > 1:
        replica, replicas = context.replica_id_in_sync_group, context.num_replicas_in_sync
    index, count = getattr(_local, "micro_batch", (0, 1))
    return replica * count + index, replicas * count


@contextlib.contextmanager
def micro_batch(index, count):
    """Within, the rows at hand are the `index`-th of `count` equal parts of the replica's batch."""
    before = getattr(_local, "micro_batch", (0, 1))
    _local.micro_batch = index, count
    try:
        yield
    finally:
        _local.micro_batch = before


def mean_over_replicas(tensors):
    """Means over all replicas of a float tensor, or of a list; differentiable.

    A list takes one exchange for each type of its tensors. Not for use inside `tf.cond` or a loop.
    Where there is one replica, what is given is returned.
    """
    context = tf.distribute.get_replica_context()
    nothing = isinstance(tensors, list) and not tensors
    if nothing or context is None or context.num_replicas_in_sync == 1:
        return tensors
    # Several workers reduce only what has a device, which a constant has not.
    tensors = tf.nest.map_structure(tf.identity, tensors)
    if not isinstance(tensors, list):
        return context.all_reduce(tf.distribute.ReduceOp.MEAN, tensors)
    means = {}
    for dtype in dict.fromkeys(tensor.dtype for tensor in tensors):
        places = [i for i, tensor in enumerate(tensors) if tensor.dtype == dtype]
        of_dtype = [tensors[i] for i in places]
        means |= zip(places, context.all_reduce(tf.distribute.ReduceOp.MEAN, of_dtype))
    return [means[i] for i in range(len(tensors))]


def replica_rows(rows, row_shape, seed, distribution="uniform"):
    """Draws this replica's (and micro-batch's) rows of one global random batch.

    Every replica draws the whole batch from the same seed and keeps its own rows: what the rows
    hold does not depend on the number of replicas, and no two replicas share a row. Meant for small
    rows (latents, interpolation weights).

    Args:
        rows: rows at hand, of this replica or micro-batch (int or scalar tensor).
        row_shape: shape of one row.
        seed: int32 or int64 tensor of shape `[2]`, the same on every replica.
        distribution: `"normal"` or `"uniform"` (on [-1, 1)).

    Returns:
        float32 tensor of shape `[rows, *row_shape]`.
    """
    index, shares = share()
    if shares == 1:
        return stateless_rows([rows, *row_shape], seed, distribution)
    batch = stateless_rows([shares * rows, *row_shape], seed, distribution)
    result = tf.slice(batch, [index * rows] + [0] * len(row_shape), [rows, *row_shape])
    return tf.ensure_shape(result, [rows if isinstance(rows, int) else None, *row_shape])


def assign_all(variables, values):
    """Assigns `values` to Keras `variables`, also inside a replica context.

    Each replica's copy takes the value of its replica. The values should be the same on every
    replica (as functions of synchronized variables are), or made so before a state is saved.
    """
    context = tf.distribute.get_replica_context()
    replicas = context is not None and context.num_replicas_in_sync > 1
    merged = [replicas and variable.aggregation != "none" for variable in variables]
    for variable, value, is_merged in zip(variables, values, merged):
        if not is_merged:
            variable.assign(value)
    if not any(merged):
        return
    # One with an aggregation would aggregate, and what is aggregated could not be in a loop.
    pairs = [pair for *pair, is_merged in zip(variables, values, merged) if is_merged]

    def update(strategy, values):
        for (variable, _), value in zip(pairs, values):
            strategy.extended.update(variable.value, lambda v, new: v.assign(new), args=(value,))

    context.merge_call(update, args=([value for _, value in pairs],))
