"""The speed of a training, and its learning rates, in the logs of each epoch."""

import time

import keras

from tfgan_suite.learning_rates import learning_rates


class Throughput(keras.callbacks.Callback):
    """Adds to each epoch's logs: learning rates of all players and real images per second.

    The first step of an epoch is not counted: in the first epoch it holds the tracing.

    Args:
        images_per_step: real images in one step over all replicas, or None if unknown.
    """

    async_safe = True  # keeps Keras's own batch hooks off the training thread

    def __init__(self, images_per_step):
        super().__init__()
        self.images_per_step = images_per_step

    def on_epoch_begin(self, epoch, logs=None):
        self._ends = []

    def on_train_batch_end(self, batch, logs=None):
        # (step, time) of the first and of the last step so far.
        self._ends[1:] = [(batch, time.perf_counter())]

    def on_epoch_end(self, epoch, logs=None):
        if not self._ends:
            raise ValueError(
                "An epoch must have at least discriminator_steps="
                f"{self.model.discriminator_steps} full minibatches. Received: data too small for "
                "a single step"
            )
        logs.update(learning_rates(self.model))
        if self.images_per_step is not None and len(self._ends) == 2:
            (first, start), (last, end) = self._ends
            logs["images_per_second"] = (last - first) * self.images_per_step / (end - start)
