"""Checkpoints: when they are made, and when `fit` refuses to go on from them."""

import json
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite.callbacks import Checkpoints, JsonLines
from tfgan_suite.checkpointing import CheckpointError, DirectoryLock, format

ROWS, BATCH = 32, 8  # four steps in an epoch


@pytest.fixture
def examples(real_examples):
    return real_examples((2,))


def fit(trainer, examples, checkpoints, *others, epochs=2, batch_size=BATCH):
    callbacks = [checkpoints, *others]
    return trainer.fit(
        examples, batch_size=batch_size, epochs=epochs, callbacks=callbacks, verbose=0
    )


def steps_saved(checkpoints):
    return [format.verify(path)["step"] for path in checkpoints.store.paths()]


@pytest.mark.parametrize(
    "options, steps",
    [
        ({}, [4, 8]),
        ({"every_epochs": 2}, [8]),
        ({"every_epochs": None}, [8]),
        ({"every_steps": 3}, [3, 4, 6, 8]),
        ({"every_epochs": None, "every_steps": 3}, [3, 6, 8]),
        ({"every_minutes": 1e-9}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"every_steps": 1, "keep": 2}, [7, 8]),
    ],
)
def test_when_it_saves(make_trainer, examples, tmp_path, options, steps):
    checkpoints = Checkpoints(tmp_path, **{"keep": 9, **options})
    fit(make_trainer((2,)), examples, checkpoints)
    assert steps_saved(checkpoints) == steps


class Scores(keras.callbacks.Callback):
    """Puts given scores into the logs of the epochs."""

    def __init__(self, *scores):
        super().__init__()
        self.scores = scores

    def on_epoch_end(self, epoch, logs=None):
        logs["score"] = self.scores[epoch]


@pytest.mark.parametrize("mode, best", [("min", 8), ("max", 4)])
def test_the_best_stays(make_trainer, examples, tmp_path, mode, best):
    checkpoints = Checkpoints(tmp_path, keep=1, monitor="score", mode=mode)
    fit(make_trainer((2,)), examples, Scores(3.0, 1.0, 2.0, 2.0), checkpoints, epochs=4)
    assert steps_saved(checkpoints) == [best, 16]


def test_the_best_score_is_remembered(make_trainer, examples, tmp_path):
    options = {"keep": 1, "monitor": "score"}
    fit(make_trainer((2,)), examples, Scores(1.0, 3.0), Checkpoints(tmp_path, **options))
    again = Checkpoints(tmp_path, **options)
    fit(make_trainer((2,)), examples, Scores(0, 0, 2.0), again, epochs=3)
    assert steps_saved(again) == [4, 12] and again.best["score"] == 1.0


def test_a_log_that_is_not_there_is_named(make_trainer, examples, tmp_path):
    with pytest.raises(ValueError, match="`monitor` must be one of.*g_loss.*monitor='fid'"):
        fit(make_trainer((2,)), examples, Checkpoints(tmp_path, monitor="fid"))


def test_schedules_and_history_go_on(make_trainer, examples, tmp_path):
    def plateau():
        return keras.callbacks.ReduceLROnPlateau("score", mode="min", patience=2, factor=0.5)

    scores = [1.0] * 5
    whole = make_trainer((2,))
    kept = Checkpoints(tmp_path / "a")
    history = fit(whole, examples, Scores(*scores), plateau(), kept, epochs=5)
    fit(make_trainer((2,)), examples, Scores(*scores), plateau(), Checkpoints(tmp_path / "b"))
    resumed = make_trainer((2,))
    again = fit(
        resumed, examples, Scores(*scores), plateau(), Checkpoints(tmp_path / "b"), epochs=5
    )
    assert float(resumed.optimizer.learning_rate) == float(whole.optimizer.learning_rate) == 0.125
    del history.history["images_per_second"], again.history["images_per_second"]
    assert history.history == again.history and again.epoch == [0, 1, 2, 3, 4]


def test_lines_of_epochs_that_come_again_are_taken_away(make_trainer, examples, tmp_path):
    lines = tmp_path / "lines.jsonl"

    def run(epochs, **options):
        fit(
            make_trainer((2,)),
            examples,
            Checkpoints(tmp_path / "c", **options),
            JsonLines(lines),
            epochs=epochs,
        )
        return [json.loads(line)["step"] for line in lines.read_text().splitlines()]

    assert run(3, every_epochs=2) == [4, 8, 12]
    for path in Checkpoints(tmp_path / "c").store.paths()[1:]:  # as if killed before the last save
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    assert run(3) == [4, 8, 12]


def test_a_finished_training_is_not_trained_again(make_trainer, examples, tmp_path):
    fit(make_trainer((2,)), examples, Checkpoints(tmp_path))
    trainer = make_trainer((2,))
    fit(trainer, examples, Checkpoints(tmp_path))
    assert int(trainer.step) == 8


def test_a_damaged_checkpoint_costs_the_work_since_the_one_before(make_trainer, examples, tmp_path):
    whole = make_trainer((2,))
    fit(whole, examples, Checkpoints(tmp_path))
    newest = Checkpoints(tmp_path).store.paths()[-1] / format.STATE
    newest.write_bytes(newest.read_bytes()[:-1])
    trainer = make_trainer((2,))
    with pytest.warns(UserWarning, match="DAMAGED.*Going back to checkpoint-000001, step 4"):
        fit(trainer, examples, Checkpoints(tmp_path))
    for one, other in zip(whole.weights, trainer.weights, strict=True):
        np.testing.assert_array_equal(one, other)


