"""Pictures of the generator's progress: the same latents after every epoch."""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import drawing
from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.generation import Generate, SamplePicture
from tfgan_suite.registration import public

_MOST_IN_A_CALL = 256  # examples

@public
class SampleGrid(keras.callbacks.Callback):
    """Draws what the generator that serves makes of fixed latents, as its modality draws examples.

    Files in `directory`: `epoch-0000.png` before training, `epoch-0001.png` after the first epoch
    and so on, `real.png` if real examples are given, and TensorBoard events of the same drawing.
    The last state of a training is always drawn. Each file is there complete or not at all.

    Images in [-1, 1] become a grid (values outside are clipped for drawing only), small ones
    enlarged by a whole factor. With a generator of classes, or of another condition, each row is of
    one of them, and all images of a column are of the same latents; a margin names attributes,
    texts, vectors, and classes that have names. Points become a scatter plot of 2048 points, its
    axes fixed by the real points; without real points, by what is drawn.

    The latents come from `seed` alone: drawing does not advance the trainer's own sequence, so a
    training gives the same weights with and without drawing.

    Args:
        directory: created if absent.
        every: epochs between two drawing.
        rows: rows of the grid; None for the modality's (of images 8), or with a generator of
            classes for as many as there are, up to 16 (of more, every n-th is drawn).
        columns: columns of the grid; None for the modality's (of images 8).
        seed: integer seed of the latents.
        real: batch of real examples, or `tf.data.Dataset` of batches (of examples, or of
            `(examples, condition)`); or None.
        tensorboard: whether to write TensorBoard events too.
        condition: for a generator that takes one: `rows * columns` conditions, or 2048 for points;
            None for the classes in turn, for another kind the conditions of the real examples.

    Raises:
        ValueError: if a number is not a positive integer; from `fit`, if the generator takes no
            latents, its output cannot be drawn, or nobody knows which condition to ask for.
        OSError: if the directory cannot be written.
    """

    _title = "generated"  # of the pictures in TensorBoard

    def __init__(
        self,
        directory,
        *,
        every=1,
        rows=None,
        columns=None,
        seed=0,
        real=None,
        tensorboard=True,
        condition=None,
    ):
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.every = positive_int("every", every)
        self.rows = positive_int_or_none("rows", rows)
        self.columns = positive_int_or_none("columns", columns)
        self.seed, self.real, self.condition = seed, real, condition
        self._tensorboard = tensorboard
        self._prepared = self._writer = None

    def on_train_begin(self, logs=None):
        if self._prepared is not self.model:
            self.prepare()
            self._prepared = self.model
        self._drawn = None

    def prepare(self):
        """Chooses what is drawn, and draws the real examples."""
        picture = SamplePicture(
            Generate(self.model),
            rows=self.rows,
            columns=self.columns,
            seed=self.seed,
            real=self.real,
            condition=self.condition,
        )
        # In one call, where so many examples fit into one.
        picture.generate.batch_size = min(len(picture.latents), _MOST_IN_A_CALL)
        self.directory.mkdir(parents=True, exist_ok=True)
        if picture.real is not None:
            drawing.write_png(self.directory / "real.png", picture.draw_real())
        self.picture = picture

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
        pixels = self.picture()
        drawing.write_png(self.directory / f"epoch-{epoch:04d}.png", pixels)
        self._drawn = self._reached = epoch
        if self._tensorboard:
            if self._writer is None:
                self._writer = tf.summary.create_file_writer(str(self.directory))
            with self._writer.as_default():
                tf.summary.image(self._title, pixels[np.newaxis], step=epoch)
            self._writer.flush()


# The name for generators of images.
ImageGrid = SampleGrid
