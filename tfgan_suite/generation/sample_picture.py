"""A picture of what a generator makes of fixed latents."""

import numpy as np

from tfgan_suite.generation.given_conditions import again, repeated
from tfgan_suite.generation.given_rows import spread_rows
from tfgan_suite.generation.rows_of_conditions import check_drawable, draw_rows
from tfgan_suite.registration import public

MOST_CLASSES = 16


@public
class SamplePicture:
    """Draws what a generator makes of fixed latents, each time as it then is.

    Examples are drawn as their modality does it: images as a grid, points as a scatter plot. Where
    they stand in rows and the generator depends on something, each row is of one condition, all
    examples of a column are of the same latents, and a margin says what the rows are of, unless
    they are of classes without names.

    Args:
        generate: a `Generate` of a generator of latents.
        rows: rows of the picture; None for as many as the modality has or, of a generator of
            classes, for as many as there are, up to 16 (of more, every n-th is drawn).
        columns: examples in a row; None for as many as the modality has.
        seed: integer seed of the latents.
        real: real examples, or a tuple `(examples, condition)`, or a `tf.data.Dataset` of batches
            of either; or None.
        condition: of each example, as `Generate.of` takes it; None for the classes in turn, of
            another kind for those of the real examples, or without for those that the generator's
            interface chooses.

    Attributes:
        real: real examples, spread evenly, as many as are drawn at most, or None.
        latents: float32 array `[N, latent_dim]`.
        condition: of each example.

    Raises:
        ValueError: if what the generator makes cannot be drawn, or nobody knows what to ask for.

    Example:
        >>> draw = SamplePicture(Generate(trainer), columns=8)
        >>> drawing.write_png("now.png", draw())
    """

    def __init__(
        self, generate, *, rows=None, columns=None, seed=0, real=None, condition=None
    ):
        modality = generate.modality
        check_drawable(modality)
        self.generate = generate
        count, self.columns = modality.grid
        if modality.in_rows:
            self.columns = columns or self.columns
            classes = generate.classes
            rows = rows or (min(classes, MOST_CLASSES) if classes else count // modality.grid[1])
            count = rows * self.columns
        self.real, given = None, None
        if real is not None:
            self.real, *given = spread_rows(real, count)
        in_rows = modality.in_rows and generate.interface.conditions and condition is None
        wanted = rows if in_rows else count
        if condition is None:
            condition = _conditions(generate, wanted, seed, given)
        if in_rows:
            self.latents = np.tile(generate.latents(self.columns, seed), (rows, 1))
            self.condition = repeated(condition, self.columns)
        else:
            self.latents, self.condition = generate.latents(count, seed), condition

    def __call__(self):
        """The pixels: uint8 array `[height, width, 1 or 3]`."""
        made = self.generate.of(self.latents, self.condition)
        return draw_rows(self.generate, made, self.condition, self.columns, self.real)

    def draw_real(self):
        """The pixels of a picture of the real examples alone."""
        return self.generate.modality.draw_real(self.real, self.columns)


def _conditions(generate, count, seed, given):
    """What to ask for in a picture.

    Args:
        generate: the `Generate`.
        count: number of rows of the picture, or of examples where they stand in none.
        seed: integer seed of what is chosen.
        given: list of the conditions of real examples; None or empty without.
    """
    interface = generate.interface
    kinds, labels = interface.conditions, interface.labels
    if kinds == (labels,):
        spread = generate.modality.in_rows and count < labels.classes
        every = labels.classes // count if spread else 1
        return np.arange(count) * every % labels.classes
    if kinds and len(given or ()) == len(kinds):
        return again([kind.check(values) for kind, values in zip(kinds, given)], count)
    return generate.condition(count, seed)
