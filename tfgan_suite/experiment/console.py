"""What a run says: progress while it trains, and facts before and after."""

import contextlib
import math
import os
import pathlib
import sys
import time

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_NOT_IN_LINES = ("learning_rate", "discriminator_learning_rate")
_MONITOR = "monitor_"  # its figures fill a line of their own; it says by itself what they mean


def make_console():
    """A console on standard output; lines for a file or a pipe are not cut to a width."""
    return Console(file=sys.stdout, soft_wrap=True, highlight=False)


@contextlib.contextmanager
def silence():
    """Yields a console that nobody sees: of a worker other than the chief."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        yield Console(file=nowhere)


def relative(path):
    """A path as seen from the current directory where it lies in it, else absolute."""
    path = pathlib.Path(path).absolute()
    here = pathlib.Path.cwd()
    return os.fspath(path.relative_to(here) if path.is_relative_to(here) else path)


class EpochLines(keras.callbacks.Callback):
    """One line for each epoch; on a terminal, a progress bar below them."""

    async_safe = True  # looks at nothing but the logs it is given

    def __init__(self, console):
        super().__init__()
        self.console = console
        self._bar = None

    def on_train_begin(self, logs=None):
        epochs, steps = self.params["epochs"], self.params["steps"]
        if self.console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeRemainingColumn(compact=True, elapsed_when_finished=True),
                TextColumn("{task.fields[scores]}"),
                console=self.console,
                transient=True,
            )
            total = None if steps is None else epochs * steps
            self._task = self._bar.add_task("training", total=total, scores="")
            self._bar.start()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._start = epoch, time.perf_counter()
        if self._bar is not None:
            description = f"epoch {epoch + 1}/{self.params['epochs']}"
            self._bar.update(self._task, description=description)

    def on_train_batch_end(self, batch, logs=None):
        if self._bar is not None:
            done = self._epoch * (self.params["steps"] or 0) + batch + 1
            losses = {k: v for k, v in (logs or {}).items() if k.endswith("_loss")}
            self._bar.update(self._task, completed=done, scores=_in_words(losses))

    def on_epoch_end(self, epoch, logs=None):
        kept = {
            k: v
            for k, v in (logs or {}).items()
            if k not in _NOT_IN_LINES and not k.startswith(_MONITOR)
        }
        seconds = time.perf_counter() - self._start
        self.console.print(
            f"epoch {epoch + 1}/{self.params['epochs']}  {_in_words(kept)}  {seconds:.1f} s"
        )

    def on_train_end(self, logs=None):
        self.close()

    def close(self):
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _in_words(logs):
    scalars = {name: value for name, value in logs.items() if np.size(value) == 1}
    return "  ".join(f"{name} {number(value)}" for name, value in scalars.items())


def number(value):
    """A number as a reader wants it: four significant digits, large and whole numbers whole."""
    value = np.asarray(value).item()
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.0f}" if abs(value) >= 1000 or value.is_integer() else f"{value:.4g}"
    return str(value)


def duration(seconds):
    """`41 s`, `12 min 05 s` or `3 h 20 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, seconds = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def print_facts(console, title, facts):
    """A title and lines of `name  value`; values are not wrapped, so paths can be copied."""
    console.print(f"\n[bold]{title}[/bold]")
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        console.print(f"  {name:<{width}}  {value}", markup=False)
