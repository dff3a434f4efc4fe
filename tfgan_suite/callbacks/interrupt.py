"""Signals during a training: the step is finished and what was reached is kept."""

import contextlib
import os
import signal
import threading

import keras

from tfgan_suite.registration import public

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@public
class Interrupt(keras.callbacks.Callback):
    """Context manager around `fit`, and one of its callbacks.

    The first SIGINT or SIGTERM asks `fit` to stop after the step it is in, so that the other
    callbacks' last words (`on_epoch_end`, `on_train_end`) are heard. The second stops at once: a
    SIGINT with `KeyboardInterrupt` (after which the signal ends the process, as a compiled step
    cannot be left from Python), a SIGTERM by ending the process.

    Under a strategy of several workers all stop after the same step, whichever of them received the
    signal, and all report it.

    Outside of the main thread, where Python has no signal handlers, it does nothing.

    Attributes:
        received: the signal that came, to this worker or another, or None.
    """

    async_safe = True

    def __init__(self):
        super().__init__()
        self.received = None
        self._previous = {}

    @property
    def requested(self):
        """Whether a signal came."""
        return self.received is not None

    @property
    def exit_status(self):
        """What a shell reports of a process that the signal ended: 130 or 143."""
        return 128 + self.received if self.requested else 0

    def heed_others(self):
        """Takes note of a signal that any of several workers has received."""
        for number in _SIGNALS:
            requests = getattr(self.model, "requests", None)
            agreed = requests is not None and requests.agreed(number.name)
            if agreed and not self.requested:
                self.received = number

    def __enter__(self):
        self._previous = {}
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                # A shell that starts a job in the background lets it ignore the Ctrl-C meant for
                # others.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}

    def deliver(self):
        """Lets the signal that came do what it would have done."""
        if self.requested:
            signal.raise_signal(self.received)

    def _handle(self, number, frame):
        if self.requested:
            signal.signal(number, signal.SIG_DFL)
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            signal.raise_signal(number)
        self.received = signal.Signals(number)
        self._ask()
        # Not through `sys.stderr`: the signal may have come in the middle of a write to it.
        again = "Ctrl-C" if number == signal.SIGINT else self.received.name
        with contextlib.suppress(OSError, ValueError):  # nobody may be listening
            words = f"\nfinishing this step and saving ({again} again stops at once)\n"
            os.write(2, words.encode())

    def on_epoch_begin(self, epoch, logs=None):
        # `fit` clears the flag as it starts: a signal before that would be forgotten.
        if self.requested:
            self._ask()

    def on_train_end(self, logs=None):
        self.heed_others()

    def _ask(self):
        if self.model is None:
            return
        self.model.stop_training = True
        if hasattr(self.model, "requests"):  # of several workers all must know
            self.model.requests.ask(self.received.name)
