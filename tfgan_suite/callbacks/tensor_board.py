"""Scalars of a training for TensorBoard."""

import keras
import numpy as np

from tfgan_suite.registration import public


@public
class TensorBoard(keras.callbacks.TensorBoard):
    """Keras's callback with the logs of every epoch alone, and a memory that stays as it is.

    Keras's hands the logs of each step to TensorFlow as Python numbers, also where it writes none
    of them; and TensorFlow keeps a tensor of every Python number that it has met. Measured: 0.57 kB
    for each of them, 47 kB for an epoch of 10 steps with 8 logs.

    Args:
        log_dir: directory of the events, which are in `train` and `validation` in it.

    Raises:
        OSError: if the directory cannot be written.
    """

    async_safe = True  # its hooks of batches do nothing that a thread could disturb

    def __init__(self, log_dir):
        super().__init__(log_dir, write_graph=False)

    def on_train_batch_begin(self, batch, logs=None):
        """Nothing is written here."""

    def on_train_batch_end(self, batch, logs=None):
        """Nothing is written here."""

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(np.int64(epoch), _as_arrays(logs))

    def on_test_end(self, logs=None):
        super().on_test_end(_as_arrays(logs))


def _as_arrays(logs):
    return {name: np.asarray(value) for name, value in (logs or {}).items()}
