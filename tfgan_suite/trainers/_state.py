"""Everything of a trainer that a training changes, by names; what has become of its last steps."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import assign_all

# A rollback moves the seed by this much: further than seeds are apart, within 64 bits.
_NOISE_STRIDE = 2**32


class State:
    """Mixin of `Trainer`: its state as a list of variables, and the watch over it.

    The counters here are no Keras variables: a `.keras` file holds a trainer, not a training.
    """

    # Whether a step whose losses or weights are not finite is undone (all but its data and latents
    # are then as before it). Costs a copy of the state in each step.
    undo_broken_steps = False

    def create_counters(self):
        """Creates what a training counts beside its steps; to be called in the strategy's scope."""

        def counter(value, name):
            return tf.Variable(
                tf.constant(value, tf.int64),
                trainable=False,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
                name=name,
            )

        self.broken_step = counter(-1, "broken_step")  # the first after which something is broken
        self.undone_steps = counter(0, "undone_steps")
        self.noise = counter(0, "noise")  # times the random draws were changed by a rollback
        self.resumed_steps = 0  # of the present epoch, done before this `fit` took it up

    def state_variables(self):
        """All variables that a training changes, by names that do not depend on the process.

        Returns:
            Dict of names to Keras or TensorFlow variables: of all networks, the moving averages,
            both optimizers (slots, iterations, learning rate, loss scale), the penalties' memories,
            the means in the logs, seeds of layers, counters; and of whatever else a subclass has.
        """
        found = {
            "step": self.step,
            "draws": self.draws,
            "noise": self.noise,
            "undone_steps": self.undone_steps,
        }

        def add(owner, variables):
            for index, variable in enumerate(variables):
                # A slot is named after its layer, and that after how many there were before.
                is_slot = owner.endswith("optimizer") and len(variable.shape) > 0
                name = variable.name.rpartition("_")[2] if is_slot else variable.name
                found[f"{owner}/{index:03d}/{name}"] = variable

        averages = (f"ema_{name}" for name in self.generator_names)
        owners = (*self.network_names, *averages, "optimizer", "discriminator_optimizer")
        for owner in owners:
            if getattr(self, owner, None) is not None:
                add(owner, getattr(self, owner).variables)
        if self.compiled:
            for index, memory in enumerate(self.penalty_memories):
                add(f"penalty_{index}", memory.variables)
            add("metrics", self.means.variables)
        known = {id(variable) for variable in found.values()}
        add("other", [v for v in self.variables if id(v) not in known])
        return found

    # --- The watch, inside the compiled step --------------------------------------------------

    def begin_watch(self):
        """Begins a step: returns what `end_watch` needs to undo it."""
        if not self.undo_broken_steps:
            return []
        kept = {"step", "undone_steps", "noise", "draws"}
        variables = [v for name, v in self.state_variables().items() if name not in kept]
        return [(v, tf.identity(_value(v))) for v in variables]

    def end_watch(self, notes, before):
        """Notes whether a loss of this step, or a weight after it, is NaN or infinite.

        One sum over all of them: what is not finite in any of them is not finite in the sum. A
        gradient that is not finite is so in the weights that it moved (under loss scaling it moves
        none: the optimizer leaves the update out and lowers the scale).

        Args:
            notes: list of float32 scalars.
            before: what `begin_watch` returned.

        Returns:
            Boolean scalar: False if the step is undone.
        """
        weights = [*self.weights_of("generator"), *self.weights_of("discriminator")]
        sums = [tf.cast(tf.reduce_sum(w.value), tf.float32) for w in weights]
        healthy = tf.math.is_finite(tf.add_n([*notes, *sums]))
        step = self.step.value + 1
        if before:
            return self._undo_unless(healthy, before)
        first = tf.where(self.broken_step < 0, step, self.broken_step)
        self.broken_step.assign(tf.where(healthy, self.broken_step, first))
        return tf.constant(True)

    def _undo_unless(self, healthy, before):
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            broken = context.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(~healthy, tf.float32))
            healthy = broken == 0.0
        variables = [variable for variable, _ in before]
        values = [tf.where(healthy, _value(variable), old) for variable, old in before]
        assign_all(variables, values)
        self.undone_steps.assign_add(tf.where(healthy, tf.constant(0, tf.int64), 1))
        return healthy

    # --- Between steps --------------------------------------------------------------------------

    def change_noise(self):
        """Makes all random draws that follow differ from those that followed this state before."""
        self.noise.assign_add(1)
        for name, variable in self.state_variables().items():
            if name.endswith("seed_generator_state"):
                seed = keras.ops.convert_to_numpy(variable)
                variable.assign(seed + seed.dtype.type(1_000_003))

    def seed_value(self):
        """The seed (int64 scalar) of this trainer's own draws."""
        return tf.constant(self.seed, tf.int64) + self.noise * _NOISE_STRIDE


def _value(variable):
    return variable.value if isinstance(variable, keras.Variable) else variable
