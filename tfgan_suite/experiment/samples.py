"""Samples of a trained generator, as one picture or as files of their own."""

import pathlib
import re

import numpy as np

from tfgan_suite.experiment.sample_files import (
    FOLDER,
    PICTURE,
    place,
    write_examples,
    write_picture,
)
from tfgan_suite.experiment.translations import sample_translations
from tfgan_suite.experiment.walks import SUFFIX, write_walk
from tfgan_suite.generation import Generate
from tfgan_suite.generation.given_conditions import packed, repeated
from tfgan_suite.generation.rows_of_conditions import check_drawable, draw_rows
from tfgan_suite.generation.translator import takes_latents

COUNT = 64  # samples, unless a number is given
# What a condition of each key is called where there is nothing to choose.
_CHOICES = {"labels": "classes", "attributes": "attributes", "tokens": "texts"}


def sample(
    restored,
    *,
    seed,
    count=None,
    rows=None,
    columns=None,
    given=None,
    form=PICTURE,
    truncation=1.0,
    to=None,
):
    """Draws or writes what a generator makes: of latents, or of a recipe's held-out examples.

    Args:
        restored: a `Restored`.
        seed: integer seed of the latents.
        count: number of examples, of all conditions in turn; None for 64 or, of a generator that
            depends on something, for `rows` rows of each of its classes or of some other values.
        rows: rows of each condition; None for 1.
        columns: examples in a row; None for as many as the modality has.
        given: dict of the keys of conditions to texts that say which are wanted, as
            `Condition.parse` reads them.
        form: "picture" for a PNG file of all of them, "folder" for files of their own.
        truncation: psi of `generation.truncate`.
        to: the PNG file, a GIF file for walks between latents, or the folder; None for one in the
            run's `samples`, or beside the `.keras` file.

    Returns:
        Path of the file or folder, and the number of examples.

    Raises:
        ValueError: if what the generator makes cannot be drawn, it does not depend on what is
            given, or both a count and conditions are given.
        OSError: if a file cannot be written.
    """
    given = {key: text for key, text in (given or {}).items() if text is not None}
    if takes_latents(restored.trainer):
        generate = Generate(restored.trainer, truncation=truncation)
        kinds = generate.interface.conditions
    else:
        generate, kinds = None, ()
    for option, value in (*given.items(), ("rows", rows)):
        _check_option(option, value, kinds, count, restored)
    if generate is None:
        if to is not None and pathlib.Path(to).suffix.lower() == SUFFIX:
            raise ValueError(f"A translator has no latents to walk between. Received: --to {to}")
        return sample_translations(restored, count or COUNT, form, to)
    name = f"seed-{seed}"
    if given:
        said = "-".join(f"{key}-{text}" for key, text in given.items())
        name = re.sub(r"[^\w.,=+-]+", "_", said) + f"-{name}"
    columns = columns or generate.modality.grid[1]
    latents, condition = _chosen(generate, given, count, rows, columns, seed)
    if form == PICTURE and to is not None and pathlib.Path(to).suffix.lower() == SUFFIX:
        # Those that stand in one column walk together, as they are of the same latents.
        walks = (rows or 1) * columns if kinds and count is None else len(latents)
        path = pathlib.Path(to)
        write_walk(path, generate, condition, columns, len(latents), walks, seed)
        return path, len(latents)
    made = generate.of(latents, condition)
    if form == FOLDER:
        folder = place(restored, to, name, "")
        write_examples(folder, f"seed-{seed}-", generate, made, condition)
        return folder, len(made)
    check_drawable(generate.modality)
    pixels = draw_rows(generate, made, condition, columns)
    return write_picture(place(restored, to, name, ".png"), pixels), len(made)


def _check_option(option, value, kinds, count, restored):
    """Raises ValueError for an option that is of no use with this generator, or a count."""
    if value is None:
        return
    keys = [kind.key for kind in kinds]
    if not keys or option not in (*keys, "rows"):
        takes = "".join(f"; it takes --{key}" for key in keys)
        raise ValueError(
            f"This generator has no {_CHOICES.get(option, 'classes')} to choose from{takes}. "
            f"Received: --{option} {value} for {restored.file}"
        )
    if count is not None:
        raise ValueError(
            f"Give the number of samples by --count, or by --{option} and --columns. "
            f"Received: --count {count} --{option} {value}"
        )


def _chosen(generate, given, count, rows, columns, seed):
    """The latents and conditions to draw."""
    modality, kinds = generate.modality, generate.interface.conditions
    if not kinds or count is not None:
        count = count or min(COUNT, modality.grid[0])
        return generate.latents(count, seed), generate.condition(count, seed)
    parsed = {kind.key: kind.parse(given[kind.key]) for kind in kinds if kind.key in given}
    lengths = {len(values) for values in parsed.values()}
    wanted = max(lengths, default=generate.classes or max(1, modality.grid[0] // columns))
    if lengths - {1, wanted}:
        raise ValueError(
            "Each condition is given once, or as often as the others. "
            f"Received: {', '.join(f'{len(v)} of {key}' for key, v in parsed.items())}"
        )
    of_rows = [
        np.resize(parsed[kind.key], (wanted, *parsed[kind.key].shape[1:]))
        if kind.key in parsed
        else kind.sample(wanted, seed)
        for kind in kinds
    ]
    # The k-th examples of all conditions have the same latents.
    each = (rows or 1) * columns
    latents = np.tile(generate.latents(each, seed), (wanted, 1))
    return latents, repeated(packed(of_rows), each)
