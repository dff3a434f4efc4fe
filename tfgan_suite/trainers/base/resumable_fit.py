"""`fit` in parts: begun in the middle of an epoch, and begun again from an earlier state."""

import contextlib

import keras
import tensorflow as tf

from tfgan_suite.distribution import (
    check_global_batch,
    has_several_workers,
    naming_lost_workers,
)
from tfgan_suite.learning_rates import SETTERS, OnPlayers
from tfgan_suite.progress import Position, Restart
from tfgan_suite.trainers.base.micro_batches import check_micro_batches
from tfgan_suite.trainers.base.packs import check_whole_packs
from tfgan_suite.trainers.base.requests import REQUESTS
from tfgan_suite.trainers.base.step_data import (
    check_can_be_kept,
    check_whole_executions,
    expected_end_of_data,
    next_data_step,
    prepare_steps,
)
from tfgan_suite.trainers.base.throughput import Throughput

# Of Keras's callbacks, those that compare epochs.
_JUDGES = (keras.callbacks.EarlyStopping, keras.callbacks.ModelCheckpoint)


def fit(trainer, keras_fit, x, y, options):
    """What `Trainer.fit` does.

    Args:
        trainer: the trainer.
        keras_fit: `keras.Model.fit` of the trainer.
        x, y: as `Trainer.fit` takes them.
        options: dict of its further arguments, which is used up.

    Returns:
        The `keras.callbacks.History`.
    """
    strategy = trainer.distribute_strategy
    replicas = strategy.num_replicas_in_sync
    callbacks = options.pop("callbacks", None) or []
    is_list_of_keras = isinstance(callbacks, keras.callbacks.CallbackList)
    if is_list_of_keras:
        callbacks.callbacks = [_on_all_players(c, trainer) for c in callbacks.callbacks]
    else:
        callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        callbacks = [OnPlayers(c) if isinstance(c, SETTERS) else c for c in callbacks]
    keepers = [] if is_list_of_keras else keepers_of(callbacks)
    trainer.requests.withdraw(*REQUESTS)
    per_execution = trainer.steps_per_execution
    # Executions must not cross a stage's border: the length of an epoch is to be known.
    in_stages = trainer.stage_clock is not None and per_execution > 1
    steps = prepare_steps(trainer, x, y, options, keep=bool(keepers) or in_stages)
    check_global_batch(steps.batch_size, strategy)
    check_micro_batches(steps.batch_size, trainer.micro_batches, replicas)
    check_whole_packs(trainer, steps.batch_size)
    images = steps.batch_size and steps.batch_size * trainer.discriminator_steps
    if trainer.stage_clock is not None:
        trainer.stage_clock.images_per_step = images
        trainer.stage_clock.check_lengths(per_execution)
        if in_stages:
            check_whole_executions(steps, per_execution, "A training in stages")

    def plain():
        with expected_end_of_data(steps.dataset, options):
            return keras_fit(steps.dataset, steps.y, callbacks=callbacks, **options)

    if is_list_of_keras:
        return plain()
    callbacks = [Throughput(images), *callbacks]
    uneven = steps.per_epoch is not None and steps.per_epoch % per_execution
    if replicas > 1 and per_execution > 1:
        check_whole_executions(steps, per_execution, "Several replicas")
    if any(keeper.saves for keeper in keepers):
        check_can_be_kept(steps, per_execution)
    if not isinstance(steps.dataset, tf.data.Dataset) or uneven:
        steps.begin = None
    if steps.begin is None and not keepers and not has_several_workers(strategy):
        return plain()
    completed = False
    with naming_lost_workers(strategy):
        try:
            history = _kept_fit(trainer, keras_fit, steps, callbacks, keepers, options)
            completed = True
        finally:
            trainer.resumed_steps = 0
            for keeper in keepers:
                keeper.end_fit(completed)
    return history


def _on_all_players(callback, trainer):
    """A callback of a list that has met its model already."""
    if not isinstance(callback, SETTERS):
        return callback
    wrapped = OnPlayers(callback)
    wrapped.set_model(trainer)
    return wrapped


def _kept_fit(trainer, keras_fit, steps, callbacks, keepers, options):
    position = None
    for keeper in keepers:
        position = keeper.begin_fit(trainer, steps, keepers) or position
    if position is None:
        position = Position(options.get("initial_epoch", 0), 0, next_data_step(trainer, steps))
    verbose = options.pop("verbose", "auto")
    callbacks = Callbacks(
        callbacks,
        keepers,
        steps.per_epoch,
        add_progbar=verbose != 0,
        verbose=verbose,
        epochs=options.get("epochs", 1),
        model=trainer,
    )
    with expected_end_of_data(steps.dataset, options):
        return fit_in_parts(trainer, keras_fit, steps, position, callbacks, options)


def keepers_of(callbacks):
    """Those of the callbacks that keep a training, the guards before what saves.

    A keeper is a Keras callback that has, beside Keras's hooks:

    - `begin_fit(trainer, steps, keepers)`, called before anything else: returns the `Position` from
      which to go on, having put the trainer into that state; or None to begin as asked;
    - `after_train_begin(callbacks, position)`, after all callbacks' `on_train_begin`;
    - `resume_epoch(position)`, after all callbacks' `on_epoch_begin` of an epoch that is begun in
      its middle;
    - `after_step(position)`, in the thread of the training, after each execution of the step;
    - `after_epoch(position, logs)`, after all callbacks' `on_epoch_end`;
    - `after_training(position)`, before all callbacks' `on_train_end`;
    - `end_fit(completed)`, whatever happened;
    - `saves`, whether it writes states from which a training can go on; it then has
      `begun_before()` too, a context around all callbacks' `on_epoch_begin` of such an epoch.

    Each may raise `Restart`, except `end_fit`.
    """
    keepers = [callback for callback in callbacks if hasattr(callback, "after_step")]
    return sorted(keepers, key=lambda keeper: keeper.saves)


