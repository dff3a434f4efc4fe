"""Where samples of a trained generator go, and in which forms."""

import csv
import pathlib

from tfgan_suite import drawing
from tfgan_suite.files import replacing
from tfgan_suite.generation.given_conditions import in_order

# One PNG file of all examples, or a folder of files of their own.
PICTURE, FOLDER = "picture", "folder"


def place(restored, to, name, suffix):
    """Path of samples.

    Args:
        restored: the `Restored` that they are of.
        to: what was asked for, or None for a place in the run's `samples`, or beside the file.
        name: of the samples.
        suffix: of a file; "" for a folder.
    """
    if to is not None:
        return pathlib.Path(to)
    if not restored.directory:
        return restored.file.with_name(f"{restored.file.stem}-{name}{suffix}")
    prefix = f"{restored.file.name}-" if restored.file.is_dir() else ""
    return restored.directory.samples / f"{prefix}{name}{suffix}"


def write_picture(path, pixels):
    """Writes a PNG file, whose directory is made; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.write_png(path, pixels)
    return path


def write_examples(folder, prefix, generate, made, condition):
    """Writes examples as files, and `conditions.csv` where they depend on something.

    Args:
        folder: directory, which is made.
        prefix: beginning of the files' names.
        generate: the `Generate` that made them.
        made: array `[N, ...]`.
        condition: of each example, as `Generate.of` takes it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    generate.modality.write(made, folder, prefix)
    kinds = generate.interface.conditions
    if not kinds:
        return
    columns = [
        map(kind.describe, kind.check(values))
        for kind, values in zip(kinds, in_order(generate.interface, condition))
    ]
    path = folder / f"{prefix}conditions.csv"
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["example", *(kind.key for kind in kinds)])
        lines.writerows((index, *row) for index, row in enumerate(zip(*columns)))
