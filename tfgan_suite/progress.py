"""Where a training stands, and data that can be begun there."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

_ATTRIBUTE = "_tfgan_suite_order"


@dataclasses.dataclass(frozen=True)
class Position:
    """A point between two steps of a training.

    Attributes:
        epoch: epochs completed.
        step: steps (updates of the generator) done of the epoch that follows.
        data_step: steps' worth of data taken from the data's beginning; None where the data has no
            order of its own.
    """

    epoch: int = 0
    step: int = 0
    data_step: int | None = None


class Restart(Exception):
    """Raised inside `fit` by a callback that has put the trainer back to an earlier state.

    Args:
        position: the `Position` from which `fit` is to go on.
    """

    def __init__(self, position):
        super().__init__(position)
        self.position = position


@dataclasses.dataclass(frozen=True)
class DataOrder:
    """How minibatches can be begun anywhere: their order is a function of (seed, epoch).

    Attributes:
        batches: minibatches in an epoch; None where they go on across the borders of epochs.
        full_batches: those of them that are full.
        begin: `begin(epoch, batch, limit)` returns a dataset without end: `epoch` from its
            minibatch `batch` on, then the epochs that follow, the first `limit` minibatches of
            each. Without borders `epoch` is 0, `batch` counts from the beginning and `limit` is
            None.
        skipped: live dict of what could not be read so far, with the reasons; or None.
    """

    batches: int | None
    full_batches: int | None
    begin: Callable
    skipped: dict | None = None


def with_order(dataset, order):
    """Attaches a `DataOrder` to a dataset; whatever is derived from the dataset has none."""
    setattr(dataset, _ATTRIBUTE, order)
    return dataset


def order_of(dataset):
    """The `DataOrder` of a dataset, or None."""
    return getattr(dataset, _ATTRIBUTE, None)


def epochs_from(make, epoch, skipped, limit=None):
    """Epochs one after the other, without end.

    Args:
        make: `make(epoch, skipped, limit)`, all three scalar int64 tensors, returns one epoch as a
            dataset: `limit` elements, the first `skipped` of them left out.
        epoch: the first.
        skipped: elements left out of the first epoch.
        limit: elements of every epoch; None for all.

    Returns:
        A `tf.data.Dataset` of infinite cardinality.
    """

    def one(number):
        left_out = tf.where(number == epoch, tf.constant(skipped, tf.int64), 0)
        return make(number, left_out, tf.constant(-1 if limit is None else limit, tf.int64))

    numbers = tf.data.Dataset.range(epoch, tf.int64.max)
    endless = numbers.flat_map(tf.autograph.experimental.do_not_convert(one))
    return endless.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))


def shuffled(dataset, size, seed, epoch):
    """Shuffles a dataset as is right for one epoch: a function of (seed, epoch) alone.

    Args:
        dataset: a `tf.data.Dataset`.
        size: of the buffer.
        seed: integer.
        epoch: scalar int64 tensor.
    """
    pair = tf.stack([tf.constant(seed, tf.int64), epoch])
    keys = tf.random.stateless_uniform([2], pair, minval=1, maxval=2**31 - 1, dtype=tf.int64)
    spec = dataset.element_spec
    # `Dataset.shuffle` adds the global seed to its own, and inside a function makes a stateful
    # operation, with which no iterator can be saved.
    variant = tf.raw_ops.ShuffleDataset(
        input_dataset=tf.data.experimental.to_variant(dataset),
        buffer_size=tf.constant(size, tf.int64),
        seed=keys[0],
        seed2=keys[1],
        output_types=[s.dtype for s in tf.nest.flatten(spec)],
        output_shapes=[s.shape for s in tf.nest.flatten(spec)],
        reshuffle_each_iteration=False,
    )
    return tf.data.experimental.from_variant(variant, spec)


def remaining(limit, skipped):
    """Argument of `take` after `skip(skipped)`, of a limit that is -1 for none."""
    return tf.where(limit < 0, limit, tf.maximum(limit - skipped, 0))
