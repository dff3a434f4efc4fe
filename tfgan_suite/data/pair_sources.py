"""Sources of pairs of images: two sources, or pictures of two images side by side."""

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

from tfgan_suite.data.any_source import open_source
from tfgan_suite.data.broken_examples import note
from tfgan_suite.data.pair_matching import check_aspect, check_aspects, match_files
from tfgan_suite.data.source import Source
from tfgan_suite.files import shown
from tfgan_suite.registration import public


@public
@dataclasses.dataclass(frozen=True)
class SideBySide:
    """Pairs as one picture each, side by side, as the data sets of pix2pix have them.

    Attributes:
        source: a folder, an archive or whatever else `data.load` takes.
        column: the first column of the right image; None for the middle.
        targets: where the images asked for are: `"left"` or `"right"` of the inputs.
    """

    source: Any
    column: int | None = None
    targets: str = "left"


@public
@dataclasses.dataclass(frozen=True)
class Colorization:
    """Pairs of a colour image and its grey one (ITU-R BT.601).

    Attributes:
        source: whatever `data.load` takes, of colour images.
    """

    source: Any


def open_pairs(source, split, data_dir, seed, *, skip_broken, value_range, stretch):
    """A `Source` of two parts: the images asked for, and the inputs.

    Args:
        source, split, data_dir, seed: as `load_pairs` takes them.
        skip_broken: whether a pair of which one image is broken makes room for the next one.
        value_range: a pair of the values of black and white, or None, for each.
        stretch: whether the two images of a pair may have different aspect ratios.
    """
    if isinstance(source, SideBySide):
        return _open_side_by_side(source, split, data_dir, seed, skip_broken, value_range)
    if not isinstance(source, tuple) or len(source) != 2:
        raise ValueError(
            "`source` of pairs must be a tuple (images, inputs), SideBySide(...) or "
            f"Colorization(...). Received: source of type {type(source).__name__}"
        )
    images, inputs = (
        open_source(part, split, data_dir, seed, skip_broken, None, each)
        for part, each in zip(source, value_range)
    )
    if not images.has_images or not inputs.has_images:
        raise ValueError(f"Pairs are images. Received: {images.name} and {inputs.name}")
    payloads, read = None, None
    skipped = {**images.skipped, **inputs.skipped} if skip_broken else None
    if images.files and inputs.files:
        pairs = match_files(images, inputs)
        if not stretch:
            check_aspects(images, inputs, pairs)
        payloads = tuple(map(list, zip(*pairs)))
        if skip_broken:
            read = _with_stand_ins(images, inputs, pairs, skipped)
    else:
        _check_arrays(images, inputs, skip_broken, stretch)
        if skip_broken:
            payloads = _common_rows(images, inputs)
            given = {f"{name} of the inputs": why for name, why in inputs.skipped.items()}
            skipped = images.skipped | given

    def elements(_):
        if payloads is not None:
            return tf.data.Dataset.from_tensor_slices((payloads,))
        both = tf.data.Dataset.zip(images.elements(False), inputs.elements(False))
        return both.map(lambda image, given: ((image[0], given[0]),))

    return Source(
        name=f"{images.name} and {inputs.name}",
        num_examples=images.num_examples if payloads is None else len(payloads[0]),
        shape=images.shape,
        dtype=images.dtype,
        elements=elements,
        read=read or (lambda payload: (images.read(payload[0]), inputs.read(payload[1]))),
        vectorized=images.vectorized and inputs.vectorized,
        element_bytes=images.element_bytes + inputs.element_bytes,
        fingerprint=lambda: {"images": images.fingerprint(), "inputs": inputs.fingerprint()},
        parts=(images, inputs),
        skipped=skipped,
    )


