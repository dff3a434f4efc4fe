"""Keras's callbacks that set learning rates, on the optimizers of several players."""

import keras

from tfgan_suite.registration import public

# Keras's own, which know of models with several optimizers.
SETTERS = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)


def learning_rates(trainer):
    """Dict of the players' learning rates by their names in the logs: `learning_rate` is that of
    the first player, `<player>_learning_rate` those of the others.
    """
    return {
        # `float(...)` alone refuses the variables of a distribution strategy.
        _log_name(option): float(keras.ops.convert_to_numpy(player.optimizer.learning_rate))
        for option, player in trainer.players_by_optimizer().items()
    }


def check_is_no_schedule(optimizer, words):
    """Raises ValueError if the learning rate of an optimizer follows a schedule.

    Args:
        optimizer: a Keras optimizer, perhaps within a `LossScaleOptimizer`.
        words: why it must not, the beginning of the message.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if isinstance(inner._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        raise ValueError(f"{words} Received: {inner.name} with {inner._learning_rate!r}")


@public
class OnPlayers(keras.callbacks.Callback):
    """Lets one of Keras's callbacks that set learning rates reach the players that you mean.

    `fit` hands each `LearningRateScheduler` and `ReduceLROnPlateau` among its callbacks all players
    by itself; this restricts one to some of them. Each player goes on from its own current rate,
    and what is counted (`patience`, `cooldown`) is counted once. Logs are `learning_rate` for the
    first player and `<player>_learning_rate` for the others.

        plateau = keras.callbacks.ReduceLROnPlateau("d_loss", factor=0.5, patience=3)
        gan.fit(x, callbacks=[tfgan_suite.callbacks.OnPlayers(plateau, ["discriminator"])])

    Args:
        callback: a `keras.callbacks.LearningRateScheduler` or `ReduceLROnPlateau`.
        players: names of players, in any order; None for all of the trainer.

    Raises:
        ValueError: if it is another callback; from `fit`, if the trainer has no player of a name,
            or the rate of one follows a schedule, which nobody can set.
    """

    def __init__(self, callback, players=None):
        super().__init__()
        if not isinstance(callback, SETTERS):
            raise ValueError(
                "`callback` must be a keras.callbacks.LearningRateScheduler or ReduceLROnPlateau; "
                "one of your own finds each player's optimizer as `model.players[name].optimizer`. "
                f"Received: callback={callback!r}"
            )
        self.callback = callback
        self.names = None if players is None else list(players)

    @property
    def remembers(self):
        """The callback whose state checkpoints keep."""
        return self.callback

    def set_params(self, params):
        super().set_params(params)
        self.callback.set_params(params)

    def set_model(self, model):
        super().set_model(model)
        known = {player.name: option for option, player in model.players_by_optimizer().items()}
        names = list(known) if self.names is None else self.names
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise ValueError(
                f"`players` must be some of the trainer's: {', '.join(known)}. "
                f"Received: players={self.names!r}"
            )
        optimizers = {name: model.players[name].optimizer for name in names}
        for name, optimizer in optimizers.items():
            check_is_no_schedule(
                optimizer,
                f"{type(self.callback).__name__} sets learning rates, and that of the player "
                f"{name!r} follows a schedule: give it a number, or restrict the callback to "
                "others with callbacks.OnPlayers(callback, [...]).",
            )
        self._log_names = {f"learning_rate_{name}": _log_name(known[name]) for name in names}
        self.callback.set_model(_Model([_Rate(*pair) for pair in optimizers.items()]))

    def on_train_begin(self, logs=None):
        self.callback.on_train_begin(logs)

    def on_epoch_begin(self, epoch, logs=None):
        self.callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        self.callback.on_epoch_end(epoch, logs)
        for found, name in self._log_names.items():
            if found in logs:
                logs[name] = logs.pop(found)

    def on_train_end(self, logs=None):
        self.callback.on_train_end(logs)


class _Rate:
    """A player's learning rate as these callbacks see an optimizer: a name, and a rate to set."""

    def __init__(self, name, optimizer):
        self.name = name
        self._optimizer = optimizer

    @property
    def learning_rate(self):
        return self._optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._optimizer.learning_rate = value


class _Model:
    """What these callbacks see of a model with several optimizers."""

    def __init__(self, rates):
        self.optimizer = self
        self.optimizers = rates


def _log_name(option):
    """`discriminator_optimizer` -> `discriminator_learning_rate`."""
    return option.removesuffix("optimizer") + "learning_rate"
