"""Everything of a trainer that a training changes, by names; what has become of its last steps."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import assign_all

# A rollback moves the seed by this much: further than seeds are apart, within 64 bits.
_NOISE_STRIDE = 2**32
# What goes on although a step is undone: its data and latents are used up.
_NEVER_UNDONE = frozenset({"step", "undone_steps", "noise", "draws", "stage", "images"})


def state_variables(trainer):
    """All variables that a training changes, by names that do not depend on the process.

    Returns:
        Dict of names to Keras or TensorFlow variables: of all networks, the moving averages, all
        optimizers (slots, iterations, learning rate, loss scale), the penalties' memories, the
        means in the logs, seeds of layers, counters; and of whatever else a subclass has.
    """
    watch = trainer.watch
    found = {
        "step": trainer.step,
        "draws": trainer.draws,
        "noise": watch.noise,
        "undone_steps": watch.undone_steps,
    }

    if trainer.stage_clock is not None:
        found |= {"stage": trainer.stage_clock.entered, "images": trainer.stage_clock.images}

    def add(owner, variables):
        for index, variable in enumerate(variables):
            # A slot is named after its layer, and that after how many there were before.
            is_slot = owner.endswith("optimizer") and len(variable.shape) > 0
            name = variable.name.rpartition("_")[2] if is_slot else variable.name
            found[f"{owner}/{index:03d}/{name}"] = variable

    for name in trainer.network_names:
        add(name, getattr(trainer, name).variables)
    for player in trainer.players.values():
        for name, average in player.averages.items():
            add(f"ema_{name}", average.variables)
    if trainer.compiled:
        for name, player in trainer.players_by_optimizer().items():
            add(name, player.optimizer.variables)
        for index, memory in enumerate(trainer.penalty_memories):
            add(f"penalty_{index}", memory.variables)
        add("metrics", trainer.means.variables)
    known = {id(variable) for variable in found.values()}
    add("other", [v for v in trainer.variables if id(v) not in known])
    return found


class Watch:
    """Whether the steps of a training are healthy, and what a rollback changes.

    To be made in the strategy's scope. Its counters are no Keras variables: a `.keras` file holds a
    trainer, not a training.

    Attributes:
        broken_step: the first step (int64 scalar) after which something is NaN or infinite; -1 for
            none.
        undone_steps: steps undone so far.
        noise: times the random draws were changed by a rollback.
        undoes: whether a step whose losses or weights are not finite is undone (all but its data
            and latents are then as before it). Costs a copy of the state in each step.
    """

    def __init__(self):
        def counter(value, name):
            return tf.Variable(
                tf.constant(value, tf.int64),
                trainable=False,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
                name=name,
            )

        self.broken_step = counter(-1, "broken_step")
        self.undone_steps = counter(0, "undone_steps")
        self.noise = counter(0, "noise")
        self.undoes = False

    # --- Inside the compiled step -------------------------------------------------------------

    def begin(self, trainer):
        """Begins a step: returns what `end` needs to undo it."""
        if not self.undoes:
            return []
        named = state_variables(trainer).items()
        variables = [v for name, v in named if name not in _NEVER_UNDONE]
        return [(v, tf.identity(_value(v))) for v in variables]

    def end(self, number, notes, weights, before):
        """Notes whether a loss of a step, or a weight after it, is NaN or infinite.

        One sum over all of them: what is not finite in any of them is not finite in the sum. A
        gradient that is not finite is so in the weights that it moved (under loss scaling it moves
        none: the optimizer leaves the update out and lowers the scale).

        Args:
            number: of the step, from 1, an int64 scalar.
            notes: list of float32 scalars.
            weights: the trainable variables of all players.
            before: what `begin` returned.

        Returns:
            Boolean scalar: False if the step is undone.
        """
        sums = [tf.cast(tf.reduce_sum(w.value), tf.float32) for w in weights]
        healthy = tf.math.is_finite(tf.add_n([*notes, *sums]))
        if before:
            return self._undo_unless(healthy, before)
        first = tf.where(self.broken_step < 0, number, self.broken_step)
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

    def seed(self, seed):
        """The seed (int64 scalar) of a training's own draws, from the trainer's."""
        return tf.constant(seed, tf.int64) + self.noise * _NOISE_STRIDE

    # --- Between steps --------------------------------------------------------------------------

    def change_noise(self, trainer):
        """Makes all random draws that follow differ from those that followed this state before."""
        self.noise.assign_add(1)
        for name, variable in state_variables(trainer).items():
            if name.endswith("seed_generator_state"):
                seed = keras.ops.convert_to_numpy(variable)
                variable.assign(seed + seed.dtype.type(1_000_003))


def _value(variable):
    return variable.value if isinstance(variable, keras.Variable) else variable
