"""Ctrl-C in a run, within this process."""

import contextlib
import json
import signal
import textwrap

import keras
import numpy as np
import pytest

from tfgan_suite import experiment
from tfgan_suite.callbacks import Interrupt
from tfgan_suite.experiment import resolve_config

PRESS = """
    class Press(keras.callbacks.Callback):
        def __init__(self, times):
            super().__init__()
            self.times = times

        def on_train_batch_end(self, batch, logs=None):
            import signal
            if int(self.model.step.numpy()) == 6:
                for _ in range(self.times):
                    signal.raise_signal(signal.SIGINT)


    class Mean:"""


@contextlib.contextmanager
def foreground():
    """SIGINT as in a shell's foreground, whatever this test session was started from."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@pytest.fixture(autouse=True)
def in_foreground():
    with foreground():
        yield


def run_pressed(folder, text, times):
    """Runs the small recipe in `folder`, pressing Ctrl-C so many times in its sixth step."""
    text = text.replace("class Mean:", textwrap.dedent(PRESS))
    text = text.replace("evaluators=", f"callbacks=[Press({times})], evaluators=")
    (folder / "pressed.py").write_text(text)
    recipe = experiment.load_recipe(folder / "pressed.py")
    with contextlib.chdir(folder), foreground():
        return experiment.run(recipe, resolve_config(recipe, ["epochs=5"]))


@pytest.fixture(scope="module")
def pressed(tmp_path_factory, recipe_text):
    """A folder, and the `Result` of a run in it that was interrupted once."""
    folder = tmp_path_factory.mktemp("pressed")
    return folder, run_pressed(folder, recipe_text, 1)


def test_what_was_reached_is_kept(pressed):
    folder, result = pressed
    assert result.interrupted
    loaded = keras.saving.load_model(folder / result.directory.latest)
    assert int(loaded.step.numpy()) == 6
    for one, other in zip(loaded.weights, result.experiment.trainer.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_the_last_picture_and_line_are_of_the_last_step(pressed):
    folder, result = pressed
    assert (folder / result.directory.samples / "epoch-0002.png").exists()
    last = json.loads((folder / result.directory.metrics).read_text().splitlines()[-1])
    assert (last["epoch"], last["step"], last["partial"]) == (2, 6, True)


def test_an_interrupted_run_is_not_evaluated_or_exported(pressed):
    folder, result = pressed
    assert not (folder / result.directory.final).exists()
    assert not (folder / result.directory.evaluation).exists()
    assert result.exported is None and not (folder / "saved_models").exists()


def test_the_second_press_stops_at_once(tmp_path, recipe_text):
    with pytest.raises(KeyboardInterrupt):
        run_pressed(tmp_path, recipe_text, 2)


def test_the_signal_is_pythons_again_afterwards():
    with Interrupt():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_press_before_the_first_step_is_not_forgotten():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        model.fit(np.ones((9, 1)), np.ones((9, 1)), batch_size=1, callbacks=[interrupt], verbose=0)
    assert int(model.optimizer.iterations.numpy()) == 1


def test_a_background_job_goes_on_ignoring_it():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
    assert not interrupt.requested
