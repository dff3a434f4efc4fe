"""JsonLines: one strict line for each epoch."""

import json

import keras
import numpy as np
import pytest

from tfgan_suite.callbacks import JsonLines


def refuse(constant):
    raise ValueError(f"{constant} is not strict JSON")


def read(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line, parse_constant=refuse) for line in lines]


@pytest.fixture
def model():
    """A plain Keras model: the callback is not for GANs alone."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(8, 2)), rng.normal(size=(8, 1))


def test_a_line_holds_the_logs_of_its_epoch(make_trainer, real_examples, tmp_path):
    path = tmp_path / "new" / "metrics.jsonl"
    history = make_trainer().fit(
        real_examples(), batch_size=16, epochs=3, callbacks=[JsonLines(path)], verbose=0
    )
    lines = read(path)
    for name, values in history.history.items():
        assert [line[name] for line in lines] == values


def test_epochs_steps_and_seconds(make_trainer, real_examples, tmp_path):
    path = tmp_path / "metrics.jsonl"
    make_trainer().fit(
        real_examples(), batch_size=16, epochs=3, callbacks=[JsonLines(path)], verbose=0
    )
    lines = read(path)
    assert [(line["epoch"], line["step"]) for line in lines] == [(1, 2), (2, 4), (3, 6)]
    seconds = [line["seconds"] for line in lines]
    assert 0.0 <= seconds[0] <= seconds[1] <= seconds[2]


def test_a_second_fit_appends(model, data, tmp_path):
    path = tmp_path / "metrics.jsonl"
    for _ in range(2):
        model.fit(*data, callbacks=[JsonLines(path)], verbose=0)
    assert [line["step"] for line in read(path)] == [1, 2]


class Logs(keras.callbacks.Callback):
    """Adds logs of its own."""

    def __init__(self, **logs):
        super().__init__()
        self.added = logs

    def on_epoch_end(self, epoch, logs=None):
        logs.update(self.added)


def test_numbers_that_are_not_finite_are_strings(model, data, tmp_path):
    path = tmp_path / "metrics.jsonl"
    extra = Logs(a=float("nan"), b=np.float32(np.inf), c=np.array([-np.inf]), d=np.int64(3))
    model.fit(*data, callbacks=[extra, JsonLines(path)], verbose=0)
    (line,) = read(path)
    assert (line["a"], line["b"], line["c"], line["d"]) == ("NaN", "Infinity", "-Infinity", 3)


def test_what_is_not_a_scalar_is_left_out(model, data, tmp_path):
    path = tmp_path / "metrics.jsonl"
    model.fit(*data, callbacks=[Logs(histogram=np.ones(3)), JsonLines(path)], verbose=0)
    (line,) = read(path)
    assert "histogram" not in line and "loss" in line


class StopAfterOneStep(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = True


def test_an_epoch_that_was_cut_short_says_so(model, data, tmp_path):
    path = tmp_path / "metrics.jsonl"
    model.fit(*data, batch_size=4, callbacks=[JsonLines(path)], verbose=0)
    model.fit(*data, batch_size=4, callbacks=[StopAfterOneStep(), JsonLines(path)], verbose=0)
    assert [line.get("partial", False) for line in read(path)] == [False, True]


def test_a_file_that_cannot_be_written_is_an_error_before_training(model, data, tmp_path):
    before = model.get_weights()
    with pytest.raises(OSError):
        model.fit(*data, callbacks=[JsonLines(tmp_path)], verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
