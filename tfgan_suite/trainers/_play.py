"""The moves of which every trainer's step is made."""

import threading

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.distribution import assign_all, replica_rows
from tfgan_suite.layers import AdaptiveAugmentation
from tfgan_suite.trainers._checks import check_batch

# Seeds of one step's draws: `[seed, step * _DRAWS_PER_STEP + draw]`.
_DRAWS_PER_STEP = 4096

# Of the current step: its seed, `_local.seed`, the number of draws, `_local.draw`, what is to be
# logged, `_local.logs`, and the state before it, `_local.before`.
# A mirrored strategy traces its replicas in threads that take turns: a common counter would give
# each of them other seeds.
_local = threading.local()


class Play:
    """Mixin of `GAN`: minibatches, latents, updates of either player, the moving average.

    What is easy to get wrong is here, once: gradients that replicas sum, loss scaling, latents that
    are the same on all replicas, a loss that depends on no weight.

    A data set of unknown length ends with a step whose data do not come. In it TensorFlow still
    runs whatever does not depend on them: counters would move on and means be divided by one step
    too many. Hence the control dependencies of everything that has a state on the data.
    """

    # Names of what `describe_logits` returns.
    logit_metrics = ("real_logits", "fake_logits")

    def describe_logits(self, real_logits, fake_logits):
        """What is logged of D's outputs: a float32 scalar for each name of `logit_metrics`."""
        real_logits, fake_logits = (tf.cast(d, tf.float32) for d in (real_logits, fake_logits))
        return {
            "real_logits": tf.reduce_mean(real_logits),
            "fake_logits": tf.reduce_mean(fake_logits),
        }

    # --- Data and latents -------------------------------------------------------------------

    def minibatches(self, data):
        """Begins a step: its k minibatches `(x, y)` of real images; y is None without condition."""
        _local.draw, _local.logs = 0, {}
        _local.seed, _local.before = self.seed_value(), self.begin_watch()
        x, y = unpack(data)
        k = self.discriminator_steps
        check_batch(self.generator, self.discriminator, x, y, groups=k)
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

    def latents_like(self, x, seed):
        """As many latents as `x` has rows; different rows on every replica."""
        rows = x.shape[0] or tf.shape(x)[0]
        return replica_rows(rows, [self.latent_dim], seed, self.latent_prior.distribution)

    # --- Passes -----------------------------------------------------------------------------

    def generate(self, x, y=None):
        """Draws z, a row for each of `x`: returns `(G(z), tape)`, the tape leading to G."""
        z = self.latents_like(x, self.next_seed())
        with tf.GradientTape() as tape, tf.control_dependencies([x]):
            g_z = self.generator(with_condition(self.generator, z, y), training=True)
        return g_z, tape

    def discriminate(self, images, y=None, training=True):
        """Logits of D, given its condition if it takes one."""
        inputs = with_condition(self.discriminator, images, y)
        with tf.control_dependencies([images]):
            return self.discriminator(inputs, training=training)

    # --- Updates ----------------------------------------------------------------------------

    def update_discriminator(self, x, g_z, y=None):
        """One descent of D's loss on real `x` and generated `g_z`."""
        with tf.GradientTape() as tape:
            real_logits, fake_logits = self.discriminate(x, y), self.discriminate(g_z, y)
            loss = self.discriminator_loss(x, g_z, y, real_logits, fake_logits)
        self.minimize(loss, tape, self.discriminator, self.discriminator_optimizer)
        self.end_discriminator_update(real_logits)

    def end_discriminator_update(self, real_logits):
        """Keeps D in its admissible set; lets augmentation in D adapt to how well D does."""
        self.constrain_discriminator()
        for layer in self.discriminator._flatten_layers():
            if isinstance(layer, AdaptiveAugmentation):
                layer.adapt(real_logits)

    def discriminator_loss(self, x, g_z, y, real_logits, fake_logits):
        """Adversarial loss plus penalties; records what is logged of D."""
        loss = self.adversarial_loss.discriminator_loss(real_logits, fake_logits)
        logs = self.describe_logits(real_logits, fake_logits)
        condition = y if len(self.discriminator.inputs) > 1 else None
        for penalty in self.penalties:
            known = {"real_logits": real_logits, "fake_logits": fake_logits}
            if penalty.needs_latents:
                known["generator"] = self.generator
                known["generator_condition"] = y if len(self.generator.inputs) > 1 else None
                known["latents"] = self.latents_like(x, self.next_seed())
            name = penalty.log_name("discriminator")
            optimizer = self.discriminator_optimizer
            logs[name] = self.penalize(
                penalty, optimizer, self.discriminator, x, g_z, condition, **known
            )
            loss += logs[name]
        loss += _layer_losses(self.discriminator)
        self.note({"d_loss": loss, **logs})
        return loss

    def generator_loss(self, x, y, real_logits, fake_logits):
        """Adversarial loss plus penalties; records what is logged of G."""
        loss = self.adversarial_loss.generator_loss(real_logits, fake_logits)
        logs = {}
        condition = y if len(self.generator.inputs) > 1 else None
        for penalty in self.generator_penalties:
            z = self.latents_like(x, self.next_seed())
            name = penalty.log_name("generator")
            logs[name] = self.penalize(penalty, self.optimizer, self.generator, z, condition)
            loss += logs[name]
        loss += _layer_losses(self.generator)
        self.note({"g_loss": loss, **logs})
        return loss

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
            is_due = True
            value, *statistics = due()
        else:
            is_due = optimizer.iterations.value % penalty.interval == 0
            value, *statistics = tf.cond(
                is_due, due, lambda: [tf.zeros([]), *penalty.no_statistics()]
            )
        penalty.remember(statistics, is_due)
        return value

    def constrain_discriminator(self):
        """Called after every update of D, to keep it in its admissible set: here, all of them."""

    def update_generator(self, x, g_z, y, tape):
        """One descent of G's loss through the current D; `tape` comes from `generate`."""
        needs_real = self.adversarial_loss.generator_needs_real
        real_logits = self.discriminate(x, y) if needs_real else None
        with tape:
            loss = self.generator_loss(x, y, real_logits, self.discriminate(g_z, y))
        self.minimize(loss, tape, self.generator, self.optimizer)

    def update_both(self, x, y=None):
        """One descent of each player's loss, both gradients taken at the same parameters."""
        g_z, g_tape = self.generate(x, y)
        with tf.GradientTape() as d_tape:
            with g_tape:  # one pass of D on the generated images serves both players
                fake_logits = self.discriminate(g_z, y)
            real_logits = self.discriminate(x, y)
            d_loss = self.discriminator_loss(x, g_z, y, real_logits, fake_logits)
        with g_tape:
            g_loss = self.generator_loss(x, y, tf.stop_gradient(real_logits), fake_logits)
        g_gradients = self.gradients(g_loss, g_tape, self.generator, self.optimizer)
        self.minimize(d_loss, d_tape, self.discriminator, self.discriminator_optimizer)
        self.end_discriminator_update(real_logits)
        self.apply(g_gradients, self.generator, self.optimizer)

    def minimize(self, loss, tape, network, optimizer):
        """One step of `optimizer` on the weights of `network`."""
        self.apply(self.gradients(loss, tape, network, optimizer), network, optimizer)

    def apply(self, gradients, network, optimizer):
        """Hands gradients, some of which may be None, to `optimizer`."""
        with tf.control_dependencies([g for g in gradients if g is not None]):
            optimizer.apply(gradients, network.trainable_variables)

    def gradients(self, loss, tape, network, optimizer):
        """Gradients as `optimizer.apply` wants them, under replicas and loss scaling."""
        replicas = self.distribute_strategy.num_replicas_in_sync
        with tape:
            # Keras sums gradients over replicas; the loss is a mean over each replica's rows.
            loss = optimizer.scale_loss(loss / replicas if replicas > 1 else loss)
        gradients = tape.gradient(loss, network.trainable_variables)
        if all(gradient is None for gradient in gradients):
            raise ValueError(
                f"The loss does not depend on any trainable weight of {network.name!r}: check that "
                "the network has some and that the loss is differentiable."
            )
        return gradients

    # --- The end of a step ------------------------------------------------------------------

    def note(self, values):
        """Keeps scalars for the logs of this step: means over its k updates where there are k."""
        for name, value in values.items():
            _local.logs.setdefault(name, []).append(tf.cast(value, tf.float32))

    def end_step(self):
        """Moves the generator's average and the step counter on; returns the logs."""
        # Once for the step: a Keras metric costs some thirty operations for each update.
        means = {name: tf.add_n(notes) / len(notes) for name, notes in _local.logs.items()}
        self.track(means)
        if self.ema_generator is not None:
            self._update_average()
        self.end_watch(list(means.values()), _local.before)
        _local.logs, _local.before = {}, []
        logs = self.results()
        with tf.control_dependencies(list(logs.values())):
            self.step.assign(self.step.value + 1)
        return logs

    def _update_average(self):
        step = tf.cast(self.step.value, tf.float32)
        rate = 1.0 - tf.minimum(self.ema_decay, (1.0 + step) / (10.0 + step))

        def moved(average, raw):
            if "float" not in average.dtype:  # states of seed generators are copied
                return tf.identity(raw.value)
            return average.value + tf.cast(rate, average.dtype) * (raw.value - average.value)

        pairs = list(zip(self.ema_generator.variables, self.generator.variables))
        assign_all([average for average, _ in pairs], [moved(*pair) for pair in pairs])


def unpack(data):
    """A batch from Keras as `(x, y)`: images and condition, the latter None where there is none."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
    # `train_on_batch` hands arrays on as they are when it runs eagerly.
    return [tf.convert_to_tensor(a) if isinstance(a, np.ndarray) else a for a in (x, y)]


def _layer_losses(network):
    """What a network's own layers add to its player's loss: regularizers, `add_loss`."""
    return sum((tf.cast(loss, tf.float32) for loss in network.losses), start=0.0)


def with_condition(network, inputs, condition):
    """What to call `network` with: its condition beside the inputs, if it takes one."""
    return [inputs, condition] if len(network.inputs) > 1 else inputs
