"""Pictures of walks between latents, when training ends."""

import pathlib

import keras

from tfgan_suite import drawing
from tfgan_suite.generation import Generate, interpolate
from tfgan_suite.generation.interpolation import draw_interpolation
from tfgan_suite.generation.rows_of_conditions import check_drawable
from tfgan_suite.registration import public


@public
class LatentInterpolation(keras.callbacks.Callback):
    """Draws interpolations between random latents when training ends, as `interpolation.png`.

    Each row goes from one latent vector to another (see `generation.interpolate`); with a generator
    of classes, or of another condition, each row is of one of them. For generators of points the
    rows are the walks, drawn in one scatter plot.

    Args:
        directory: created if absent.
        rows: walks.
        columns: images in each walk, both ends included; at least 2.
        seed: integer seed of the ends; the trainer's own sequence is not advanced.
        condition: one for each row, as `generation.Generate.of` takes it; None for the classes in
            turn, or for what else the generator's interface chooses.

    Raises:
        ValueError: if a number is out of range or the generator's output cannot be drawn.
        OSError: if the directory cannot be written.
    """

    def __init__(self, directory, *, rows=8, columns=10, seed=0, condition=None):
        super().__init__()
        for name, value, least in (("rows", rows, 1), ("columns", columns, 2)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(
                    f"`{name}` must be an integer of at least {least}. Received: {name}={value!r}"
                )
        self.directory = pathlib.Path(directory)
        self.rows, self.columns, self.seed = rows, columns, seed
        self.condition = condition

    def on_train_begin(self, logs=None):
        self._generate = Generate(self.model, batch_size=min(self.rows * self.columns, 256))
        check_drawable(self._generate.modality)
        self._latents = interpolate(self._generate.prior, self.rows, self.columns, self.seed)
        # Now, not after the training: it may turn out that nobody knows what to ask for.
        self._of_rows = self._generate.condition_or(self.condition, self.rows, self.seed)
        self.directory.mkdir(parents=True, exist_ok=True)

    def on_train_end(self, logs=None):
        pixels = draw_interpolation(self._generate, self._latents, self._of_rows)
        drawing.write_png(self.directory / "interpolation.png", pixels)
