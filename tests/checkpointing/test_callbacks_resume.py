"""What callbacks remember is part of a training: Keras's own, and those of a user."""

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
import trainings
from trainings import STEPS

from tfgan_suite import callbacks, testing, trainers
from tfgan_suite.checkpointing import callback_state


class Improves(keras.callbacks.Callback):
    """Writes a score into the logs that is best after the second of all epochs."""

    def on_epoch_end(self, epoch, logs=None):
        logs["score"] = abs(epoch - 1.0)


class Halves(keras.callbacks.Callback):
    """Halves the rate of the discriminator as each epoch begins, and counts it."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.count += 1
        optimizer = self.model.players["discriminator"].optimizer
        optimizer.learning_rate = optimizer.learning_rate * 0.5

    def get_state(self):
        return {"count": self.count}

    def set_state(self, state):
        self.count = state["count"]


def extra_callbacks(folder):
    """One of each kind, by the names of their classes; what they score is best at the second."""
    of = keras.callbacks
    score = {"monitor": "score", "mode": "min"}
    weights = {"save_weights_only": True}
    return {
        "LearningRateScheduler": of.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
        "Halves": Halves(),
        "ReduceLROnPlateau": of.ReduceLROnPlateau(**score, patience=1, min_delta=0.5, cooldown=1),
        "EarlyStopping": of.EarlyStopping(**score, patience=5, restore_best_weights=True),
        "ModelCheckpoint": of.ModelCheckpoint(
            folder / "best.weights.h5", **score, save_best_only=True, **weights
        ),
        "ModelCheckpoint by steps": of.ModelCheckpoint(
            folder / "{batch}.weights.h5", save_freq=3, **weights
        ),
        "CSVLogger": of.CSVLogger(folder / "log.csv"),
        "CSVLogger that appends": of.CSVLogger(folder / "more.csv", append=True),
        "TensorBoard": of.TensorBoard(folder / "events", update_freq=1),
        "LambdaCallback": of.LambdaCallback(on_epoch_begin=lambda epoch, logs: None),
        "TerminateOnNaN": of.TerminateOnNaN(),
    }


NOT_HERE = {
    "BackupAndRestore": "refused: it would go back to a state of its own",
    "SwapEMAWeights": "takes optimizers with use_ema, which `compile` refuses",
    "RemoteMonitor": "sends what it is given",
    "OrbaxCheckpoint": "needs a package that is not required",
    "ProgbarLogger": "added by `fit`",
    "History": "added by `fit`, and compared below",
    "Callback": "the base",
    "CallbackList": "a list",
    "MonitorCallback": "the base of those that compare epochs",
}
REMEMBERED = (
    "best", "wait", "cooldown_counter", "best_epoch", "count", "_global_train_batch",
    "_batches_seen_since_last_saving",
)  # fmt: skip


def test_every_callback_of_keras_is_tried_or_left_out_for_a_reason(tmp_path):
    public = {name for name in dir(keras.callbacks) if name[0].isupper()}
    assert public - set(extra_callbacks(tmp_path)) == set(NOT_HERE) & public


def train(folder, stop=None):
    """The history of a training, and all of its state, by names."""
    (folder / "written").mkdir(exist_ok=True)
    extra = extra_callbacks(folder / "written")
    trainer = trainings.train(
        "ema", folder / "checkpoints", stop, epochs=3, extra=[Improves(), *extra.values()]
    )
    found = {
        f"{name}.{key}": getattr(callback, key)
        for name, callback in extra.items()
        for key in REMEMBERED
        if hasattr(callback, key)
    }
    found |= {"epochs": trainer.history.epoch, "losses": trainer.history.history["g_loss"]}
    for path in (folder / "written").iterdir():
        if path.suffix == ".csv":  # speed, in later columns, is the machine's
            found[path.name] = [line.split(",")[:3] for line in path.read_text().splitlines()]
        elif path.suffix == ".h5":
            with h5py.File(path) as file:
                arrays = []
                file.visititems(lambda _, item: arrays.append(item))
                found[path.name] = [
                    item[()].tobytes() for item in arrays if isinstance(item, h5py.Dataset)
                ]
    return {**found, **trainings.digests(trainer)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tmp_path_factory.mktemp("whole"))


# In the second epoch, at the end of the first, and in it.
@pytest.mark.parametrize(
    "moment",
    [STEPS + 2, *(pytest.param(moment, marks=pytest.mark.slow) for moment in (STEPS, 2))],
)
def test_a_resumed_training_has_what_callbacks_made_of_it(moment, tmp_path, whole):
    train(tmp_path, moment)
    resumed = train(tmp_path)
    assert [key for key in whole if resumed.get(key) != whole[key]] == []
    assert set(resumed) == set(whole)


class Remembers(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.count, self.seen, self.by_epoch, self.every, self.added = 0, [], {}, 2, {"x": 1.0}

    def on_epoch_end(self, epoch, logs=None):
        self.count += 1
        self.seen.append(epoch // self.every)
        self.by_epoch[epoch] = self.count
        logs.update(self.added)
        logs["y"] = self.added["x"]


def test_what_cannot_be_kept_of_a_callback_is_said_by_name(tmp_path):
    with pytest.warns(UserWarning, match=r"get_state.*Remembers \(by_epoch, count, seen\)$"):
        trainings.train("plain", tmp_path, epochs=1, extra=[Remembers()])


class Noise(keras.layers.Layer):
    def call(self, x, training=False):
        return x + tf.random.normal(tf.shape(x)) if training else x


def test_layers_that_draw_by_tf_random_are_named(tmp_path):
    generator, discriminator = testing.mlp_networks((2, 2, 1))
    images = keras.Input((2, 2, 1))
    noisy = keras.Model(images, discriminator(Noise(name="mine")(images)))
    trainer = trainers.MinimaxGAN(generator, noisy, testing.LATENT_DIM, seed=0)
    trainer.compile(run_eagerly=True)
    x = np.zeros((4, 2, 2, 1), np.float32)
    with pytest.warns(UserWarning, match="Received: 'mine' of the discriminator$"):
        trainer.fit(x, batch_size=4, verbose=0, callbacks=[callbacks.Checkpoints(tmp_path)])


def test_another_restorer_beside_checkpoints_is_refused(tmp_path):
    other = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(ValueError, match="BackupAndRestore"):
        trainings.train("plain", tmp_path / "checkpoints", epochs=1, extra=[other])


def test_a_training_that_stopped_by_itself_is_over(tmp_path):
    def train(epochs):
        stopping = keras.callbacks.EarlyStopping(
            "score", mode="min", patience=1, restore_best_weights=True
        )
        extra = [Improves(), stopping]
        return trainings.train("plain", tmp_path, epochs=epochs, extra=extra)

    first = train(6)
    assert int(first.step) == 2 * STEPS  # the best weights, with their counter
    again = train(6)
    assert int(again.step) == 2 * STEPS  # the best weights, with their counter
    assert trainings.digests(again) == trainings.digests(first)


def test_a_state_sets_no_attribute_but_those_that_are_kept():
    stopping = keras.callbacks.EarlyStopping("score", mode="min")
    callback_state.set_callback_state(
        [stopping], {"EarlyStopping/0": {"wait": 3, "best": "Infinity", "on_epoch_end": "mine"}}
    )
    assert (stopping.wait, stopping.best) == (3, np.inf)
    assert callable(stopping.on_epoch_end)
