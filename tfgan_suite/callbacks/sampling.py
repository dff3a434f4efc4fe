"""Generated examples as NumPy arrays, by one compiled function whatever their number."""

import numpy as np
import tensorflow as tf

from tfgan_suite import conditions
from tfgan_suite.registration import public


@public
class Sampler:
    """Calls the generator that serves: `sampler(n, seed)` gives n examples.

    It traces once, with a fixed batch; a last batch that is not full is padded. The trainer's own
    sequence of latents is not advanced.

    A generator of classes is asked for all of them equally often, unless it is told which:
    example i is of class i mod K.

    Args:
        trainer: a trainer (`sample_latents`, and `trainer(latents)` gives the examples).
        batch_size: latents in one call of the generator.

    Attributes:
        classes: number K of classes of the generator; None if it has none.

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
        self.classes = conditions.number_of_classes(trainer)
        self._generate = tf.function(lambda inputs: trainer(inputs, training=False))

    @property
    def example_shape(self):
        """Shape of one generated example."""
        return tuple(self.trainer.generator.outputs[0].shape)[1:]

    def __call__(self, n, seed, condition=None):
        """Generates `n` examples from the latents of an integer seed.

        Args:
            n: number of examples.
            seed: integer seed of the latents.
            condition: as `generate` takes it; None for `labels(n, seed)` where there are classes.

        Returns:
            float32 array `[n, ...]`.
        """
        if condition is None and self.classes:
            condition = self.labels(n, seed)
        return self.generate(self.latents(n, seed), condition)

    def latents(self, n, seed):
        """Latents `[n, latent_dim]` of an integer seed, as an array."""
        return np.asarray(self.trainer.sample_latents(n, seed=seed))

    def labels(self, n, seed):
        """The classes `[n]` that a call without a condition asks for, whatever the seed."""
        return conditions.balanced_labels(n, self.classes)

    def of_classes(self, labels, each, seed):
        """Latents and labels of several examples of each class, one class after the other.

        The k-th example of every class has the same latents: it shows what the class changes.

        Args:
            labels: the classes.
            each: examples of each.
            seed: integer seed of the latents.

        Returns:
            A pair of arrays, `[N, latent_dim]` and `[N]`, with N = `len(labels) * each`.
        """
        return np.tile(self.latents(each, seed), (len(labels), 1)), np.repeat(labels, each)

    def generate(self, latents, condition=None):
        """Generates one example for each row of latents `[N, latent_dim]`.

        Args:
            latents: float array or tensor.
            condition: array with N rows where the generator takes one, else None. Integer labels
                `[N]` become what a generator of classes takes, one-hot vectors perhaps.

        Returns:
            float32 array `[N, ...]`.

        Raises:
            ValueError: if the generator takes a condition and there is none, or the other way
                round, the numbers of rows differ, or a label is out of range.
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
            condition = self._checked(np.asarray(condition), len(latents))
            pairs = zip(self._batches(latents), self._batches(condition))
            batches = ([z, y] for z, y in pairs)
        parts = [self._generate(batch).numpy().astype(np.float32) for batch in batches]
        return np.concatenate(parts)[: len(latents)]

    def _checked(self, condition, rows):
        """A condition as the generator takes it."""
        if len(condition) != rows:
            raise ValueError(
                f"The condition must have a row for each of the {rows} latents. "
                f"Received: {len(condition)} rows"
            )
        if self.classes and condition.dtype.kind in "iu" and condition.ndim == 1:
            conditions.check_labels(condition, self.classes)
            tensor = self.trainer.generator.inputs[1]
            return conditions.as_input(condition, tensor, self.classes).numpy()
        return condition

    def _batches(self, rows):
        """Tensors of `batch_size` rows each; the last row fills the last of them."""
        missing = -len(rows) % self.batch_size
        rows = np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)])
        for start in range(0, len(rows), self.batch_size):
            yield tf.constant(rows[start : start + self.batch_size])
