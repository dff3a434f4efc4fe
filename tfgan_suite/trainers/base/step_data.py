"""The data of `fit`: k minibatches for one step, from any step on."""

import contextlib
import dataclasses
import math
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import provenance
from tfgan_suite.batches import Batches, order_of
from tfgan_suite.data_order import DataOrder, epochs_from, remaining, shuffled
from tfgan_suite.dataset_options import without_autotuner
from tfgan_suite.interface import samples_in_packs


@dataclasses.dataclass
class Steps:
    """The data of a `fit`: one batch for Keras is one step of the trainer.

    Attributes:
        dataset: what Keras takes: a dataset of steps, arrays, or anything else.
        y: the condition where `dataset` is an array.
        batch_size: of one minibatch, or None if unknown.
        per_epoch: steps in an epoch, or None if unknown.
        begin: `begin(n)` returns a dataset without end that leaves out the first n steps, or None
            where the data has no order of its own.
        natural: steps before the order of the data begins anew; None without such borders.
        given: the dataset of minibatches that steps are made of, or None.
    """

    dataset: Any
    y: Any
    batch_size: int | None
    per_epoch: int | None
    begin: Callable | None = None
    natural: int | None = None
    given: tf.data.Dataset | None = None


def prepare_steps(trainer, x, y, options, keep=False):
    """Prepares the data of `fit`.

    With `discriminator_steps` k > 1, k consecutive minibatches are stacked on axis 1: batch first,
    so that a distribution strategy still splits over examples and every replica gets its share of
    each minibatch. With k > 1, several replicas or micro-batches, or packs, only full minibatches
    are used: a smaller one could not be stacked, might leave a replica with no image at all, and
    need not be of whole packs.

    Args:
        trainer: the trainer.
        x, y: as `fit` takes them.
        options: the other arguments of `fit`; those that are used up here are taken out.
        keep: whether the training is to be kept by checkpoints, and the order of arrays must
            therefore be known.

    Returns:
        A `Steps`.

    Raises:
        ValueError: if k > 1 and the data is neither a dataset nor arrays, or an epoch of it has
            fewer than k minibatches.
    """
    k = trainer.discriminator_steps
    shares = trainer.distribute_strategy.num_replicas_in_sync * trainer.micro_batches
    packed = any(samples_in_packs(network) > 1 for network in trainer.networks())
    only_full = k > 1 or shares > 1 or packed
    batch_size = None
    if _is_array(x):
        batch_size = 32 if options.get("batch_size") is None else options["batch_size"]
        if batch_size < 1:
            raise ValueError(f"`batch_size` must be positive. Received: batch_size={batch_size}")
        if not only_full and not keep:
            return Steps(x, y, batch_size, None)
        x = _arrays_to_dataset(trainer, x, y, batch_size, options, only_full)
        y = None
    elif not isinstance(x, tf.data.Dataset):
        if k > 1:
            raise ValueError(
                f"`discriminator_steps={k}` takes a tf.data.Dataset or arrays as x. "
                f"Received: x of type {type(x).__name__}"
            )
        return Steps(x, y, None, options.get("steps_per_epoch"))
    options["shuffle"] = False  # a dataset shuffles by itself; Keras would warn
    order = order_of(x)
    batch_size = batch_size or _static_batch_size(x)
    incomplete = only_full and batch_size is None
    if incomplete:
        batch_size = first_batch_size(x)

    def grouped(dataset):
        if incomplete:
            dataset = _full_minibatches(dataset, batch_size)
        return without_autotuner(by_examples(_stack(dataset, k) if k > 1 else dataset))

    dataset = grouped(x)
    batches = None if order is None else order.full_batches if only_full else order.batches
    if dataset.cardinality() == 0 or (batches is not None and batches < k):
        raise ValueError(
            f"An epoch must have at least discriminator_steps={k} full minibatches. Use a "
            "smaller batch, or `.repeat()` the dataset and give `steps_per_epoch`. "
            f"Received: a dataset with fewer than {k} minibatches of {batch_size}"
        )
    if order is None:
        natural = int(dataset.cardinality()) if dataset.cardinality() > 0 else None
        per_epoch = options.get("steps_per_epoch") or natural
        return Steps(dataset, y, batch_size, per_epoch, given=x)
    natural = None if batches is None else batches // k

    def begin(number):
        epoch, step = (0, number) if natural is None else divmod(number, natural)
        limit = None if natural is None else natural * k
        return grouped(order.begin(epoch, step * k, limit))

    per_epoch = options.get("steps_per_epoch") or natural
    return Steps(dataset, y, batch_size, per_epoch, begin, natural, x)


def by_examples(dataset):
    """Lets workers share out the rows of each batch, not the files that a dataset reads.

    Only so do all of them together see the batches that one device would see.
    """
    policies = tf.data.experimental.AutoShardPolicy
    if dataset.options().experimental_distribute.auto_shard_policy != policies.AUTO:
        return dataset
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = policies.DATA
    return dataset.with_options(options)


def check_equal_rows(x, y):
    """Raises ValueError for two arrays of which one has more rows."""
    if _is_array(x) and _is_array(y) and len(x) != len(y):
        raise ValueError(
            "Arrays for x and y must have a row for each other; of two sets of unequal size make a "
            f"dataset of pairs first. Received: {len(x)} and {len(y)} rows"
        )


