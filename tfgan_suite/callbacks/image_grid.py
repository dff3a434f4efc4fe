"""Pictures of the generator's progress: the same latents after every epoch."""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import drawing
from tfgan_suite.callbacks.sampling import Sampler
from tfgan_suite.checks import positive_int
from tfgan_suite.registration import public

SCATTER_POINTS = 2048
ROWS, MOST_CLASSES = 8, 16


@public
class ImageGrid(keras.callbacks.Callback):
    """Draws what the generator that serves makes of fixed latents.

    Files in `directory`: `epoch-0000.png` before training, `epoch-0001.png` after the first epoch
    and so on, `real.png` if real examples are given, and TensorBoard events of the same drawing.
    The last state of a training is always drawn. Each file is there complete or not at all.

    Images `[N, H, W, 1 or 3]` in [-1, 1] become a grid (values outside are clipped for drawing
    only), small ones enlarged by a whole factor. With a generator of classes each row is of one
    class, and all images of a column are of the same latents. Points `[N, 2]` become a scatter plot
    of 2048 points, its axes fixed by the real points; without real points, by what is drawn.

    The latents come from `seed` alone: drawing does not advance the trainer's own sequence, so a
    training gives the same weights with and without drawing.

    Args:
        directory: created if absent.
        every: epochs between two drawing.
        rows: rows of the grid; None for 8, or with a generator of classes for as many as there are,
            up to 16 (of more, every n-th is drawn).
        columns: columns of the grid.
        seed: integer seed of the latents.
        real: batch of real examples, or `tf.data.Dataset` of batches (of examples, or of
            `(examples, condition)`); or None.
        tensorboard: whether to write TensorBoard events too.
        condition: for a generator that takes one: `rows * columns` conditions, or 2048 for points;
            None for the classes in turn.

    Raises:
        ValueError: if a number is not a positive integer, the generator's output cannot be drawn,
            or it takes a condition that is no class and there is none.
        OSError: if the directory cannot be written.
    """

    _title = "generated"  # of the pictures in TensorBoard

    def __init__(
        self,
        directory,
        *,
        every=1,
        rows=None,
        columns=8,
        seed=0,
        real=None,
        tensorboard=True,
        condition=None,
    ):
        super().__init__()
        for name, value in (("every", every), ("rows", rows), ("columns", columns)):
            if value is not None or name != "rows":
                positive_int(name, value)
        self.directory = pathlib.Path(directory)
        self.every, self.rows, self.columns, self.seed = every, rows, columns, seed
        self.condition = condition
        self._real_source = real
        self._tensorboard = tensorboard
        self._sampler = self._writer = self._real = self._limits = None

    def on_train_begin(self, logs=None):
        if self._sampler is None or self._sampler.trainer is not self.model:
            self._prepare()
        self._drawn = None

    def _prepare(self):
        sampler = Sampler(self.model)
        self._kind = drawing.check_drawable(sampler.example_shape)
        rows = self.rows or min(sampler.classes or ROWS, MOST_CLASSES)
        self._count = SCATTER_POINTS if self._kind == "points" else rows * self.columns
        sampler.batch_size = min(self._count, 256)
        if sampler.classes and self.condition is None and self._kind == "image":
            labels = np.arange(rows) * max(1, sampler.classes // rows) % sampler.classes
            self._inputs = sampler.of_classes(labels, self.columns, self.seed)
        else:
            labels = sampler.labels(self._count, self.seed) if sampler.classes else None
            condition = labels if self.condition is None else self.condition
            self._inputs = sampler.latents(self._count, self.seed), condition
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._real_source is not None:
            self._draw_real(_first(self._real_source, self._count))
        self._sampler = sampler

    def _draw_real(self, real):
        drawing.check_drawable(real.shape[1:])
        if self._kind == "points":
            self._real, self._limits = real, drawing.limits(real)
            # Grey, as under the generated points: a picture of these alone.
            pixels = drawing.scatter(real[:0], self._limits, real)
        else:
            pixels = drawing.tile(real, self.columns)
        drawing.write_png(self.directory / "real.png", pixels)

    def on_epoch_begin(self, epoch, logs=None):
        if self._drawn is None and getattr(self.model, "resumed_steps", 0):
            self._drawn = epoch  # the picture of its beginning is there
        elif self._drawn is None:
            self.draw(epoch)

    def on_epoch_end(self, epoch, logs=None):
        self._reached = epoch + 1
        if self._reached % self.every == 0:
            self.draw(self._reached)

    def on_train_end(self, logs=None):
        if self._drawn is not None and self._drawn != self._reached:
            self.draw(self._reached)
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def draw(self, epoch):
        """Writes the picture of the present state as that of a number of completed epochs."""
        pixels = self._picture()
        drawing.write_png(self.directory / f"epoch-{epoch:04d}.png", pixels)
        self._drawn = self._reached = epoch
        if self._tensorboard:
            if self._writer is None:
                self._writer = tf.summary.create_file_writer(str(self.directory))
            with self._writer.as_default():
                tf.summary.image(self._title, pixels[np.newaxis], step=epoch)
            self._writer.flush()

    def _picture(self):
        """The pixels of a picture of the present state."""
        made = self._sampler.generate(*self._inputs)
        if self._kind == "points":
            return drawing.scatter(made, self._limits or drawing.limits(made), self._real)
        return drawing.tile(made, self.columns)


def _first(source, count):
    """The first `count` examples, or all there are, of a batch or of a dataset of batches."""
    parts, have = [], 0
    for batch in source if isinstance(source, tf.data.Dataset) else [source]:
        batch = np.asarray(batch[0] if isinstance(batch, (tuple, list)) else batch)
        parts.append(batch[: count - have])
        have += len(parts[-1])
        if have >= count:
            break
    if not have:
        raise ValueError("`real` must hold at least one example. Received: none")
    return np.concatenate(parts)
