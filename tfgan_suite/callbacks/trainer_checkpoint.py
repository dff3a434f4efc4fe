"""The whole trainer on disk, after epochs and at the end."""

import contextlib
import pathlib

import keras

from tfgan_suite.checks import positive_int
from tfgan_suite.files import replacing
from tfgan_suite.registration import public


@public
class TrainerCheckpoint(keras.callbacks.Callback):
    """Saves the trainer (both networks, averages, optimizers, options) as one `.keras` file.

    The file is replaced every `every` epochs and when training ends, in one step: what a killed run
    leaves behind is the last complete state. `keras.saving.load_model` takes it back.

    Args:
        path: file name ending in `.keras`; its directory is created if absent.
        every: epochs between two saves.

    Raises:
        ValueError: if `path` does not end in `.keras` or `every` is not a positive integer.
        OSError: if the file cannot be written.
    """

    def __init__(self, path, *, every=1):
        super().__init__()
        self.path = pathlib.Path(path)
        if self.path.suffix != ".keras":
            raise ValueError(f"A trainer is saved as a `.keras` file. Received: path={str(path)!r}")
        self.every = positive_int("every", every)

    def on_train_begin(self, logs=None):
        if hasattr(self.model, "warn_of_lost_objects"):
            self.model.warn_of_lost_objects()  # now, not after the training
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._saved = True

    def on_epoch_end(self, epoch, logs=None):
        self._saved = False
        if (epoch + 1) % self.every == 0:
            self.save()

    def on_train_end(self, logs=None):
        if not self._saved:
            self.save()

    def save(self):
        """Saves the present state."""
        save_trainer(self.model, self.path)
        self._saved = True


def save_trainer(trainer, path):
    """Saves a trainer as a `.keras` file, at once or not at all."""
    _remember_what_keras_skips()
    with replacing(path) as temporary:
        trainer.save(temporary)


def _remember_what_keras_skips():
    """Fills the table of attributes that are not saved, which Keras looks into in vain.

    Keras 3.15.1 stores them under one name (`skipset`) and looks for them under another
    (`skiplist`). It therefore makes a new layer for every layer it saves, and a new optimizer with
    two variables for every optimizer; and TensorFlow keeps the kernel that makes a variable, 36 kB,
    for every new name. Measured: 145 kB more with each save of a trainer, and half of its time.
    """
    # A release of Keras in which they are not there has another way to find these attributes.
    with contextlib.suppress(ImportError, AttributeError):
        from keras.src.backend.common import global_state
        from keras.src.saving import saving_lib

        for kind in ("Operation", "Layer", "Functional", "Sequential", "Metric", "Optimizer"):
            found = saving_lib.get_attr_skipset(kind)
            global_state.set_global_attribute(f"saving_attr_skiplist_{kind}", found)
