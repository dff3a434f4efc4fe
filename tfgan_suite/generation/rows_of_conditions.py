"""Pictures in whose rows a condition stays the same: what to ask for, and what to say of it."""

import numpy as np

from tfgan_suite.generation.generate import packed
from tfgan_suite.generation.margins import with_margin


def repeated(condition, times):
    """A condition of rows as one of examples: each row `times` times, one after the other.

    Args:
        condition: as `Generate.of` takes it.
        times: examples in a row.
    """
    if isinstance(condition, tuple):
        return tuple(np.repeat(values, times, axis=0) for values in condition)
    return None if condition is None else np.repeat(condition, times, axis=0)


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
        for kind, values in zip(interface.conditions, generate.in_order(condition))
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


def chosen(conditions, rows):
    """The rows of conditions that stand in a picture, again from the first where there are fewer.

    Args:
        conditions: list of arrays, one for each condition.
        rows: number of rows.
    """
    index = np.arange(rows) % len(conditions[0])
    return packed([values[index] for values in conditions])
