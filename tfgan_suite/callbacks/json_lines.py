"""The logs of a training as JSON lines."""

import json
import pathlib
import time

import keras
import numpy as np

from tfgan_suite.callbacks.step_counts import ended_early, epoch_start, steps_done
from tfgan_suite.files import replacing, strict
from tfgan_suite.registration import public


@public
class JsonLines(keras.callbacks.Callback):
    """Appends one line of JSON to a file after every epoch.

    Each line is an object with `epoch` (counted from 1), `step` (updates of the generator, or of
    the model, so far), `seconds` (since this `fit` began) and every scalar of the logs. The line of
    an epoch that was stopped before its last step has `"partial": true` too.

    The lines are strict JSON, which has no numbers that are not finite: those are the strings
    "NaN", "Infinity" and "-Infinity", which Python's `float` takes back.

    Args:
        path: the file; its directory is created if absent. An existing file is appended to.

    Raises:
        OSError: if the file cannot be written; as `fit` begins, not an epoch later.
    """

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)

    def on_train_begin(self, logs=None):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8"):
            pass
        self._start = time.perf_counter()

    def on_epoch_begin(self, epoch, logs=None):
        self._first = epoch_start(self.model)

    def on_resume(self, epoch, step):
        """Takes away the lines of epochs that come again: those that end after `step`."""
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = len(lines)
        while kept and _ends_after(lines[kept - 1], step):
            kept -= 1
        if kept < len(lines):
            with replacing(self.path) as temporary:
                temporary.write_text("".join(lines[:kept]), encoding="utf-8")

    def on_epoch_end(self, epoch, logs=None):
        step = steps_done(self.model)
        record = {
            "epoch": epoch + 1,
            "step": step,
            "seconds": round(time.perf_counter() - self._start, 3),
        }
        if ended_early(self, self._first):
            record["partial"] = True
        record |= scalars(logs or {})
        # One write, so that no reader and no kill splits a line.
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record, allow_nan=False) + "\n")


def _ends_after(line, step):
    try:
        return json.loads(line)["step"] > step
    except (ValueError, KeyError, TypeError):  # what a loss of power has left of a line
        return True


def scalars(logs):
    """The logs that hold one number each (of any shape), as what strict JSON can hold."""
    return {name: strict(np.asarray(v).item()) for name, v in logs.items() if np.size(v) == 1}
