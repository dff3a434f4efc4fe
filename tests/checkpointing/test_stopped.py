"""A training stopped at once, by a second Ctrl-C, loses the work since its last save and no more."""

import signal

import keras
import pytest
import trainings

from tfgan_suite.checkpointing import CheckpointStore, format


class Press(keras.callbacks.Callback):
    """Presses Ctrl-C in a step, a number of times."""

    def __init__(self, step, times):
        super().__init__()
        self.step, self.times = step, times

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step) == self.step:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def foreground():
    """SIGINT as in a shell's foreground, whatever this test session was started from."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def steps_saved(folder):
    return [format.verify(path)["step"] for path in CheckpointStore(folder).paths()]


@pytest.mark.parametrize("when", ["in a step", "in a save"])
def test_a_second_press_does_no_harm(when, tmp_path, monkeypatch):
    whole = trainings.digests(trainings.train("plain"))
    times = 2
    if when == "in a save":  # of what the first press has asked for
        times, write = 1, format.write

        def interrupted(folder, arrays, facts):
            write(folder, arrays, facts)
            if facts["step"] == 6:
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(format, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trainings.train("plain", tmp_path, extra=[Press(6, times)])
    monkeypatch.undo()
    assert steps_saved(tmp_path) == [4]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"checkpoint-000001", "training.lock"}
    assert trainings.digests(trainings.train("plain", tmp_path)) == whole
