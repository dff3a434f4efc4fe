"""Early stopping that goes on where an interrupted training goes on."""

import keras

from tfgan_suite.callbacks.step_counts import ended_early, epoch_start
from tfgan_suite.registration import public


@public
class EarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's, but an epoch that was stopped before its last step does not count.

    Keras ends such an epoch like any other, and a training that goes on from a checkpoint ends it
    a second time: `wait` would then be one more than without the interruption.

    Args:
        monitor: name of a log, such as one of `MetricEvaluation`, which must stand before this
            callback.
        patience: epochs without a better value after which the training stops. Epochs without an
            evaluation count too.
        mode: `"min"` or `"max"`, what is better.
        **options: of `keras.callbacks.EarlyStopping`.
    """

    def __init__(self, monitor, *, patience, mode, **options):
        super().__init__(monitor, patience=patience, mode=mode, **options)

    def on_epoch_begin(self, epoch, logs=None):
        self._first = epoch_start(self.model)

    def on_epoch_end(self, epoch, logs=None):
        if not ended_early(self, self._first):
            super().on_epoch_end(epoch, logs)
