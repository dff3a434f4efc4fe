"""Generated examples as NumPy arrays, by one compiled function whatever their number."""

import numpy as np
import tensorflow as tf

from tfgan_suite.registration import public


@public
class Sampler:
    """Calls the generator that serves: `sampler(n, seed)` gives n examples.

    It traces once, with a fixed batch; a last batch that is not full is padded. The trainer's own
    sequence of latents is not advanced.

    Args:
        trainer: a trainer (`sample_latents`, and `trainer(latents)` gives the examples).
        batch_size: latents in one call of the generator.

    Raises:
        TypeError: if `trainer` has no latents to sample.
    """

    def __init__(self, trainer, batch_size=64):
        if not hasattr(trainer, "sample_latents"):
            raise TypeError(
                "Examples can be sampled only from a trainer whose generator takes latents. "
                f"Received: {type(trainer).__name__}"
            )
        self.trainer = trainer
        self.batch_size = batch_size
        self.takes_condition = len(trainer.generator.inputs) > 1
        self._generate = tf.function(lambda inputs: trainer(inputs, training=False))

    @property
    def example_shape(self):
        """Shape of one generated example."""
        return tuple(self.trainer.generator.outputs[0].shape)[1:]

    def __call__(self, n, seed, condition=None):
        """Generates `n` examples from the latents of an integer seed.

        Returns:
            float32 array `[n, ...]`.
        """
        return self.generate(self.trainer.sample_latents(n, seed=seed), condition)

    def generate(self, latents, condition=None):
        """Generates one example for each row of latents `[N, latent_dim]`.

        Args:
            latents: float array or tensor.
            condition: array with N rows where the generator takes one, else None.

        Returns:
            float32 array `[N, ...]`.

        Raises:
            ValueError: if the generator takes a condition and there is none, or the other way
                round, or the numbers of rows differ.
        """
        latents = np.asarray(latents, np.float32)
        if self.takes_condition != (condition is not None):
            raise ValueError(
                f"The generator {self.trainer.generator.name!r} takes "
                f"{'a' if self.takes_condition else 'no'} condition beside the latents. "
                f"Received: condition={condition!r}"
            )
        if condition is None:
            batches = self._batches(latents)
        else:
            condition = np.asarray(condition)
            if len(condition) != len(latents):
                raise ValueError(
                    f"The condition must have a row for each of the {len(latents)} latents. "
                    f"Received: {len(condition)} rows"
                )
            pairs = zip(self._batches(latents), self._batches(condition))
            batches = ([z, y] for z, y in pairs)
        parts = [self._generate(batch).numpy().astype(np.float32) for batch in batches]
        return np.concatenate(parts)[: len(latents)]

    def _batches(self, rows):
        """Tensors of `batch_size` rows each; the last row fills the last of them."""
        missing = -len(rows) % self.batch_size
        rows = np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)])
        for start in range(0, len(rows), self.batch_size):
            yield tf.constant(rows[start : start + self.batch_size])
