"""Ctrl-C during a training: the step is finished and what was reached is kept."""

import signal
import sys
import threading

import keras


class Interrupt(keras.callbacks.Callback):
    """Context manager around `fit`, and one of its callbacks.

    The first SIGINT asks `fit` to stop after the step it is in, so that the other callbacks' last
    words (`on_epoch_end`, `on_train_end`) are heard. The second stops at once, with
    `KeyboardInterrupt`; after it the signal ends the process, as a compiled step cannot be left
    from Python.

    Outside of the main thread, where Python has no signal handlers, it does nothing.
    """

    def __init__(self):
        super().__init__()
        self.requested = False

    def __enter__(self):
        self._previous = None
        in_main = threading.current_thread() is threading.main_thread()
        # A shell that starts a job in the background lets it ignore the Ctrl-C meant for others.
        if in_main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            self._previous = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_):
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)

    def _handle(self, signum, frame):
        if self.requested:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            raise KeyboardInterrupt
        self.requested = True
        if self.model is not None:
            self.model.stop_training = True
        sys.stderr.write("\nfinishing this step and saving (Ctrl-C again stops at once)\n")
        sys.stderr.flush()

    def on_epoch_begin(self, epoch, logs=None):
        # `fit` clears the flag as it starts: a signal before that would be forgotten.
        if self.requested:
            self.model.stop_training = True