def next_data_step(trainer, steps):
    """Where the data of a new `fit` begins: after what the trainer has seen, at a natural border.

    Every `fit` so has another order, also where each is one of many.
    """
    if steps.begin is None:
        return None
    done = int(keras.ops.convert_to_numpy(trainer.step))
    return done if steps.natural is None else -(-done // steps.natural) * steps.natural


def check_can_be_kept(steps, steps_per_execution):
    """Raises ValueError for data in the middle of which a training could not go on."""
    if not isinstance(steps.dataset, tf.data.Dataset):
        raise ValueError(
            "A training kept by checkpoints takes its data as a tf.data.Dataset or as arrays. "
            f"Received: x of type {type(steps.dataset).__name__}"
        )
    if steps.per_epoch is None:
        raise ValueError(
            "A training kept by checkpoints must know the length of an epoch: give "
            "`steps_per_epoch`, or apply tf.data.experimental.assert_cardinality. "
            f"Received: a dataset of cardinality {int(steps.dataset.cardinality())}"
        )
    check_whole_executions(steps, steps_per_execution, "A training kept by checkpoints")


def check_whole_executions(steps, steps_per_execution, who):
    """Raises ValueError unless an epoch is known to be of whole executions, as `who` must have."""
    if steps.per_epoch is None or steps.per_epoch % steps_per_execution:
        raise ValueError(
            f"{who} must have whole executions in an epoch: choose `steps_per_execution` so that "
            "it divides the steps, and give `steps_per_epoch` where they are unknown. Received: "
            f"steps_per_execution={steps_per_execution}, steps per epoch: {steps.per_epoch}"
        )


def first_batch_size(x, batch_size=None):
    """Rows of the first batch that Keras will make of `x`; None if that cannot be told."""
    if _is_array(x):
        return min(batch_size or 32, len(x))
    if not isinstance(x, tf.data.Dataset):
        return None
    if _static_batch_size(x) is not None:
        return _static_batch_size(x)
    first = tf.nest.flatten(next(iter(x.take(1)), ()))
    return first[0].shape[0] if first and first[0].shape.rank else None


@contextlib.contextmanager
def expected_end_of_data(x, options):
    """Silences Keras's warning where a dataset of unknown length comes to its natural end."""
    unknown = isinstance(x, tf.data.Dataset) and x.cardinality() == tf.data.UNKNOWN_CARDINALITY
    with warnings.catch_warnings():
        if unknown and options.get("steps_per_epoch") is None:
            warnings.filterwarnings("ignore", "Your input ran out of data", UserWarning)
        yield


def _is_array(x):
    return isinstance(x, np.ndarray) or tf.is_tensor(x)


def _static_batch_size(dataset):
    leading = tf.nest.flatten(dataset.element_spec)[0].shape
    return leading[0] if leading.rank else None


def _full_minibatches(dataset, batch_size):
    """Leaves out the smaller last minibatch of a dataset batched without `drop_remainder`."""

    def is_full(*data):
        return tf.shape(tf.nest.flatten(data)[0])[0] == batch_size

    def with_static_shape(*data):
        data = tf.nest.map_structure(lambda t: tf.ensure_shape(t, [batch_size, *t.shape[1:]]), data)
        return data if len(data) > 1 else data[0]

    return dataset.filter(is_full).map(with_static_shape)


def _stack(dataset, k):
    """Stacks k minibatches on axis 1; an incomplete last group is left out of the epoch."""

    def batch_first(tensor):
        return tf.transpose(tensor, [1, 0, *range(2, tensor.shape.rank)])

    def stacked(*data):
        data = tf.nest.map_structure(batch_first, data)
        return data if len(data) > 1 else data[0]

    groups = dataset.batch(k, drop_remainder=True)
    return groups.map(stacked).prefetch(2)


def _arrays_to_dataset(trainer, x, y, batch_size, options, only_full):
    """Arrays as shuffled minibatches, with Keras's meaning of the options of `fit`."""
    options.pop("batch_size", None)
    split = options.pop("validation_split", 0.0)
    arrays = (x,) if y is None else (x, y)
    if split and options.get("validation_data") is None:
        kept = int(len(x) * (1.0 - split))
        held_out = tuple(a[kept:] for a in arrays)
        options["validation_data"] = held_out if len(held_out) > 1 else held_out[0]
        options.setdefault("validation_batch_size", batch_size)
        arrays = tuple(a[:kept] for a in arrays)
    rows = len(arrays[0])
    examples = tf.data.Dataset.from_tensor_slices(arrays if y is not None else arrays[0])
    shuffle = options.pop("shuffle", True)

    def one_epoch(epoch, skipped, limit):
        data = shuffled(examples, rows, trainer.seed, epoch) if shuffle else examples
        batches = data.skip(skipped * batch_size).batch(batch_size, drop_remainder=only_full)
        return batches.take(remaining(limit, skipped))

    full = rows // batch_size
    order = DataOrder(
        full if only_full else math.ceil(rows / batch_size),
        full,
        lambda *where: epochs_from(one_epoch, *where),
    )
    return Batches(
        examples.batch(batch_size, drop_remainder=only_full),
        order,
        name="the arrays",
        provenance=lambda: {
            "source": provenance.of_arrays(**dict(zip(("x", "y"), arrays))),
            "options": {"shuffle": bool(shuffle)},
        },
    )
