"""Pictures of a translator's progress: the same images after every epoch."""

from tfgan_suite import drawing
from tfgan_suite.callbacks.sample_grid import SampleGrid
from tfgan_suite.generation import Translator, draw_translations
from tfgan_suite.generation.given_rows import first_pairs
from tfgan_suite.generation.translation_picture import draw_pair
from tfgan_suite.registration import public


@public
class TranslationGrid(SampleGrid):
    """Draws what the translators that serve make of fixed images.

    Each row of a picture is one example: with one direction input, output, target; with two (A to B
    and B to A) a, its translation, that one translated back, and the same of b. Files and events
    are those of `SampleGrid`.

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
        super().__init__(directory, every=every, rows=rows, tensorboard=tensorboard, real=real)

    def prepare(self):
        """Chooses what is translated, and draws it."""
        translator = Translator(self.model, batch_size=min(self.rows, 16))
        pair = first_pairs(self.real, self.rows)
        self.directory.mkdir(parents=True, exist_ok=True)
        drawing.write_png(self.directory / "real.png", draw_pair(translator, pair))
        self.picture = lambda: draw_translations(translator, pair)
