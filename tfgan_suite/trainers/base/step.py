"""One step of a training, as a value that its `train_step` makes, asks and ends."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.distribution import assign_all, replica_rows
from tfgan_suite.trainers.base.averaging import rate_of_average
from tfgan_suite.trainers.base.log_means import exchanged
from tfgan_suite.trainers.base.micro_batches import (
    Promise,
    by_micro_batches,
    moved_by,
    statistics_of,
)

# Seeds of one step's draws: `[seed, step * _DRAWS_PER_STEP + draw]`.
_DRAWS_PER_STEP = 4096


class Part:
    """What a move may ask of a step, or of one of the micro-batches of a step.

    Args:
        number: the steps before this one, an int64 scalar.
        seed: that of the training, an int64 scalar.
        draws: random draws before the next one.

    Attributes:
        notes: dict of what is to be logged, a list of float32 scalars for each name.
    """

    def __init__(self, number, seed, draws):
        self.number, self.seed, self.draws = number, seed, draws
        self.notes = {}
        self._memories = []

    def next_seed(self):
        """Seed (int64 `[2]`) of the next random draw: a function of (seed, step), so that a resumed
        run draws what an uninterrupted one would have drawn.
        """
        draw = self.number * _DRAWS_PER_STEP + self.draws
        self.draws += 1
        return tf.stack([self.seed, draw])

    def draw(self, like, row_shape, distribution="normal"):
        """Draws a random row for each row of a tensor; others on every replica and micro-batch.

        Args:
            like: tensor whose first axis is the batch at hand.
            row_shape: list of ints, the shape of one row.
            distribution: `"normal"`, `"uniform"` (on [-1, 1)) or a prior of `tfgan_suite.latents`.

        Returns:
            float32 tensor of shape `[N, *row_shape]`.
        """
        rows = like.shape[0] or tf.shape(like)[0]
        return replica_rows(rows, row_shape, self.next_seed(), distribution)

    def note(self, values):
        """Keeps scalars for the logs of this step: means over its updates where there are more."""
        for name, value in values.items():
            self.notes.setdefault(name, []).append(tf.cast(value, tf.float32))

    def penalize(self, penalty, player, *arguments, **known):
        """A penalty's part in this update: 0 where lazy regularization skips it.

        Args:
            penalty: a `losses.Penalty`.
            player: the penalized `Player`, whose updates are counted.
            *arguments: what the penalty is called with.
            **known: keywords of the call.
        """
        seed = self.next_seed()

        def due():
            value, statistics = penalty.compute(
                *arguments, seed=seed, step=self.number, **known
            )
            return [penalty.interval * tf.cast(value, tf.float32), *statistics]

        if penalty.interval == 1:
            value, *statistics = due()
        else:
            value, *statistics = tf.cond(
                player.is_due(penalty),
                due,
                lambda: [tf.zeros([]), *penalty.no_statistics()],
            )
        self.remember(penalty, player, statistics)
        return value

    def remember(self, penalty, player, statistics):
        """Keeps the statistics of a penalty until those of all micro-batches are there."""
        self._memories.append((penalty, player, statistics))

    def found(self):
        """Its notes, and the statistics of its penalties: what is averaged over micro-batches."""
        return self.notes, [statistics for *_, statistics in self._memories]

    def penalized(self):
        """Pairs `(penalty, player)`, one for each of the statistics in `found`."""
        return [(penalty, player) for penalty, player, _ in self._memories]


class Step(Part):
    """One step: k minibatches, seeds and draws, notes for the logs, and the end of it all.

    It lives in one call of `train_step`, on one replica, and nowhere else:

        def train_step(self, data):
            step = self.begin(data)
            for x, y in step.minibatches:
                ...
            return step.end()

    A data set of unknown length ends with a step whose data do not come. In it TensorFlow still
    runs whatever does not depend on them: counters would move on and means be divided by one step
    too many. Hence the control dependencies of everything that has a state on the data.

    Args:
        trainer: the trainer.
        data: a batch as Keras hands it over: `[N, ...]`, or `[N, k, ...]` for k > 1 minibatches.

    Attributes:
        minibatches: list of k pairs `(x, y)` of real examples; y is None where the data have none.
    """

    def __init__(self, trainer, data):
        super().__init__(trainer.step.value, trainer.watch.seed(trainer.seed), 0)
        self.trainer = trainer
        self._before = trainer.watch.begin(trainer)
        k = trainer.discriminator_steps
        x, y = trainer.check_batch(*unpack(data), groups=k)
        if k == 1:
            self.minibatches = [(x, y)]
        else:
            self.minibatches = [tf.nest.map_structure(_minibatch(j), (x, y)) for j in range(k)]

    def remember(self, penalty, player, statistics):
        """Hands the statistics of this update to a penalty that has a memory."""
        penalty.remember(statistics, player.is_due(penalty))

    # --- Moves ------------------------------------------------------------------------------

    def generate(self, generator, inputs, after=()):
        """What a generator makes of inputs in training, and the tape that leads to it.

        Args:
            generator: one of the networks.
            inputs: a tensor, or a list of tensors.
            after: tensors that must be there before.

        Returns:
            `(generated, tape)`, or, where there are micro-batches, `(promise, None)`.
        """
        if self.trainer.micro_batches > 1:
            states = [tf.identity(v.value) for v in moved_by(generator)]
            return Promise(generator, inputs, states), None
        with tf.GradientTape() as tape, tf.control_dependencies(list(after)):
            generated = generator(inputs, training=True)
        return generated, tape

    def by_micro_batches(self, move, tape, *parts):
        """Calls a move with each micro-batch of a batch; with the batch itself if it is not split.

        Args:
            move: function of a `Part` (this step, where nothing is split), a tape and the parts.
                Returns a structure of what is to be added up (gradients of a micro-batch's share
                of the loss, of which some may be None), and one of tensors with a row for each of
                the batch. It updates no weight.
            tape: what leads to the generated examples among the parts, where they are there; a
                promise brings its own.
            *parts: tensors with a row for each of the batch, or structures of them; promises;
                None.

        Returns:
            Both structures, of the whole batch.
        """
        if self.trainer.micro_batches == 1:
            return move(self, tape, *parts)
        return by_micro_batches(self, move, *parts)

    def part(self):
        """A micro-batch of this step: it draws what the step would draw next."""
        return Part(self.number, self.seed, self.draws)

    def take(self, part, notes, statistics):
        """Goes on after all micro-batches.

        Args:
            part: any of them; what it has drawn, all have.
            notes: means of their notes.
            statistics: means of their penalties' statistics.
        """
        self.draws = part.draws
        for name, values in notes.items():
            self.notes.setdefault(name, []).extend(values)
        for (penalty, player), means in zip(part.penalized(), statistics, strict=True):
            self.remember(penalty, player, means)

    # --- The end ----------------------------------------------------------------------------

    def end(self):
        """Moves averages and the step counter on; returns the logs, the same on all replicas."""
        trainer = self.trainer
        # Once for the step: a Keras metric costs some thirty operations for each update.
        notes = {name: tf.add_n(values) / len(values) for name, values in self.notes.items()}
        trainer.means.update_state(notes)
        players = trainer.players.values()
        weights = [weight for player in players for weight in player.weights]
        healthy = trainer.watch.end(self.number + 1, list(notes.values()), weights, self._before)
        # Each replica has BatchNorm statistics of its own rows so far; a state that is saved, or
        # averaged, would else be the first replica's.
        statistics = []
        if trainer.distribute_strategy.num_replicas_in_sync > 1:
            statistics = [v for network in trainer.networks() for v in statistics_of(network)]
        logs, values = exchanged(
            trainer.means, trainer.requests, notes, [v.value for v in statistics]
        )
        assign_all(statistics, values)
        images = self._images_shown()
        if trainer.ema_decay is not None:
            rate = rate_of_average(trainer.ema_decay, self.number, images)
            rate = tf.where(healthy, rate, 0.0)
            for player in players:
                player.update_averages(rate)
        with tf.control_dependencies(list(logs.values())):
            trainer.step.assign(self.number + 1)
            if trainer.stage_clock is not None:
                trainer.stage_clock.count_images(images)
        return logs

    def _images_shown(self):
        """Real examples of this step, over all its minibatches and all replicas."""
        x, _ = self.minibatches[0]
        replicas = self.trainer.distribute_strategy.num_replicas_in_sync
        return tf.shape(x)[0] * replicas * len(self.minibatches)


def unpack(data):
    """A batch from Keras as `(x, y)`: examples and condition, the latter None without one."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
    # `train_on_batch` hands arrays on as they are when it runs eagerly.
    return tf.nest.map_structure(
        lambda a: tf.convert_to_tensor(a) if isinstance(a, np.ndarray) else a, [x, y]
    )


def _minibatch(index):
    return lambda stacked: None if stacked is None else stacked[:, index]