def _open_side_by_side(source, split, data_dir, seed, skip_broken, value_range):
    if source.targets not in ("left", "right"):
        raise ValueError(
            f"The targets are on the 'left' or on the 'right'. Received: targets={source.targets!r}"
        )
    if value_range[0] != value_range[1]:
        raise ValueError(
            "The two images of one picture have one `value_range`. "
            f"Received: value_range={value_range!r}"
        )
    opened = open_source(source.source, split, data_dir, seed, skip_broken, None, value_range[0])
    if not opened.has_images:
        raise ValueError(f"{opened.name} are points, not images. Received: {source!r}")
    for name, width in _widths(opened):
        column = width // 2 if source.column is None else source.column
        if width != 2 * column:
            raise ValueError(
                "The two images of a pair must have one size. Received: "
                f"{name}, {width} pixels wide, cut at column {column}"
            )

    def read(payload):
        images = opened.read(payload)
        middle = tf.shape(images)[-2] // 2 if opened.shape[1] is None else opened.shape[1] // 2
        halves = images[..., :middle, :], images[..., middle:, :]
        return halves if source.targets == "left" else halves[::-1]

    height, width, channels = opened.shape
    half = dataclasses.replace(
        opened,
        shape=(height, width and width // 2, channels),
        sizes=tuple((height, width // 2) for height, width in opened.sizes),
    )
    return dataclasses.replace(
        half,
        read=read,
        in_memory=False,
        fingerprint=lambda: {"targets": source.targets, "pictures": opened.fingerprint()},
        condition=None,
        parts=(half, half),
    )


def _widths(opened):
    """`(name, width)` of every file, or of all images together."""
    if opened.files:
        return [(shown(path), header.width) for path, header in opened.files.items() if header]
    if opened.shape[1] is None:
        raise ValueError(
            f"The sizes of the images of {opened.name} are not known before they are read, so they "
            f"cannot be cut into pairs. Received: {opened.name}"
        )
    return [(opened.name, opened.shape[1])]


def _check_arrays(images, inputs, skip_broken, stretch):
    """Refuses sources, not both of files, whose examples are no pairs row by row."""
    counts = [len(part.skipped or ()) + part.num_examples for part in (images, inputs)]
    if counts[0] != counts[1]:
        raise ValueError(
            "Every image must have a partner. Received: "
            f"{counts[0]} images in {images.name}, {counts[1]} inputs in {inputs.name}"
        )
    if skip_broken and (images.rows is None or inputs.rows is None):
        raise ValueError(
            "Broken pairs are skipped of two folders, of two archives or of two arrays. "
            f"Received: broken='skip' with {images.name} and {inputs.name}"
        )
    if stretch:
        return
    unknown = None in (*images.shape[:2], *inputs.shape[:2])
    if unknown:
        raise ValueError(
            "The two images of a pair must have one size. Received: "
            f"{images.name} of shape {images.shape} and {inputs.name} of shape {inputs.shape}"
        )
    names = (f"{part.name} of shape {part.shape}" for part in (images, inputs))
    sizes = images.shape[:2], inputs.shape[:2]
    check_aspect(next(names), sizes[0], next(names), sizes[1])


def _common_rows(images, inputs):
    """Where the rows that neither array has left out are now in each."""
    common = np.intersect1d(images.rows, inputs.rows)
    if not len(common):
        raise ValueError(
            "Every pair would have to be skipped. "
            f"Received: {len(images.skipped)} broken images, {len(inputs.skipped)} broken inputs"
        )
    return tuple(np.searchsorted(part.rows, common) for part in (images, inputs))


def _with_stand_ins(images, inputs, pairs, skipped):
    """Reads another pair in the place of one of which an image cannot be read: the next one.

    Args:
        images, inputs: `Source`s of files.
        pairs: their paths.
        skipped: dict to which the pairs that cannot be read are added, with the reason.
    """
    position = {path: index for index, (path, _) in enumerate(pairs)}

    def decode_or_note(source, path):
        try:
            return source.decode(path)
        except ValueError as error:
            note(skipped, shown(path), str(error))
            return None

    def read_one(path):
        start = position[path]
        for pair in (*pairs[start:], *pairs[:start]):
            both = [decode_or_note(*one) for one in zip((images, inputs), pair)]
            if all(image is not None for image in both):
                return both
        raise ValueError(f"No pair can be read in the place of {shown(path)}")

    def read_some(paths):
        if isinstance(paths, bytes):
            return read_one(paths)
        return tuple(map(np.stack, zip(*map(read_one, paths))))

    def read(payload):
        paths, _ = payload
        both = tf.numpy_function(read_some, [paths], [tf.uint8, tf.uint8], stateful=False)
        for part, source in zip(both, (images, inputs)):
            part.set_shape((*paths.shape, *source.shape))
        return tuple(both)

    return read
