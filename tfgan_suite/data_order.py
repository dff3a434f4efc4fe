"""The order of minibatches as a function of (seed, epoch): data that can be begun anywhere."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class DataOrder:
    """How minibatches can be begun anywhere: their order is a function of (seed, epoch).

    Attributes:
        batches: minibatches in an epoch; None where they go on across the borders of epochs.
        full_batches: those of them that are full.
        begin: `begin(epoch, batch, limit=None, skip=0)` returns a dataset without end: `epoch` from
            its minibatch `batch` on, then the epochs that follow. Of each epoch the first `skip`
            minibatches are left out, of the others all but the first `limit`; `batch` counts from
            there. Without borders `epoch` is 0, `batch` counts from the beginning, and there is no
            `limit` and no `skip`. All are ints.
    """

    batches: int | None
    full_batches: int | None
    begin: Callable

    def apply(self, function):
        """The order of what `function` makes of a dataset, element by element.

        Args:
            function: turns a dataset into another that has one element for each, in their order.
        """
        begin = self.begin
        return dataclasses.replace(self, begin=lambda *where: function(begin(*where)))

    def take(self, count):
        """The order of `dataset.take(count)`: the first minibatches of each epoch.

        Without borders, each epoch is of the same minibatches: the first ones.
        """
        if count < 0 or (self.batches is not None and count >= self.batches):
            return self
        if self.batches is None:
            return DataOrder(count, count, self._again_and_again(count))

        def begin(epoch, batch, limit=None, skip=0):
            left = count - skip
            return self.begin(epoch, batch, left if limit is None else min(limit, left), skip)

        return DataOrder(count, min(count, self.full_batches), begin)

    def _again_and_again(self, count):
        def begin(epoch, batch, limit=None, skip=0):
            length = count - skip if limit is None else min(limit, count - skip)
            rest = self.begin(0, skip + batch).take(length - batch)
            return rest.concatenate(self.begin(0, skip).take(length).repeat())

        return begin

    def skip(self, count):
        """The order of `dataset.skip(count)`: each epoch without its first minibatches."""
        if self.batches is None:
            if count < 0:
                return DataOrder(0, 0, self.begin)
            return dataclasses.replace(
                self, begin=lambda epoch, batch, *_: self.begin(0, batch + count)
            )
        count = self.batches if count < 0 else min(count, self.batches)

        def begin(epoch, batch, limit=None, skip=0):
            return self.begin(epoch, batch, limit, skip + count)

        return DataOrder(self.batches - count, max(0, self.full_batches - count), begin)

    def repeat(self):
        """The order of `dataset.repeat()`: epochs without borders.

        Returns:
            A `DataOrder`, or None where minibatches that are not full stand between the epochs.
        """
        if self.batches is None:
            return self
        if self.batches != self.full_batches or not self.batches:
            return None

        def begin(epoch, batch, *_):
            return self.begin(*divmod(batch, self.batches))

        return DataOrder(None, None, begin)


def epochs_from(make, epoch, skipped, limit=None, skip=0):
    """Epochs one after the other, without end.

    Args:
        make: `make(epoch, skipped, limit)`, all three scalar int64 tensors, returns one epoch as a
            dataset: its first `limit` elements (-1: all), without the first `skipped` of them.
        epoch: the first.
        skipped: elements left out of the first epoch.
        limit: elements of every epoch, the skipped ones of the first counted; None for all.
        skip: elements left out of every epoch, before those that are counted here.

    Returns:
        A `tf.data.Dataset` of infinite cardinality.
    """
    last = -1 if limit is None else limit + skip

    def one(number):
        left_out = tf.where(number == epoch, tf.cast(skipped, tf.int64), 0) + skip
        return make(number, left_out, tf.cast(last, tf.int64))

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
