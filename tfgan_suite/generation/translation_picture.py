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
    source, output = _domains(translator)
    first, second = pair
    if len(translator.directions) == 1:
        columns = [(second, source), (translator(second), output), (first, output)]
        return draw_columns(columns)
    there, back = translator.directions
    columns = []
    for examples, forth, home, own, other in (
        (first, there, back, source, output),
        (second, back, there, output, source),
    ):
        translated = translator(examples, forth)
        columns += [(examples, own), (translated, other), (translator(translated, home), own)]
    return draw_columns(columns)


def draw_pair(translator, pair):
    """Draws what `draw_translations` begins with, as it is given: uint8 `[height, width, 3]`."""
    source, output = _domains(translator)
    domains = (output, source) if len(translator.directions) == 1 else (source, output)
    return draw_columns(zip(pair, domains))


def draw_columns(columns):
    """Draws batches of examples as columns: one row for each example.

    Args:
        columns: pairs of a batch `[N, ...]` and its `Modality`.

    Returns:
        uint8 array `[height, width, 3]`.

    Raises:
        ValueError: if examples cannot be drawn.
    """
    pictures = []
    for batch, modality in columns:
        check_drawable(modality)
        pictures.append(modality.draw(batch, 1))
    return side_by_side(pictures)


def _domains(translator):
    """The modalities of what the first direction takes and makes."""
    interface = translator.generate().interface
    return interface.source, interface.output
