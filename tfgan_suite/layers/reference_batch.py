"""A fixed batch inside a network."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.registration import register


@register
class ReferenceBatch(keras.layers.Layer):
    """Gives the same batch at every call: the reference of `VirtualBatchNormalization`.

    The batch is a weight that is not trained, so it is saved with the model. The layer's input only
    gives the batch its place in the model, and its value is not used.

    Input: any tensor. Output: `[R, ...]`.

    Args:
        batch: array of shape `[R, ...]`: images of the training set for a discriminator, latents
            for a generator; or, in a config, that shape.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `batch` has no rows or is not finite.
    """

    def __init__(self, batch, **kwargs):
        super().__init__(**kwargs)
        self._initial = None
        if isinstance(batch, (tuple, list)) and all(isinstance(size, int) for size in batch):
            self._shape = tuple(positive_int("batch", size) for size in batch)
            return
        self._initial = np.array(batch, "float64")
        self._shape = self._initial.shape
        if not self._initial.size or not self._shape or not np.isfinite(self._initial).all():
            raise ValueError(
                "`batch` must be an array of at least one row, all finite. "
                f"Received: batch of shape {self._shape}"
            )

    def build(self, input_shape):
        initializer = "zeros"  # until the saved weights are loaded
        if self._initial is not None:
            initializer = lambda shape, dtype=None: keras.ops.convert_to_tensor(  # noqa: E731
                self._initial, dtype
            )
        self.batch = self.add_weight(
            shape=self._shape, initializer=initializer, trainable=False, name="batch"
        )

    def call(self, x):
        return tf.identity(self.batch.value)

    def compute_output_shape(self, input_shape):
        return self._shape

    def get_config(self):
        return {**super().get_config(), "batch": list(self._shape)}
