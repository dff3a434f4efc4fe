"""An end to trainings that have become NaN, or a way back for them."""

import warnings

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.callbacks.step_counts import epoch_start, steps_done
from tfgan_suite.checkpointing import non_finite, read_arrays
from tfgan_suite.checks import positive_int
from tfgan_suite.learning_rates import check_is_no_schedule
from tfgan_suite.progress import Restart
from tfgan_suite.registration import public

POLICIES = ("raise", "rollback", "skip")


@public
class GuardNonFinite(keras.callbacks.Callback):
    """Watches for losses, gradients and weights that are NaN or infinite.

    `keras.callbacks.TerminateOnNaN` looks at `logs["loss"]` alone, which a GAN does not have. A
    trainer notes in each of its steps whether a loss or a weight is not finite; this looks at that
    note after each execution, before anything is saved, and at every log and every weight after
    each epoch. Put it first: callbacks after it then see no broken epoch.

    A loss scale below 1 is reported as a collapse: under float16 the gradients then overflow
    however little the loss is scaled.

    Args:
        policy: what to do. `"raise"` raises FloatingPointError. `"rollback"` goes back to the
            newest checkpoint of the `Checkpoints` among the callbacks (made as the training begins
            if there is none), with other random draws and lower learning rates. `"skip"` undoes the
            step: weights, optimizers, statistics and logs are as if it had not been, its data and
            latents are used up. It costs a copy of the state in each step.
        learning_rate_factor: of all players' learning rates at each rollback, in (0, 1].
        max_rollbacks: of one training; the next one raises.
        max_skips: in a row; the next one raises.

    Raises:
        ValueError: if an option is out of range, or the callbacks of a rollback hold no
            `Checkpoints`.
        FloatingPointError: naming logs or weights, their values and the step; at once where it is
            the data of the step that are not finite.
    """

    async_safe = True  # takes no part in Keras's batch hooks where a trainer keeps watch
    saves = False

    def __init__(
        self, policy="raise", *, learning_rate_factor=0.5, max_rollbacks=3, max_skips=10
    ):
        super().__init__()
        if policy not in POLICIES:
            raise ValueError(f"`policy` must be one of {POLICIES}. Received: policy={policy!r}")
        if not 0.0 < learning_rate_factor <= 1.0:
            raise ValueError(
                "`learning_rate_factor` must be in (0, 1]. "
                f"Received: learning_rate_factor={learning_rate_factor!r}"
            )
        self.policy, self.learning_rate_factor = policy, learning_rate_factor
        self.max_rollbacks = positive_int("max_rollbacks", max_rollbacks)
        self.max_skips = positive_int("max_skips", max_skips)
        self._trainer = None

    @property
    def rollbacks(self):
        """Rollbacks of this training so far; checkpoints remember them."""
        return 0 if self._trainer is None else int(self._trainer.watch.noise.numpy())

    # --- Between the steps of a trainer ---------------------------------------------------------

    def begin_fit(self, trainer, steps, keepers):
        """See `trainers` for the hooks of keepers."""
        self._trainer, self._steps = trainer, steps
        self._saver = next((keeper for keeper in keepers if keeper.saves), None)
        if self.policy == "rollback" and self._saver is None:
            raise ValueError(
                'The policy "rollback" goes back to a checkpoint: put a Checkpoints among the '
                "callbacks. Received: none"
            )
        if self.policy == "rollback":
            self._saver.save_at_begin = True
            _check_rates_can_be_lowered(trainer, self.learning_rate_factor)
        undo = self.policy == "skip"
        if trainer.watch.undoes != undo:
            trainer.watch.undoes = undo
            trainer.make_train_function(force=True)
        trainer.watch.broken_step.assign(-1)
        self._undone = int(trainer.watch.undone_steps.numpy())
        self._in_a_row = 0
        optimizers = [player.optimizer for player in trainer.players.values()]
        self._scaled = [o for o in optimizers if hasattr(o, "dynamic_scale")]

    def after_train_begin(self, callbacks, position):
        pass

    def resume_epoch(self, position):
        pass

    def after_step(self, position):
        trainer = self._trainer
        if self.policy == "skip":
            self._count_skips(int(trainer.watch.undone_steps.numpy()))
        elif int(trainer.watch.broken_step.numpy()) >= 0:
            step = int(trainer.watch.broken_step.numpy())
            what = self._name_what_is_broken(step)
            if self._data_are_broken(position, step):
                raise FloatingPointError(
                    f"{what}. The data of step {step} hold NaN or infinite values, and would again "
                    "after a rollback"
                )
            self._react(what)
        for optimizer in self._scaled:
            scale = float(keras.ops.convert_to_numpy(optimizer.dynamic_scale))
            if scale < 1.0:
                self._react(
                    f"The loss scale of {optimizer.inner_optimizer.name!r} has collapsed by step "
                    f"{steps_done(trainer)} (epoch {self._epoch + 1}): gradients overflow float16 "
                    "however little the loss is scaled. Try a smaller learning rate, or "
                    f"mixed_bfloat16. Received: a loss scale of {scale:g}"
                )

    def _count_skips(self, undone):
        if undone == self._undone:
            self._in_a_row = 0
            return
        self._in_a_row += undone - self._undone
        self._undone = undone
        step = steps_done(self._trainer)
        if self._in_a_row > self.max_skips:
            raise FloatingPointError(
                _message("the losses or weights of every step", step, self._epoch)
                + f", {self._in_a_row} steps in a row"
            )
        warnings.warn(f"Step {step} was undone: its losses or weights were NaN or infinite.")

    def _react(self, what):
        if self.policy != "rollback" or self.rollbacks >= self.max_rollbacks:
            after = f" after {self.rollbacks} rollbacks" if self.rollbacks else ""
            raise FloatingPointError(what + after)
        trainer, count = self._trainer, self.rollbacks
        optimizers = [player.optimizer for player in trainer.players.values()]
        rates = [
            float(keras.ops.convert_to_numpy(optimizer.learning_rate)) * self.learning_rate_factor
            for optimizer in optimizers
        ]
        position = self._saver.go_back()
        # The counter goes on from where it was: each attempt draws something new.
        trainer.watch.noise.assign(count)
        trainer.watch.change_noise(trainer)
        if self.learning_rate_factor < 1.0:
            for optimizer, rate in zip(optimizers, rates):
                optimizer.learning_rate = rate
        warnings.warn(
            f"{what}. Rolled back to step {steps_done(trainer)}, learning rates "
            f"{' and '.join(f'{rate:g}' for rate in rates)} "
            f"(rollback {count + 1} of {self.max_rollbacks})."
        )
        raise Restart(position)

    def _data_are_broken(self, position, step):
        """Whether the data of a step, where they can be read again, are not finite."""
        if self._steps.begin is None or position.data_step is None:
            return False
        later = steps_done(self._trainer) - step  # steps of the same execution
        batches = self._steps.begin(max(0, position.data_step - 1 - later)).take(1)
        try:
            parts = [part for batch in batches for part in tf.nest.flatten(batch)]
        except tf.errors.InvalidArgumentError:  # the pipeline itself looks at its first batches
            return True
        return any(p.dtype.is_floating and not np.isfinite(p.numpy()).all() for p in parts)

    def _name_what_is_broken(self, step):
        named = broken_weights(self._trainer)[:1] or broken_logs(self._trainer.means.result())
        return _message(", ".join(named) or "a loss", step, self._epoch)

    def after_epoch(self, position, logs):
        pass

    def after_training(self, position):
        pass

    def end_fit(self, completed):
        pass

    # --- Keras's hooks --------------------------------------------------------------------------

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._first = epoch, epoch_start(self.model)

    def on_train_batch_end(self, batch, logs=None):
        if self._trainer is None:  # a model that keeps no watch of its own
            self._check(logs, self._first + batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        self._check(logs, steps_done(self.model))
        broken = broken_weights(self.model)
        if broken:
            self._end(broken[:1], steps_done(self.model))

    def _check(self, logs, step):
        bad = broken_logs(logs)
        if bad:
            self._end(bad, step)

    def _end(self, broken, step):
        message = _message(", ".join(broken), step, self._epoch)
        if self.policy == "rollback" and self._trainer is not None:
            self._react(message)
        raise FloatingPointError(message)


@public
class TerminateOnNonFinite(GuardNonFinite):
    """`GuardNonFinite` with the policy `"raise"`: the training ends with FloatingPointError."""

    def __init__(self):
        super().__init__("raise")


def _check_rates_can_be_lowered(trainer, factor):
    for player in trainer.players.values() if factor < 1.0 else ():
        check_is_no_schedule(
            player.optimizer,
            "A learning rate that follows a schedule cannot be lowered by a rollback; give "
            "learning_rate_factor=1.0, or the rate as a number.",
        )


def broken_logs(logs):
    """`name=value` of the logs that are NaN or infinite."""
    bad = []
    for name, value in (logs or {}).items():
        value = np.asarray(value)
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            bad.append(f"{name}={value}")
    return bad


def broken_weights(model):
    """`weight path` of the variables of a model that hold a NaN or an infinite value.

    They are read where they are: other workers take no part, and may be gone.
    """
    return [
        f"weight {name}" for v in model.variables for name in non_finite(read_arrays({v.path: v}))
    ]


def _message(what, step, epoch):
    return (
        f"Training has become NaN or infinite by step {step} (epoch {epoch + 1}). Try a smaller "
        f"learning rate. Received: {what}"
    )
