"""Pictures in whose rows a condition stays the same, and words that say which."""

from tfgan_suite.generation.given_conditions import in_order
from tfgan_suite.generation.margins import with_margin


def draw_rows(generate, made, condition, columns, real=None):
    """Draws examples, and says beside the rows on what they depend where that has words.

    Args:
        generate: the `Generate` that made them.
        made: array `[N, ...]`.
        condition: of each example, as `Generate.of` takes it.
        columns: examples in a row.
        real: real examples to draw beneath or beside them, where the kind of picture does so.

    Returns:
        uint8 array `[height, width, 1 or 3]`.
    """
    modality = generate.modality
    pixels = modality.draw(made, columns, real)
    texts = words_of_rows(generate, condition, columns) if modality.in_rows else None
    return pixels if texts is None else with_margin(pixels, texts)


def words_of_rows(generate, condition, columns):
    """What each row of a picture depends on, as a list of texts.

    Returns:
        None if the generator depends on nothing, or on classes without names alone; if the examples
        of a row depend on different things.
    """
    interface = generate.interface
    kinds = [
        (kind, kind.check(values))
        for kind, values in zip(interface.conditions, in_order(interface, condition))
        if kind is not interface.labels or kind.names is not None
    ]
    if not kinds:
        return None
    texts = []
    for start in range(0, len(kinds[0][1]), columns):
        rows = slice(start, start + columns)
        if any((values[rows] != values[start]).any() for _, values in kinds):
            return None
        texts.append(", ".join(kind.describe(values[start]) for kind, values in kinds))
    return texts


def check_drawable(modality):
    """Raises ValueError unless pictures can be drawn of examples of a modality."""
    if not modality.drawable:
        raise ValueError(
            f"No picture can be drawn of {modality.noun} of this shape. Received: {modality!r}"
        )

