"""What `fit` does beyond Keras's: k minibatches for one step, and the speed in the logs."""

import contextlib
import time
import warnings

import keras
import numpy as np
import tensorflow as tf


class Throughput(keras.callbacks.Callback):
    """Adds to each epoch's logs: learning rates of both players and real images per second.

    The first step of an epoch is not counted: in the first epoch it holds the tracing.

    Args:
        images_per_step: real images in one step over all replicas, or None if unknown.
    """

    async_safe = True  # keeps Keras's own batch hooks off the training thread

    def __init__(self, images_per_step):
        super().__init__()
        self.images_per_step = images_per_step

    def on_epoch_begin(self, epoch, logs=None):
        self._ends = []

    def on_train_batch_end(self, batch, logs=None):
        # (step, time) of the first and of the last step so far.
        self._ends[1:] = [(batch, time.perf_counter())]

    def on_epoch_end(self, epoch, logs=None):
        if not self._ends:
            raise ValueError(
                "An epoch must have at least discriminator_steps="
                f"{self.model.discriminator_steps} full minibatches. Received: data too small for "
                "a single step"
            )
        logs["learning_rate"] = _learning_rate(self.model.optimizer)
        logs["discriminator_learning_rate"] = _learning_rate(self.model.discriminator_optimizer)
        if self.images_per_step is not None and len(self._ends) == 2:
            (first, start), (last, end) = self._ends
            logs["images_per_second"] = (last - first) * self.images_per_step / (end - start)


def _learning_rate(optimizer):
    # `float(...)` alone refuses the variables of a distribution strategy.
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))


def group_minibatches(trainer, x, y, options):
    """Prepares the data of `fit`, so that one batch for Keras is one step of the trainer.

    With `discriminator_steps` k > 1, k consecutive minibatches are stacked on axis 1: batch first,
    so that a distribution strategy still splits over examples and every replica gets its share of
    each minibatch. With k > 1, or with several replicas, only full minibatches are used: a smaller
    one could not be stacked, and might leave a replica with no image at all.

    Returns:
        `(x, y, options, batch_size)`; `batch_size` is that of one minibatch, or None if unknown.

    Raises:
        ValueError: if k > 1 and the data is neither a dataset nor arrays, or an epoch of it has
            fewer than k minibatches.
    """
    k = trainer.discriminator_steps
    only_full = k > 1 or trainer.distribute_strategy.num_replicas_in_sync > 1
    if _is_array(x):
        batch_size = 32 if options.get("batch_size") is None else options["batch_size"]
        if batch_size < 1:
            raise ValueError(f"`batch_size` must be positive. Received: batch_size={batch_size}")
        if not only_full:
            return x, y, options, batch_size
        x, options = _arrays_to_dataset(trainer, x, y, batch_size, dict(options))
        y = None
    elif not isinstance(x, tf.data.Dataset):
        if k > 1:
            raise ValueError(
                f"With discriminator_steps={k}, `fit` takes a tf.data.Dataset or arrays, whose "
                f"minibatches it can group. Received: x of type {type(x).__name__}"
            )
        return x, y, options, None
    options = {**options, "shuffle": False}  # a dataset shuffles by itself; Keras would warn
    batch_size = _static_batch_size(x)
    if only_full and batch_size is None:
        batch_size = first_batch_size(x)
        x = _full_minibatches(x, batch_size)
    if k > 1:
        x = _stack(x, k)
    if x.cardinality() == 0:
        raise ValueError(
            f"An epoch must have at least discriminator_steps={k} full minibatches. Use a "
            "smaller batch, or `.repeat()` the dataset and give `steps_per_epoch`. "
            f"Received: a dataset with fewer than {k} minibatches of {batch_size}"
        )
    return x, y, options, batch_size


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


def _arrays_to_dataset(trainer, x, y, batch_size, options):
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
    dataset = tf.data.Dataset.from_tensor_slices(arrays if y is not None else arrays[0])
    if options.pop("shuffle", True):
        # Another order in every epoch, also where each is a `fit` of its own.
        seed = trainer.seed + int(keras.ops.convert_to_numpy(trainer.step))
        dataset = dataset.shuffle(len(arrays[0]), seed=seed, reshuffle_each_iteration=True)
    return dataset.batch(batch_size, drop_remainder=True), options
