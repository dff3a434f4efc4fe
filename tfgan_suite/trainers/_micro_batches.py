"""Gradients of a batch that does not fit into memory, from one part of it after the other."""

import dataclasses
from typing import Any

import tensorflow as tf

from tfgan_suite.distribution import assign_all, micro_batch


@dataclasses.dataclass
class Promise:
    """Generated images that do not exist yet: each micro-batch makes its own, where it needs them.

    Attributes:
        generator: the network.
        inputs: what it is called with: a tensor, or a list of tensors.
        states: values of what its calls in training move, when the images were promised.
    """

    generator: Any
    inputs: Any
    states: list


class MicroBatches:
    """Mixin of `Play`: an update by the mean gradient of `micro_batches` equal parts of a batch.

    As if each were on a replica of its own: all begin at the same weights and states (BatchNorm
    statistics, seeds, singular vectors), take their own rows of what is drawn for the whole batch,
    and what becomes of the states is their mean. They run one after the other, and of each only
    gradients, states and logits stay.
    """

    micro_batches = 1

    def generated(self, generator, inputs, after=()):
        """What a generator makes of inputs in training, and the tape that leads to it.

        Args:
            generator: one of the networks.
            inputs: a tensor, or a list of tensors.
            after: tensors that must be there before.

        Returns:
            `(images, tape)`, or, where there are micro-batches, `(promise, None)`.
        """
        if self.micro_batches > 1:
            states = [tf.identity(v.value) for v in moved_by(generator)]
            return Promise(generator, inputs, states), None
        with tf.GradientTape() as tape, tf.control_dependencies(list(after)):
            images = generator(inputs, training=True)
        return images, tape

    def by_micro_batches(self, move, tape, *parts):
        """Calls a move with each micro-batch of a batch; with the batch itself if it is not split.

        Args:
            move: function of a tape and of the parts. Returns a structure of what is to be added
                up (gradients of a micro-batch's share of the loss, of which some may be None), and
                one of tensors with a row for each of the batch. It updates no weight.
            tape: what leads to the generated images among the parts, where they are there; a
                promise brings its own.
            *parts: tensors with a row for each of the batch, promises, None.

        Returns:
            Both structures, of the whole batch.
        """
        count = self.micro_batches
        if count == 1:
            return move(tape, *parts)
        networks = [getattr(self, name) for name in self.network_names]
        moved = [v for network in networks for v in moved_by(network)]
        starts = {id(v): tf.identity(v.value) for v in moved}
        for part in parts:
            if isinstance(part, Promise):
                starts.update(zip(map(id, moved_by(part.generator)), part.states))
        starts = [starts[id(v)] for v in moved]
        draw = self.next_draw()

        def one(index):
            assign_all(moved, starts)
            with micro_batch(index, count), self.notes_from(draw) as notes:
                tape, mine = None, []
                for part in parts:
                    found, part = self._part(part, index)
                    tape, mine = found or tape, [*mine, part]
                added, rows = move(tape, *mine)
            changes = [v.value - s for v, s in zip(moved, starts) if s.dtype.is_floating]
            return [added, notes, changes], rows

        # The first tells what all others give.
        first, rows = one(0)
        kept = [x is not None for x in tf.nest.flatten(first)]
        sums = _tensors(first, kept)
        arrays = [
            tf.TensorArray(x.dtype, count, element_shape=x.shape).write(0, x)
            for x in tf.nest.flatten(rows)
        ]

        def another(index, sums, arrays):
            more, rows = one(index)
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
        notes, changes = tf.nest.map_structure(lambda x: x / tf.cast(count, x.dtype), others)
        floats = [(v, s) for v, s in zip(moved, starts) if s.dtype.is_floating]
        assign_all([v for v, _ in floats], [s + c for (_, s), c in zip(floats, changes)])
        self.take_notes(notes)
        return added, tf.nest.pack_sequence_as(rows, [_joined(array) for array in arrays])

    def _part(self, part, index):
        """A tape or None, and the rows of a part that belong to a micro-batch."""
        if part is None:
            return None, None
        if not isinstance(part, Promise):
            return None, self._rows(part, index)
        inputs = tf.nest.map_structure(lambda x: self._rows(x, index), part.inputs)
        with tf.GradientTape() as tape:
            images = part.generator(inputs, training=True)
        return tape, images

    def _rows(self, x, index):
        if x.shape[0] is not None:
            check_micro_batches(x.shape[0], self.micro_batches)
        rows = x.shape[0] and x.shape[0] // self.micro_batches
        # A batch that cannot be divided is an error here too, where a slice would lose rows.
        x = tf.reshape(x, tf.concat([[self.micro_batches, rows or -1], tf.shape(x)[1:]], axis=0))
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
