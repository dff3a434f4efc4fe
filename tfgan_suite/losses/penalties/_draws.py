"""Random numbers of penalties: functions of a seed and of the row's place in the global batch."""

import tensorflow as tf

from tfgan_suite.distribution import replica_rows


def as_seed(seed):
    """`seed` as a tensor; a new one, from Keras's global seed, for None."""
    if seed is None:
        return tf.random.uniform([2], maxval=tf.int32.max, dtype=tf.int32)
    return tf.convert_to_tensor(seed)


def other_seed(seed, index):
    """The `index`-th of the seeds that follow from one seed."""
    return seed + tf.constant([7919 * index, 0], seed.dtype)


def rows_like(tensor, row_shape, seed, distribution):
    """A random row for each row of `tensor`, different on every replica: see `replica_rows`."""
    rows = replica_rows(tensor.shape[0] or tf.shape(tensor)[0], row_shape, seed, distribution)
    return tf.cast(rows, tensor.dtype)