def _has_stopped(callback):
    return (
        isinstance(callback, keras.callbacks.EarlyStopping)
        and callback.stopped_epoch > 0
        and callback.wait >= callback.patience
    )


class _EpochLogs(keras.callbacks.Callback):
    """The logs of an epoch as the callbacks before it have left them."""

    logs = None

    def on_epoch_end(self, epoch, logs=None):
        self.logs = logs


class Callbacks(keras.callbacks.CallbackList):
    """Keras's list of callbacks, told of one `fit` however often it is begun; calls the keepers.

    Args:
        callbacks: list of callbacks.
        keepers: those of them that are keepers.
        steps: steps in an epoch, or None if unknown.
        **options: of `keras.callbacks.CallbackList`.
    """

    def __init__(self, callbacks, keepers, steps, **options):
        self._heard = _EpochLogs()
        super().__init__([*callbacks, self._heard], add_history=True, steps=steps, **options)
        self.keepers, self.steps = keepers, steps
        self.savers = [keeper for keeper in keepers if keeper.saves]
        self.position = Position()
        self._begun = self.over = False
        self._last_logs = None

    def go_to(self, position):
        """What follows begins at a `Position`."""
        self._flush_futures()
        self.position = position
        self._offset = position.step  # Keras counts the steps of a part from 0
        self.model.resumed_steps = position.step

    def on_train_begin(self, logs=None):
        if self._begun:
            return
        self._begun = True
        super().on_train_begin(logs)
        for keeper in self.keepers:
            keeper.after_train_begin(self.callbacks, self.position)
        # What goes on was ended by one of these already, and is not to be ended an epoch later.
        self.over = any(map(_has_stopped, self.callbacks))
        if self.over:
            raise Restart(self.position)

    def on_epoch_begin(self, epoch, logs=None):
        if not self._offset:
            super().on_epoch_begin(epoch, logs)
            return
        with contextlib.ExitStack() as held:
            for keeper in self.savers:
                held.enter_context(keeper.begun_before())
            super().on_epoch_begin(epoch, logs)
        for keeper in self.keepers:
            keeper.resume_epoch(self.position)

    def on_train_batch_begin(self, batch, logs=None):
        super().on_train_batch_begin(batch + self._offset, logs)

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch + self._offset, logs)
        done = batch + 1 + self._offset
        taken = self.position.data_step
        if taken is not None:
            taken += done - self.position.step
        self.position = Position(self.position.epoch, done, taken)
        for keeper in self.keepers:
            keeper.after_step(self.position)

    def on_epoch_end(self, epoch, logs=None):
        within = self.steps is not None and self.position.step < self.steps
        # An epoch that will go on is not judged yet.
        waiting = _JUDGES if within and self.savers else ()
        every, self.callbacks = self.callbacks, [
            callback for callback in self.callbacks if not isinstance(callback, waiting)
        ]
        try:
            super().on_epoch_end(epoch, logs)
        finally:
            self.callbacks = every
        self.model.requests.agree()  # on what callbacks ask for, before Keras or a keeper looks
        self._last_logs = logs = self._heard.logs
        if self.steps is None or self.position.step >= self.steps:
            self.position = Position(epoch + 1, 0, self.position.data_step)
            self._offset = 0
            self.model.resumed_steps = 0
        for keeper in self.keepers:
            keeper.after_epoch(self.position, logs)

    def on_train_end(self, logs=None):
        """Keras calls it at the end of every part; see `finish`."""

    def finish(self):
        """The end of the training."""
        # First: some callbacks leave other weights behind, from which a training must not go on.
        for keeper in self.keepers:
            keeper.after_training(self.position)
        super().on_train_end(self._last_logs)


def fit_in_parts(trainer, keras_fit, steps, position, callbacks, options):
    """Keras's `fit`, from any position on.

    Args:
        trainer: the trainer.
        keras_fit: `keras.Model.fit` of the trainer.
        steps: a `Steps`.
        position: the `Position` to begin at.
        callbacks: a `Callbacks`.
        options: arguments of `keras_fit`, without data, epochs and callbacks; `epochs` too.

    Returns:
        The `keras.callbacks.History`.
    """
    options = dict(options)
    epochs = options.pop("epochs", 1)
    options.pop("initial_epoch", None)
    while True:
        try:
            _parts(trainer, keras_fit, steps, position, callbacks, epochs, options)
            callbacks.finish()
            return trainer.history
        except Restart as restart:
            position = restart.position


def _parts(trainer, keras_fit, steps, position, callbacks, epochs, options):
    callbacks.go_to(position)
    if callbacks.over:
        return

    def part(epoch, end):
        here = callbacks.position
        length = None if steps.per_epoch is None else steps.per_epoch - here.step
        given = {**options, "steps_per_epoch": options.get("steps_per_epoch")}
        if steps.begin is not None:
            data = steps.begin(here.data_step)
            given["steps_per_epoch"] = length
        elif here.step:
            data = steps.dataset.skip(here.step)
            given["steps_per_epoch"] = length
        else:
            data = steps.dataset
        keras_fit(
            data, steps.y, epochs=end, initial_epoch=epoch, callbacks=callbacks, verbose=0, **given
        )

    # `fit` clears the flag as it starts.
    if position.step and position.epoch < epochs:
        part(position.epoch, position.epoch + 1)
        if trainer.stop_training or callbacks.position.epoch >= epochs:
            return
    part(callbacks.position.epoch, max(epochs, callbacks.position.epoch))
