"""A training that survives: everything on disk, and `fit` going on from there."""

import contextlib
import time
import warnings

import keras

from tfgan_suite.batches import loss_of_order
from tfgan_suite.callbacks._not_kept import check_what_is_kept, warn_of_lost_order
from tfgan_suite.callbacks._training_config import changes_of_training, describe_training
from tfgan_suite.callbacks.interrupt import Interrupt
from tfgan_suite.callbacks.step_counts import steps_done
from tfgan_suite.checkpointing import (
    OF_CALLBACKS,
    CheckpointStore,
    DirectoryLock,
    agree_on_newest,
    assign_arrays,
    get_callback_arrays,
    get_callback_state,
    non_finite,
    read_arrays,
    set_callback_arrays,
    set_callback_state,
)
from tfgan_suite.checks import positive_int_or_none
from tfgan_suite.distribution import gather_from_workers, has_several_workers, worker_index
from tfgan_suite.progress import Position
from tfgan_suite.registration import public


@public
class Checkpoints(keras.callbacks.Callback):
    """Saves all of a training, and lets the same `fit` in the same directory go on from there.

    A checkpoint is everything that decides what the next step does: networks, moving average,
    optimizers with slots and loss scale, memories of penalties and layers, seeds, counters, the
    means in the logs, the position in the data, what callbacks remember, the best score. A resumed
    training is bit for bit the one that was not interrupted, also from the middle of an epoch, if
    its data comes from `data.load` or from arrays. What cannot be kept (other datasets, callbacks
    of one's own without `get_state`, layers that draw by `tf.random`) is named as `fit` begins.

    Each checkpoint is a directory `checkpoint-000001`, ... of two files with checksums, there
    complete or not at all. `fit` resumes from the newest one that verifies, with a warning for each
    that does not.

    Under a strategy of several workers each keeps its own, saved after the same steps; they go on
    from the newest checkpoint that all of them have.

    Args:
        directory: created if absent; of this training alone, and of this worker.
        every_epochs: epochs between two saves; None for none at the ends of epochs.
        every_steps: updates of the generator between two saves; None for none.
        every_minutes: minutes between two saves; None for none.
        keep: how many stay, the newest.
        monitor: name of a log, whose best checkpoint at the end of an epoch stays too; or None.
        mode: `"min"` or `"max"`, what is best.
        resume: whether `fit` goes on from what is in the directory; False refuses a directory that
            holds checkpoints.
        allow_changes: whether to go on although the trainer's options, losses, optimizers or data
            have changed.
        retries: further attempts at a save that failed.
        retry_seconds: pause before each.
        stop_on_signals: whether SIGTERM and SIGINT finish the step and save, and then do what they
            would have done. A second one does that at once.

    Raises:
        ValueError: if an option is out of range; from `fit`, if the trainer or its data are not
            those of the checkpoints, or cannot be kept.
        CheckpointError: (an OSError) from `fit`, if a save fails; the older ones are kept.
        BlockingIOError: from `fit`, if another training is at work in the directory.
        FloatingPointError: from `fit`, if the state to save holds a NaN or an infinite value.
    """

    async_safe = True  # takes no part in Keras's batch hooks
    saves = True

    def __init__(
        self,
        directory,
        *,
        every_epochs=1,
        every_steps=None,
        every_minutes=None,
        keep=3,
        monitor=None,
        mode="min",
        resume=True,
        allow_changes=False,
        retries=0,
        retry_seconds=1.0,
        stop_on_signals=True,
    ):
        super().__init__()
        positive_int_or_none("every_epochs", every_epochs)
        positive_int_or_none("every_steps", every_steps)
        if every_minutes is not None and not every_minutes > 0:
            raise ValueError(
                "`every_minutes` must be a positive number or None. "
                f"Received: every_minutes={every_minutes!r}"
            )
        if mode not in ("min", "max"):
            raise ValueError(f'`mode` must be "min" or "max". Received: mode={mode!r}')
        self.every_epochs, self.every_steps = every_epochs, every_steps
        self.every_minutes = every_minutes
        self.monitor, self.mode = monitor, mode
        self.resume, self.allow_changes = resume, allow_changes
        self.stop_on_signals = stop_on_signals
        self.store = CheckpointStore(directory, keep, retries, retry_seconds)
        self.save_at_begin = False  # asked for by a guard that may want to go back
        self._interrupt = self._lock = None
        self.best = None  # {"score": ..., "checkpoint": path}

    # --- Going on -------------------------------------------------------------------------------

    def begin_fit(self, trainer, steps, keepers):
        """Puts the trainer into the newest state; see `trainers` for the hooks of keepers."""
        self.trainer = trainer
        self._saved_at = self._callbacks = self._callback_state = self._metrics = None
        self.best = None
        self.store.prepare()
        self._take_lock()
        self._steps = steps.per_epoch
        self.config = describe_training(trainer, steps)
        self._lost = None if steps.given is None else loss_of_order(steps.given)
        warn_of_lost_order(self._lost)
        if self.stop_on_signals:
            self._interrupt = Interrupt()
            self._interrupt.set_model(trainer)
            self._interrupt.__enter__()
        self._last_time = time.monotonic()
        self._last_step = steps_done(trainer)
        if not self.resume and self.store.paths():
            raise ValueError(
                "The directory holds checkpoints; give another, or resume=True to go on from "
                f"them. Received: directory={str(self.store.directory)!r}"
            )
        found = self.store.newest()
        if has_several_workers(trainer.distribute_strategy):
            found = agree_on_newest(self.store, found, *_workers(trainer.distribute_strategy))
        return None if found is None else self._go_on(steps, *found)

    def _take_lock(self):
        self._lock = DirectoryLock(self.store.directory / "training.lock")
        try:
            self._lock.acquire()
        except BlockingIOError as error:
            if not has_several_workers(self.trainer.distribute_strategy):
                raise
            raise BlockingIOError(
                error.errno,
                "Each worker keeps its checkpoints in a directory of its own, say one named after "
                f"its index. Received: {str(self.store.directory)!r}, where another one is at work",
            ) from error

    def _go_on(self, steps, path, arrays, facts):
        there, here = facts["step"], steps_done(self.trainer)
        if here > there:
            raise ValueError(
                f"The trainer has done {here} steps, more than the newest checkpoint; give another "
                f"directory, or a trainer that has not gone past it. Received: {path} of step "
                f"{there}"
            )
        changes = changes_of_training(facts["config"], self.config)
        if here:  # it was trained in this process, and schedules have moved its rates
            changes = [line for line in changes if ".learning_rate: " not in line]
        if changes and not self.allow_changes:
            raise ValueError(
                "The training was begun with another configuration; begin it elsewhere, or go on "
                f"nevertheless with allow_changes. Received: {'; '.join(changes)}"
            )
        position = self._restore(path, arrays, facts)
        if position.step >= steps.per_epoch:  # shorter epochs, by a change that was allowed
            position = Position(position.epoch + 1, 0, position.data_step)
        if steps.begin is None and self._lost is None and (position.step or position.epoch):
            warnings.warn(
                "The data has no order that is known from the epoch alone, so that this training "
                "resumes exactly only if the dataset gives the same elements in every iteration. "
                "Use tfgan_suite.data.load, or arrays."
            )
        elif position.data_step is None and steps.begin is not None:
            position = Position(position.epoch, position.step, there)
        return position

    def _restore(self, path, arrays, facts):
        """Puts a checkpoint's state into the trainer; returns its `Position`."""
        assign_arrays(self.trainer.state_variables(), arrays)
        self.trainer.watch.broken_step.assign(-1)
        self._metrics = {k: v for k, v in arrays.items() if k.startswith("metrics/")}
        self._callback_state = facts["callbacks"]
        self._callback_arrays = {k: v for k, v in arrays.items() if k.startswith(OF_CALLBACKS)}
        self.best = facts["best"]
        if self.best and self.best["checkpoint"] is None:
            self.best = {**self.best, "checkpoint": path.name}
        position = Position(**facts["position"])
        self._saved_at = (facts["step"], position)
        self._last_step = facts["step"]
        return position

    def go_back(self):
        """Puts the trainer back to the newest checkpoint and returns its `Position`.

        Raises:
            ValueError: if there is none.
        """
        found = self.store.newest()
        if found is None:
            raise ValueError(
                f"There is no checkpoint to go back to. Received: {self.store.directory}"
            )
        position = self._restore(*found)
        self._remind_callbacks()
        self._announce(position)
        return position

    def after_train_begin(self, callbacks, position):
        self._callbacks = callbacks
        if self.save_at_begin and not self.store.paths():
            self.save(position)
        check_what_is_kept(self.trainer, callbacks)
        if self._callback_state is not None:
            self._remind_callbacks()
            self._announce(self._saved_at[1])

    def _remind_callbacks(self):
        set_callback_state(self._callbacks, self._callback_state)
        set_callback_arrays(self._callbacks, self._callback_arrays)

    def _announce(self, position):
        """Tells callbacks that write a record of epochs which of them will come again."""
        first = self._saved_at[0] - position.step
        for callback in self._callbacks:
            if hasattr(callback, "on_resume"):
                callback.on_resume(position.epoch, first)

    @contextlib.contextmanager
    def begun_before(self):
        """Holds what callbacks do as an epoch begins off a training that goes on within one.

        They have done it once, and the state has it.
        """
        arrays = read_arrays(self.trainer.state_variables())
        remembered = get_callback_state(self._callbacks)
        yield
        assign_arrays(self.trainer.state_variables(), arrays)
        set_callback_state(self._callbacks, remembered)

    def resume_epoch(self, position):
        # Keras has set them to 0 as for every epoch.
        metrics = {k: v for k, v in self.trainer.state_variables().items() if k in self._metrics}
        assign_arrays(metrics, self._metrics)

    # --- Saving ---------------------------------------------------------------------------------

    def after_step(self, position):
        if position.step >= self._steps:
            return  # the end of the epoch is near, and better
        if self.every_minutes and time.monotonic() - self._last_time >= 60.0 * self.every_minutes:
            self.trainer.requests.ask("save")  # of several workers, all save after the same step
        asked = self.trainer.stop_training or self.trainer.requests.agreed("save")
        if asked or self._due_by_steps():
            self.save(position)

    def after_epoch(self, position, logs):
        if position.step:  # `fit` was stopped within it
            self.save(position)
            return
        score = self._better_score(logs)
        due = self.every_epochs is not None and position.epoch % self.every_epochs == 0
        due |= self._due_by_steps()
        if due or score is not None or self.trainer.stop_training:
            self.save(position, score)

    def after_training(self, position):
        self.save(position)

    def _due_by_steps(self):
        if not self.every_steps:
            return False
        return steps_done(self.trainer) // self.every_steps > self._last_step // self.every_steps

    def _better_score(self, logs):
        """The score in the logs of an epoch if it is the best so far, else None."""
        if self.monitor is None:
            return None
        if self.monitor not in (logs or {}):
            raise ValueError(
                f"`monitor` must be one of the logs of an epoch: {', '.join(logs or {})}. "
                f"Received: monitor={self.monitor!r}"
            )
        score = float(logs[self.monitor])
        sign = 1.0 if self.mode == "min" else -1.0
        if self.best is not None and not sign * score < sign * self.best["score"]:
            return None
        return score

    def save(self, position, score=None):
        """Saves the present state, unless it is saved already.

        Args:
            position: its `Position`.
            score: of this state, if it is the best so far.
        """
        step = steps_done(self.trainer)
        self.trainer.requests.withdraw("save")
        if self._saved_at == (step, position) and score is None:
            return
        arrays = read_arrays(self.trainer.state_variables())
        broken = non_finite(arrays)
        if broken:
            raise FloatingPointError(
                f"The state after step {step} is not saved: NaN or infinite values. "
                f"Received: {', '.join(broken[:5])}"
            )
        facts = {
            "step": step,
            "position": vars(position),
            "config": self.config,
            "callbacks": get_callback_state(self._callbacks),
            # None stands for the checkpoint itself, which has no name yet.
            "best": self.best if score is None else {"score": score, "checkpoint": None},
        }
        arrays |= get_callback_arrays(self._callbacks)
        if score is not None:
            path = self.store.save(arrays, facts, best=True)
            self.best = {"score": score, "checkpoint": path.name}
        else:
            best = self.best and self.store.directory / self.best["checkpoint"]
            self.store.save(arrays, facts, best)
        self._saved_at, self._last_step, self._last_time = (step, position), step, time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        if self._interrupt is not None:
            self._interrupt.on_epoch_begin(epoch)

    def end_fit(self, completed):
        if self._lock is not None:
            self._lock.release()
        if self._interrupt is not None:
            interrupt, self._interrupt = self._interrupt, None
            interrupt.__exit__()
            interrupt.heed_others()
            if completed:  # else what went wrong is to be heard
                interrupt.deliver()


def _workers(strategy):
    """Number of this worker, and how to learn a number of all."""
    return worker_index(strategy), lambda number: gather_from_workers(strategy, number)
