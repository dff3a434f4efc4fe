"""A picture of what translators make of fixed examples."""

from tfgan_suite.generation.margins import side_by_side
from tfgan_suite.generation.rows_of_conditions import check_drawable
from tfgan_suite.registration import public


@public
def draw_translations(translator, pair):
    """Draws examples and what becomes of them, one row for each.

    With one direction a row is input, output, target; with two (A to B and B to A) it is a, its
    translation, that one translated back, and the same of b. Where a direction depends on something
    it is asked for what its interface chooses.

    Args:
        translator: a `Translator`.
        pair: `(examples, inputs)` where it has one direction, `(a, b)` where it has two.

    Returns:
        uint8 array `[height, width, 3]`.

    Raises:
        ValueError: if examples cannot be drawn.
    """
    first, second = pair
    there, *back = translator.directions
    if not back:
        columns = [(second, 0), (translator(second), 1), (first, 1)]
        return draw_columns(translator, columns)
    columns = []
    for side, (examples, direction, home) in enumerate(
        zip(pair, translator.directions, translator.directions[::-1])
    ):
        translated = translator(examples, direction)
        returned = translator(translated, home)
        columns += [(examples, side), (translated, 1 - side), (returned, side)]
    return draw_columns(translator, columns)


def draw_pair(translator, pair):
    """Draws what `draw_translations` begins with, as it is given: uint8 `[height, width, 3]`."""
    first, second = pair
    takes, makes = (0, 1) if len(translator.directions) > 1 else (1, 0)
    return draw_columns(translator, [(first, takes), (second, makes)])


def draw_columns(translator, columns):
    """Draws batches of examples as columns: one row for each example.

    Args:
        translator: the `Translator`.
        columns: list of pairs of a batch and its domain: 0 for what the first direction takes, 1
            for what it makes.
    """
    interface = translator.generate().interface
    domains = (interface.source, interface.output)
    for modality in domains:
        check_drawable(modality)
    return side_by_side([domains[domain].draw(batch, 1) for batch, domain in columns])
