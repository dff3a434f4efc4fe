"""The moves of which every trainer's step is made."""

import contextlib
import threading

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.distribution import assign_all, share
from tfgan_suite.layers import AdaptiveAugmentation
from tfgan_suite.trainers._micro_batches import MicroBatches, statistics_of

# Seeds of one step's draws: `[seed, step * _DRAWS_PER_STEP + draw]`.
_DRAWS_PER_STEP = 4096

# Of the current step: its seed, `_local.seed`, the number of draws, `_local.draw`, what is to be
# logged, `_local.logs`, and the state before it, `_local.before`. Of the current micro-batch: what
# its penalties are to remember, `_local.memories`; None outside.
# A mirrored strategy traces its replicas in threads that take turns: a common counter would give
# each of them other seeds.
_local = threading.local()


class Play(MicroBatches):
    """Mixin of `Trainer`: minibatches, seeds, losses, updates of either player, moving averages.

    A player, `"generator"` or `"discriminator"`, has one or more networks and one optimizer. What
    is easy to get wrong is here, once: gradients that replicas sum, loss scaling, random numbers
    that are the same on all replicas, a loss that depends on no weight.

    A data set of unknown length ends with a step whose data do not come. In it TensorFlow still
    runs whatever does not depend on them: counters would move on and means be divided by one step
    too many. Hence the control dependencies of everything that has a state on the data.
    """

    # Names of what `describe_logits` returns.
    logit_metrics = ("real_logits", "fake_logits")
    # Names of the parts of G's loss that are logged beside it.
    loss_parts = ()

    def describe_logits(self, real_logits, fake_logits):
        """What is logged of D's outputs: a float32 scalar for each name of `logit_metrics`."""
        real_logits, fake_logits = (tf.cast(d, tf.float32) for d in (real_logits, fake_logits))
        return {
            "real_logits": tf.reduce_mean(real_logits),
            "fake_logits": tf.reduce_mean(fake_logits),
        }

    # --- Data and seeds ---------------------------------------------------------------------

    def minibatches(self, data):
        """Begins a step: its k minibatches `(x, y)` of real images; y is None without condition."""
        _local.draw, _local.logs, _local.memories = 0, {}, None
        _local.seed, _local.before = self.seed_value(), self.begin_watch()
        x, y = unpack(data)
        k = self.discriminator_steps
        self.check_batch(x, y, groups=k)
        if k == 1:
            return [(x, y)]
        return [(x[:, j], None if y is None else y[:, j]) for j in range(k)]

    def next_seed(self):
        """Seed (int64 `[2]`) of the next random draw of this step: a function of (seed, step),
        so that a resumed run draws what an uninterrupted one would have drawn.
        """
        draw = self.step.value * _DRAWS_PER_STEP + _local.draw
        _local.draw += 1
        return tf.stack([_local.seed, draw])

    def next_outside_seed(self):
        """Seed (int64 `[2]`) of the next draw outside training, which never meets training's."""
        self.draws.assign(self.draws.value + 1)
        return tf.stack([tf.constant(self.seed, tf.int64), -self.draws.value])

    # --- Losses -----------------------------------------------------------------------------

    def judge(self, discriminator, images, y=None, training=True):
        """Logits of a discriminator, given its condition if it takes one."""
        inputs = with_condition(discriminator, images, y)
        with tf.control_dependencies([images]):
            return discriminator(inputs, training=training)

    def loss_of_discriminator(self, discriminator, x, fakes, y, real_logits, fake_logits):
        """Adversarial loss, penalties and the layers' own losses of one discriminator.

        Args:
            discriminator: one of the networks.
            x: real images.
            fakes: generated images.
            y: the condition, or None.
            real_logits: what the discriminator gives for `x`.
            fake_logits: what it gives for `fakes`.

        Returns:
            The loss, and a dict of what is to be logged beside it.
        """
        loss = self.adversarial_loss.discriminator_loss(real_logits, fake_logits)
        logs = self.describe_logits(real_logits, fake_logits)
        condition = y if takes_condition(discriminator) else None
        for penalty in self.penalties_on(discriminator):
            known = {"real_logits": real_logits, "fake_logits": fake_logits}
            if penalty.needs_latents:
                known.update(self.latents_for_penalty(x, y))
            name = penalty.log_name("discriminator")
            logs[name] = self.penalize(
                penalty, self.discriminator_optimizer, discriminator, x, fakes, condition, **known
            )
            loss += logs[name]
        return loss + _layer_losses(discriminator), logs

    def loss_of_generator(self, generator, real_logits, fake_logits, draw):
        """Adversarial loss, penalties and the layers' own losses of one generator.

        Args:
            generator: one of the networks.
            real_logits: what the discriminator gives for real images; None unless the loss needs
                them.
            fake_logits: what it gives for the generator's images.
            draw: function of nothing that gives inputs of the generator and its condition or None,
                to call it with where a penalty does.

        Returns:
            The loss, and a dict of what is to be logged beside it.
        """
        loss = self.adversarial_loss.generator_loss(real_logits, fake_logits)
        logs = {}
        for penalty in self.penalties_on(generator):
            inputs, condition = draw()
            name = penalty.log_name("generator")
            logs[name] = self.penalize(penalty, self.optimizer, generator, inputs, condition)
            loss += logs[name]
        return loss + _layer_losses(generator), logs

    def penalties_on(self, network):
        """The penalties on one of the networks."""
        name = next(name for name in self.network_names if getattr(self, name) is network)
        return self.penalties_by_network[name]

    def penalize(self, penalty, optimizer, *arguments, **known):
        """A penalty's part in this update: 0 where lazy regularization skips it.

        Args:
            penalty: a `losses.Penalty`.
            optimizer: that of the penalized player, whose updates are counted.
            *arguments: what the penalty is called with.
            **known: keywords of the call.
        """
        seed = self.next_seed()

        def due():
            value, statistics = penalty.compute(*arguments, seed=seed, **known)
            return [penalty.interval * tf.cast(value, tf.float32), *statistics]

        if penalty.interval == 1:
            value, *statistics = due()
        else:
            value, *statistics = tf.cond(
                _is_due(penalty, optimizer),
                due,
                lambda: [tf.zeros([]), *penalty.no_statistics()],
            )
        if _local.memories is None:
            penalty.remember(statistics, _is_due(penalty, optimizer))
        else:
            _local.memories.append((penalty, optimizer, statistics))
        return value

    # --- Micro-batches ----------------------------------------------------------------------

    def next_draw(self):
        """The number of the next random draw of this step."""
        return _local.draw

    @contextlib.contextmanager
    def notes_from(self, draw):
        """Within, a micro-batch draws from a number on, and what it notes stays apart.

        Yields:
            A list that holds afterwards what `take_notes` takes: tensors, of which means over the
            micro-batches make sense.
        """
        outside, notes = _local.logs, []
        _local.draw, _local.logs, _local.memories = draw, {}, []
        try:
            yield notes
            notes += [_local.logs, [statistics for *_, statistics in _local.memories]]
            _local.remembering = [(p, optimizer) for p, optimizer, _ in _local.memories]
        finally:
            _local.logs, _local.memories = outside, None

    def take_notes(self, notes):
        """Notes the means of what the micro-batches have noted; their penalties remember."""
        logs, statistics = notes
        for name, values in logs.items():
            _local.logs.setdefault(name, []).extend(values)
        for (penalty, optimizer), means in zip(_local.remembering, statistics, strict=True):
            penalty.remember(means, _is_due(penalty, optimizer))

    # --- Updates ----------------------------------------------------------------------------

    def apply(self, gradients, player):
        """Hands gradients, some of which may be None, to a player's optimizer."""
        with tf.control_dependencies([g for g in gradients if g is not None]):
            self.optimizer_of(player).apply(gradients, self.weights_of(player))

    def gradients(self, loss, tape, player):
        """Gradients as the player's optimizer wants them, under replicas and loss scaling."""
        # Keras adds gradients up over replicas, and so do we over micro-batches; the loss is a mean
        # over the rows of one of them.
        _, shares = share()
        with tape:
            loss = self.optimizer_of(player).scale_loss(loss / shares if shares > 1 else loss)
        gradients = tape.gradient(loss, self.weights_of(player))
        if all(gradient is None for gradient in gradients):
            names = " and ".join(repr(network.name) for network in self.networks_of(player))
            raise ValueError(
                f"The loss does not depend on any trainable weight of {names}: check that "
                "the network has some and that the loss is differentiable."
            )
        return gradients

    def end_discriminator_update(self, real_logits, discriminator):
        """Keeps D in its admissible set; lets augmentation in D adapt to how well D does."""
        self.constrain_discriminator()
        for layer in discriminator._flatten_layers():
            if isinstance(layer, AdaptiveAugmentation):
                layer.adapt(real_logits)

    def constrain_discriminator(self):
        """Called after every update of D, to keep it in its admissible set: here, all of them."""

    # --- The end of a step ------------------------------------------------------------------

    def note(self, values):
        """Keeps scalars for the logs of this step: means over its k updates where there are k."""
        for name, value in values.items():
            _local.logs.setdefault(name, []).append(tf.cast(value, tf.float32))

    def end_step(self):
        """Moves the generators' averages and the step counter on; returns the logs."""
        # Once for the step: a Keras metric costs some thirty operations for each update.
        means = {name: tf.add_n(notes) / len(notes) for name, notes in _local.logs.items()}
        self.track(means)
        healthy = self.end_watch(list(means.values()), _local.before)
        _local.logs, _local.before = {}, []
        # Each replica has BatchNorm statistics of its own rows so far; a state that is saved, or
        # averaged, would else be the first replica's.
        statistics = self._statistics_to_share()
        logs, values = self.results(also=[v.value for v in statistics])
        assign_all(statistics, values)
        if self.ema_decay is not None:
            self._update_averages(healthy)
        with tf.control_dependencies(list(logs.values())):
            self.step.assign(self.step.value + 1)
        return logs

    def _statistics_to_share(self):
        if self.distribute_strategy.num_replicas_in_sync == 1:
            return []
        return [v for name in self.network_names for v in statistics_of(getattr(self, name))]

    def _update_averages(self, healthy):
        step = tf.cast(self.step.value, tf.float32)
        rate = 1.0 - tf.minimum(self.ema_decay, (1.0 + step) / (10.0 + step))
        rate = tf.where(healthy, rate, 0.0)

        def moved(average, raw):
            if "float" not in average.dtype:  # states of seed generators are copied
                return tf.identity(raw.value)
            return average.value + tf.cast(rate, average.dtype) * (raw.value - average.value)

        pairs = []
        for name in self.generator_names:
            pairs += zip(getattr(self, f"ema_{name}").variables, getattr(self, name).variables)
        assign_all([average for average, _ in pairs], [moved(*pair) for pair in pairs])


def _is_due(penalty, optimizer):
    """Whether a penalty counts in the present update; a tensor under lazy regularization."""
    return penalty.interval == 1 or optimizer.iterations.value % penalty.interval == 0


def unpack(data):
    """A batch from Keras as `(x, y)`: images and condition, the latter None where there is none."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
    # `train_on_batch` hands arrays on as they are when it runs eagerly.
    return [tf.convert_to_tensor(a) if isinstance(a, np.ndarray) else a for a in (x, y)]


def _layer_losses(network):
    """What a network's own layers add to its player's loss: regularizers, `add_loss`."""
    return sum((tf.cast(loss, tf.float32) for loss in network.losses), start=0.0)


def takes_condition(network):
    """Whether a network has an input beside its first."""
    return len(network.inputs) > 1


def with_condition(network, inputs, condition):
    """What to call `network` with: its condition beside the inputs, if it takes one."""
    return [inputs, condition] if takes_condition(network) else inputs
