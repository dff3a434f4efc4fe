"""What a trained translator makes of examples: of its recipe's, or of anybody's."""

import itertools

import numpy as np

from tfgan_suite import data
from tfgan_suite.distribution import get_strategy
from tfgan_suite.experiment.building import build
from tfgan_suite.experiment.sample_files import FOLDER, PICTURE, place, write_picture
from tfgan_suite.generation import Translator, draw_translations
from tfgan_suite.generation.given_conditions import packed, repeated
from tfgan_suite.generation.given_rows import first_pairs
from tfgan_suite.generation.translation_picture import draw_columns
from tfgan_suite.modalities import Image

_BATCH = 64


def sample_translations(restored, count, form, to):
    """Draws or writes what becomes of the first examples that a recipe holds out for pictures.

    Args:
        restored: a `Restored` of a run directory.
        count: number of examples.
        form, to: as `samples.sample` takes them.

    Returns:
        Path of the file or folder, and the number of examples.

    Raises:
        ValueError: if it is no run, or its recipe holds nothing out.
        OSError: if a file cannot be written.
    """
    if not restored.directory:
        raise ValueError(
            "Translators are sampled on the images of their recipe: give the run directory, or "
            f"other images to `translate`. Received: {restored.file}"
        )
    real = build(restored.recipe, restored.config, get_strategy("one")).real
    if real is None:
        raise ValueError(
            f"The recipe has no `real` images to translate. Received: {restored.recipe_name}"
        )
    translator, pair = Translator(restored.trainer), first_pairs(real, count)
    count = len(pair[0])
    if form == PICTURE:
        pixels = draw_translations(translator, pair)
        return write_picture(place(restored, to, "translations", ".png"), pixels), count
    folder = place(restored, to, "translations", "")
    for direction, inputs in zip(translator.directions, translator.inputs_of(pair)):
        _write(translator, direction, translator(inputs, direction), folder)
    return folder, count


def translate(
    restored, source, *, direction=None, count=None, given=None, form=FOLDER, to=None, **options
):
    """Translates images of any data set, in its order.

    Args:
        restored: a `Restored` of a translator.
        source: the images, as `data.load` takes them; brought to the size that the generator takes.
        direction: name of one of several directions; None for the first.
        count: number of images; None for all.
        given: dict of the keys of conditions to texts, as `samples.sample` takes it; one for all.
        form: "folder" for files of their own, "picture" for a PNG file with inputs beside them.
        to: the folder or the PNG file; None for one in the run's `samples`, or beside the file.
        **options: of `data.load`, such as `split`.

    Returns:
        Path of the folder or file, and the number of images.

    Raises:
        ValueError: if the generator takes no images, there is no such direction, or no such
            condition; or as `data.load` does.
        TypeError: if the generators take latents.
        OSError: if a file cannot be written.
    """
    translator = Translator(restored.trainer)
    generate = translator.generate(direction)
    interface = generate.interface
    if interface.source.kind != Image.kind:
        raise ValueError(
            f"Images are translated from files. Received: {restored.file}, which takes "
            f"{interface.source.noun}"
        )
    inputs = _images(source, interface.source, count, options)
    made = translator(inputs, direction, _conditions(interface, given, len(inputs)))
    name = "-".join(filter(None, ["translated", generate.interface_name]))
    if form == FOLDER:
        return _write(translator, direction, made, place(restored, to, name, "")), len(made)
    pixels = draw_columns([(inputs, interface.source), (made, interface.output)])
    return write_picture(place(restored, to, name, ".png"), pixels), len(made)


def _images(source, modality, count, options):
    """The first images of a data set, all of them if `count` is None, as a modality's examples."""
    *size, channels = modality.shape
    batches = data.load(
        source,
        image_size=None if None in size else tuple(size),
        channels=channels,
        batch_size=_BATCH,
        shuffle=False,
        cache=False,
        drop_remainder=False,
        **options,
    )
    wanted = None if count is None else -(-count // _BATCH)
    parts = list(itertools.islice(batches.as_numpy_iterator(), wanted))
    return np.concatenate(parts)[:count]


def _conditions(interface, given, rows):
    """What is asked of all images, as `Generate.of` takes it; None where nothing is given."""
    given = {key: text for key, text in (given or {}).items() if text is not None}
    keys = [kind.key for kind in interface.conditions]
    for key, text in given.items():
        if key not in keys:
            known = ", ".join(f"--{key}" for key in keys) or "nothing beside images"
            raise ValueError(f"This generator takes {known}. Received: --{key} {text}")
    if not given:
        return None
    parsed = [
        kind.parse(given[kind.key]) if kind.key in given else kind.sample(1)
        for kind in interface.conditions
    ]
    if any(len(values) > 1 for values in parsed):
        raise ValueError(f"Images are translated with one condition for all. Received: {given}")
    return repeated(packed(parsed), rows)


def _write(translator, direction, made, folder):
    folder.mkdir(parents=True, exist_ok=True)
    generate = translator.generate(direction)
    prefix = f"{generate.interface_name}-" if generate.interface_name else ""
    generate.modality.write(made, folder, prefix)
    return folder
