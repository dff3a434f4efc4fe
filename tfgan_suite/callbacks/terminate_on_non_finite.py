"""An end to trainings that have become NaN."""

import keras
import numpy as np

from tfgan_suite.callbacks._steps import steps_done
from tfgan_suite.registration import public


@public
class TerminateOnNonFinite(keras.callbacks.Callback):
    """Raises when a logged scalar, or a weight, is NaN or infinite.

    `keras.callbacks.TerminateOnNaN` looks at `logs["loss"]` alone, which a GAN does not have. This
    one looks at every log after every step and after every epoch, and at every weight after every
    epoch: the logs of the last step say nothing of the update that followed. It raises, rather than
    ask `fit` to stop, because then no callback after it sees the epoch: put it before those that
    write checkpoints.

    Raises:
        FloatingPointError: naming the logs or the weight, their values and the step.
    """

    async_safe = True  # what it raises reaches `fit` by the end of the epoch

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._first = epoch, steps_done(self.model)

    def on_train_batch_end(self, batch, logs=None):
        self._check(logs, self._first + batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        self._check(logs, steps_done(self.model))
        for variable in self.model.variables:
            is_float = "float" in str(variable.dtype)
            if is_float and not np.isfinite(np.asarray(variable).astype(np.float32)).all():
                what = f"weight {variable.path}"
                raise FloatingPointError(self._message(what, steps_done(self.model)))

    def _check(self, logs, step):
        bad = {}
        for name, value in (logs or {}).items():
            value = np.asarray(value)
            if value.dtype.kind == "f" and not np.isfinite(value).all():
                bad[name] = value
        if bad:
            named = ", ".join(f"{name}={value}" for name, value in bad.items())
            raise FloatingPointError(self._message(named, step))

    def _message(self, what, step):
        return (
            f"Training has become NaN or infinite by step {step} (epoch {self._epoch + 1}). Try a "
            "smaller learning rate. "
            f"Received: {what}"
        )
