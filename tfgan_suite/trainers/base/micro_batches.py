"""Gradients of a batch that does not fit into memory, from one part of it after the other."""

import dataclasses
from typing import Any

import tensorflow as tf

from tfgan_suite.distribution import assign_all, micro_batch


@dataclasses.dataclass
class Promise:
    """Generated examples that do not exist yet: each micro-batch makes its own.

    Attributes:
        generator: the network.
        inputs: what it is called with: a tensor, or a list of tensors.
        states: values of what its calls in training move, when they were promised.
    """

    generator: Any
    inputs: Any
    states: list


def by_micro_batches(step, move, *parts):
    """Calls a move with one micro-batch of a step after the other; see `Step.by_micro_batches`.

    As if each were on a replica of its own: all begin at the same weights and states (BatchNorm
    statistics, seeds, singular vectors), take their own rows of what is drawn for the whole batch,
    and what becomes of the states is their mean. They run one after the other, and of each only
    gradients, states and logits stay.
    """
    count = step.trainer.micro_batches
    moved = [v for network in step.trainer.networks() for v in moved_by(network)]
    starts = {id(v): tf.identity(v.value) for v in moved}
    for part in parts:
        if isinstance(part, Promise):
            starts.update(zip(map(id, moved_by(part.generator)), part.states))
    starts = [starts[id(v)] for v in moved]

    def one(index):
        assign_all(moved, starts)
        part = step.part()
        with micro_batch(index, count):
            tape, mine = None, []
            for given in parts:
                found, rows = _rows_of(given, index, count)
                tape, mine = found or tape, [*mine, rows]
            added, rows = move(part, tape, *mine)
        changes = [v.value - s for v, s in zip(moved, starts) if s.dtype.is_floating]
        notes, statistics = part.found()
        return [added, notes, statistics, changes], rows, part

    # The first tells what all others give.
    first, rows, part = one(0)
    kept = [x is not None for x in tf.nest.flatten(first)]
    sums = _tensors(first, kept)
    arrays = [
        tf.TensorArray(x.dtype, count, element_shape=x.shape).write(0, x)
        for x in tf.nest.flatten(rows)
    ]

    def another(index, sums, arrays):
        more, rows, _ = one(index)
        sums = [a + b for a, b in zip(sums, _tensors(more, kept), strict=True)]
        rows = tf.nest.flatten(rows)
        return index + 1, sums, [a.write(index, x) for a, x in zip(arrays, rows)]

    _, sums, arrays = tf.while_loop(
        lambda index, *_: index < count,
        another,
        (tf.constant(1), sums, arrays),
        parallel_iterations=1,
        maximum_iterations=count - 1,
    )
    sums = iter(sums)
    flat = [next(sums) if is_kept else None for is_kept in kept]
    added, *others = tf.nest.pack_sequence_as(first, flat)
    others = tf.nest.map_structure(lambda x: x / tf.cast(count, x.dtype), others)
    notes, statistics, changes = others
    floats = [(v, s) for v, s in zip(moved, starts) if s.dtype.is_floating]
    assign_all([v for v, _ in floats], [s + c for (_, s), c in zip(floats, changes)])
    step.take(part, notes, statistics)
    return added, tf.nest.pack_sequence_as(rows, [_joined(array) for array in arrays])


def _rows_of(given, index, count):
    """A tape or None, and the rows of a part that belong to a micro-batch."""
    if given is None:
        return None, None
    if not isinstance(given, Promise):
        return None, tf.nest.map_structure(lambda x: _rows(x, index, count), given)
    inputs = tf.nest.map_structure(lambda x: _rows(x, index, count), given.inputs)
    with tf.GradientTape() as tape:
        generated = given.generator(inputs, training=True)
    return tape, generated


def _rows(x, index, count):
    if x.shape[0] is not None:
        check_micro_batches(x.shape[0], count)
    rows = x.shape[0] and x.shape[0] // count
    # A batch that cannot be divided is an error here too, where a slice would lose rows.
    x = tf.reshape(x, tf.concat([[count, rows or -1], tf.shape(x)[1:]], axis=0))
    return tf.ensure_shape(tf.gather(x, index), [rows, *x.shape[2:]])


def check_micro_batches(batch_size, micro_batches, replicas=1):
    """Raises ValueError if a batch cannot be divided equally among replicas and micro-batches."""
    if batch_size is not None and batch_size % (micro_batches * replicas):
        raise ValueError(
            "A minibatch must be divisible into its micro-batches, of which each replica has "
            f"{micro_batches}. Received: batch_size={batch_size}, micro_batches={micro_batches}, "
            f"{replicas} replica(s)"
        )


def moved_by(network):
    """The variables that a network's calls in training move: statistics, and states of seeds."""
    return [
        *statistics_of(network),
        *(g.state for layer in network._flatten_layers() for g in layer._seed_generators),
    ]


def statistics_of(network):
    """The float variables that a network's calls in training move: BatchNorm's and the like."""
    return [
        variable
        for layer in network._flatten_layers()
        if layer.trainable
        for variable in layer._non_trainable_variables
        if "float" in variable.dtype
    ]


def _joined(array):
    """The rows of all items of a TensorArray."""
    stacked = array.stack()  # XLA knows no `concat`
    rows = stacked.shape[0] * stacked.shape[1] if None not in stacked.shape[:2] else -1
    return tf.reshape(stacked, tf.concat([[rows], tf.shape(stacked)[2:]], axis=0))


def _tensors(structure, kept):
    """The tensors of a structure that are not None."""
    flat = [x for x, is_kept in zip(tf.nest.flatten(structure), kept, strict=True) if is_kept]
    return [tf.convert_to_tensor(x) for x in flat]