# === Refusals ===


def test_a_changed_configuration_is_shown_and_refused(make_trainer, examples, tmp_path):
    fit(make_trainer((2,)), examples, Checkpoints(tmp_path))
    with pytest.raises(ValueError, match=r"another configuration.*options.ema_decay: 0.5 -> 0.25"):
        fit(make_trainer((2,), ema_decay=0.25), examples, Checkpoints(tmp_path), epochs=3)
    trainer = make_trainer((2,), ema_decay=0.25)
    fit(trainer, examples, Checkpoints(tmp_path, allow_changes=True), epochs=3)
    assert int(trainer.step) == 12


def test_another_batch_size_is_a_change(make_trainer, examples, tmp_path):
    fit(make_trainer((2,)), examples, Checkpoints(tmp_path))
    with pytest.raises(ValueError, match="data.batch_size: 8 -> 16"):
        fit(make_trainer((2,)), examples, Checkpoints(tmp_path), batch_size=16)


def test_other_networks_are_refused_even_if_changes_are_allowed(
    make_trainer, real_examples, tmp_path
):
    fit(make_trainer((2,)), real_examples((2,)), Checkpoints(tmp_path))
    other = make_trainer((3,))
    before = [weight.numpy() for weight in other.weights]
    with pytest.raises(ValueError, match="of another trainer.*generator/.*is float32"):
        fit(other, real_examples((3,)), Checkpoints(tmp_path, allow_changes=True))
    for weight, value in zip(other.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_a_directory_in_use_is_refused(make_trainer, examples, tmp_path):
    with DirectoryLock(tmp_path / "training.lock"):
        with pytest.raises(BlockingIOError, match="Another training is at work"):
            fit(make_trainer((2,)), examples, Checkpoints(tmp_path))


def test_checkpoints_of_before_are_refused_if_not_wanted(make_trainer, examples, tmp_path):
    fit(make_trainer((2,)), examples, Checkpoints(tmp_path))
    with pytest.raises(ValueError, match="holds checkpoints"):
        fit(make_trainer((2,)), examples, Checkpoints(tmp_path, resume=False))


def test_a_trainer_that_has_gone_past_is_refused(make_trainer, examples, tmp_path):
    fit(make_trainer((2,)), examples, Checkpoints(tmp_path), epochs=1)
    trainer = make_trainer((2,))
    trainer.fit(examples, batch_size=BATCH, epochs=2, verbose=0)
    with pytest.raises(ValueError, match="has done 8 steps"):
        fit(trainer, examples, Checkpoints(tmp_path), epochs=3)


def test_data_of_unknown_length_are_refused(make_trainer, examples, tmp_path):
    unknown = tf.data.Dataset.from_tensor_slices(examples).batch(8).filter(lambda x: True)
    with pytest.raises(ValueError, match="must know the length of an epoch"):
        make_trainer((2,)).fit(unknown, callbacks=[Checkpoints(tmp_path)], verbose=0)


def test_data_without_an_order_resume_with_a_warning(make_trainer, examples, tmp_path):
    plain = tf.data.Dataset.from_tensor_slices(examples).batch(8)
    make_trainer((2,)).fit(plain, callbacks=[Checkpoints(tmp_path)], verbose=0)
    with pytest.warns(UserWarning, match="no order that is known from the epoch"):
        make_trainer((2,)).fit(plain, callbacks=[Checkpoints(tmp_path)], verbose=0, epochs=2)


def test_a_save_that_fails_ends_the_training(make_trainer, examples, tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, every_steps=2)

    def fail(folder, arrays, facts, write=format.write):
        if facts["step"] == 6:
            raise OSError(28, "No space left on device")
        write(folder, arrays, facts)

    monkeypatch.setattr(format, "write", fail)
    trainer = make_trainer((2,))
    with pytest.raises(CheckpointError, match="No space left"):
        fit(trainer, examples, checkpoints)
    assert int(trainer.step) == 6 and steps_saved(checkpoints) == [2, 4]


@pytest.mark.parametrize(
    "options", [{"every_epochs": 0}, {"every_steps": 1.5}, {"every_minutes": 0}, {"mode": "least"}]
)
def test_options_out_of_range_are_refused(tmp_path, options):
    with pytest.raises(ValueError, match=f"Received: {next(iter(options))}="):
        Checkpoints(tmp_path, **options)


# === Signals ===


class Raise(keras.callbacks.Callback):
    """Raises a signal in a step."""

    def __init__(self, number, step):
        super().__init__()
        self.number, self.step = number, step

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step) == self.step:
            signal.raise_signal(self.number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_finishes_the_step_saves_and_is_delivered(
    make_trainer, examples, tmp_path, number
):
    received = []
    previous = signal.signal(number, lambda *_: received.append(number))
    try:
        checkpoints = Checkpoints(tmp_path)
        trainer = make_trainer((2,))
        fit(trainer, examples, checkpoints, Raise(number, 3))
        assert received == [number]
    finally:
        signal.signal(number, previous)
    assert int(trainer.step) == 3 and steps_saved(checkpoints) == [3]
