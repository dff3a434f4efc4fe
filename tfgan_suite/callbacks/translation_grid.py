"""Pictures of a translator's progress: the same images after every epoch."""

import numpy as np
import tensorflow as tf

from tfgan_suite import drawing
from tfgan_suite.callbacks.image_grid import ImageGrid
from tfgan_suite.callbacks.translating import Translator
from tfgan_suite.registration import public


@public
class TranslationGrid(ImageGrid):
    """Draws what the translators that serve make of fixed images.

    Each row of a picture is one example: with one direction input, output, target; with two (A to B
    and B to A) a, its translation, that one translated back, and the same of b. Files and events
    are those of `ImageGrid`.

    Args:
        directory: created if absent.
        real: batches as the trainer's data has them: `(images, inputs)` for one direction, `(a, b)`
            for two; a tuple of arrays, or a `tf.data.Dataset` of batches.
        every: epochs between two drawing.
        rows: examples.
        tensorboard: whether to write TensorBoard events too.

    Raises:
        ValueError: if a number is not a positive integer or the images cannot be drawn.
        OSError: if the directory cannot be written.
    """

    _title = "translated"

    def __init__(self, directory, real, *, every=1, rows=8, tensorboard=True):
        super().__init__(directory, every=every, rows=rows, tensorboard=tensorboard)
        self._real_source = real

    def _prepare(self):
        sampler = Translator(self.model, batch_size=min(self.rows, 16))
        self._pair = first_pairs(self._real_source, self.rows)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._sampler = sampler
        drawing.write_png(self.directory / "real.png", sheet(self._pair))

    def _picture(self):
        return translations(self._sampler, self._pair)


def translations(translator, pair):
    """The picture of some examples, as a uint8 array `[height, width, 3]`.

    Args:
        translator: a `Translator`.
        pair: `(images, inputs)` where it has one direction, `(a, b)` where it has two.
    """
    first, second = pair
    if len(translator.directions) == 1:
        return sheet((second, translator(second), first))
    columns = []
    for images, (there, back) in zip(pair, (translator.directions, translator.directions[::-1])):
        translated = translator(images, there)
        columns += [images, translated, translator(translated, back)]
    return sheet(columns)


def sheet(columns):
    """Arranges batches of images as columns: one row for each example. Grey becomes RGB."""
    columns = [np.asarray(c) for c in columns]
    for images in columns:
        drawing.check_drawable(images.shape[1:])
    columns = [c if c.shape[-1] == 3 else c.repeat(3, axis=-1) for c in columns]
    rows = np.stack(columns, axis=1)  # [rows, columns, height, width, 3]
    return drawing.tile(rows.reshape(-1, *rows.shape[2:]), len(columns))


def first_pairs(source, count):
    """The first `count` pairs, or all there are, of a tuple of arrays or a dataset of batches.

    Raises:
        ValueError: if there are none, or they are not pairs.
    """
    parts, have = [], 0
    for batch in source if isinstance(source, tf.data.Dataset) else [source]:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise ValueError(
                "`real` must hold pairs of images. "
                f"Received: {type(batch).__name__} in place of a pair"
            )
        parts.append([np.asarray(part)[: count - have] for part in batch])
        have += len(parts[-1][0])
        if have >= count:
            break
    if not have:
        raise ValueError("`real` must hold at least one pair. Received: none")
    return [np.concatenate(side) for side in zip(*parts)]
