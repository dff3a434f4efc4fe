"""Sources of pairs of images: two sources, or pictures of two images side by side."""

import dataclasses
import pathlib
from typing import Any

import tensorflow as tf

from tfgan_suite.data import pipeline
from tfgan_suite.data.any_source import open_source
from tfgan_suite.data.channels import plan_channels
from tfgan_suite.data.source import Source
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


def open_pairs(source, split, data_dir, seed, channels):
    """A `Source` of images whose first channels are the target's, and how many those are."""
    if isinstance(source, SideBySide):
        return _open_side_by_side(source, split, data_dir, seed, channels)
    if not isinstance(source, tuple) or len(source) != 2:
        raise ValueError(
            "`source` of pairs must be a tuple (images, inputs), SideBySide(...) or "
            f"Colorization(...). Received: source of type {type(source).__name__}"
        )
    images, inputs = (open_source(part, split, data_dir, seed) for part in source)
    if images.num_examples != inputs.num_examples:
        raise ValueError(
            "Every image must have a partner. Received: "
            f"{images.num_examples} images in {images.name}, {inputs.num_examples} inputs in "
            f"{inputs.name}{_unpaired(images, inputs)}"
        )
    _check_partners(images, inputs)
    (read_image, first), (read_input, second) = (
        _reader(opened, count) for opened, count in zip((images, inputs), channels)
    )

    def elements(_):
        both = tf.data.Dataset.zip(images.elements(False), inputs.elements(False))
        return both.map(lambda image, given: ((image[0], given[0]),))

    def read(payload):
        return _stack(read_image(payload[0]), read_input(payload[1]))

    pair = Source(
        name=f"{images.name} and {inputs.name}",
        num_examples=images.num_examples,
        shape=(*images.shape[:2], first + second),
        dtype=tf.uint8 if images.dtype == inputs.dtype == tf.uint8 else tf.float32,
        elements=elements,
        read=read,
        vectorized=images.vectorized and inputs.vectorized,
        element_bytes=images.element_bytes + inputs.element_bytes,
        sizes=images.sizes,
        fingerprint=lambda: {"images": images.fingerprint(), "inputs": inputs.fingerprint()},
        stacked=True,
    )
    return pair, first


def _open_side_by_side(source, split, data_dir, seed, channels):
    if source.targets not in ("left", "right"):
        raise ValueError(
            f"The targets are on the 'left' or on the 'right'. Received: targets={source.targets!r}"
        )
    opened = open_source(source.source, split, data_dir, seed)
    if not opened.has_images:
        raise ValueError(f"{opened.name} are points, not images. Received: {source!r}")
    for name, width in _widths(opened):
        column = width // 2 if source.column is None else source.column
        if width != 2 * column:
            raise ValueError(
                "The two images of a pair must have one size. Received: "
                f"{name}, {width} pixels wide, cut at column {column}"
            )
    reads = [_reader(opened, count) for count in channels]
    (_, first), (_, second) = reads

    def half(images, side):
        middle = tf.shape(images)[-2] // 2 if opened.shape[1] is None else opened.shape[1] // 2
        return images[..., :middle, :] if side == "left" else images[..., middle:, :]

    def read(payload):
        other = "right" if source.targets == "left" else "left"
        sides = zip(reads, (source.targets, other))
        return _stack(*(half(read_one(payload), side) for (read_one, _), side in sides))

    height, width, _ = opened.shape
    pair = dataclasses.replace(
        opened,
        shape=(height, width and width // 2, first + second),
        read=read,
        in_memory=False,
        sizes=tuple((height, width // 2) for height, width in opened.sizes),
        fingerprint=lambda: {"targets": source.targets, "pictures": opened.fingerprint()},
        condition=None,
        stacked=True,
    )
    return pair, first


def _widths(opened):
    """`(name, width)` of every file, or of all images together."""
    if opened.files:
        return [(name, width) for name, (_, width, _) in opened.files.items()]
    if opened.shape[1] is None:
        raise ValueError(
            f"The sizes of the images of {opened.name} are not known before they are read, so they "
            f"cannot be cut into pairs. Received: {opened.name}"
        )
    return [(opened.name, opened.shape[1])]


def _reader(source, channels):
    """How to read examples of a source with that many channels, and how many come out."""
    convert, count = plan_channels(source, channels)
    if convert is None:
        return source.read, count

    def read(payload):
        images = convert(pipeline.to_unit_range(source.read(payload)))
        if source.dtype == tf.uint8:
            images = tf.cast(tf.round((images + 1.0) * 127.5), tf.uint8)
        return images

    return read, count


def _stack(first, second):
    if first.dtype != second.dtype:
        first, second = pipeline.to_unit_range(first), pipeline.to_unit_range(second)
    return tf.concat([first, second], axis=-1)


def _check_partners(images, inputs):
    if not images.has_images or not inputs.has_images:
        raise ValueError(f"Pairs are images. Received: {images.name} and {inputs.name}")
    if bool(images.files) != bool(inputs.files):
        return _check_shapes(images, inputs)
    if not images.files:
        return _check_shapes(images, inputs)
    if _stems(images) != _stems(inputs):
        raise ValueError(
            "The files of a pair must have one name. "
            f"Received: {images.name} and {inputs.name}{_unpaired(images, inputs)}"
        )
    for (a, header_a), (b, header_b) in zip(images.files.items(), inputs.files.items()):
        if header_a[:2] != header_b[:2]:
            raise ValueError(
                "The two images of a pair must have one size. Received: "
                f"{a} of {header_a[0]}x{header_a[1]} and {b} of {header_b[0]}x{header_b[1]} "
                "(height x width)"
            )
    return None


def _check_shapes(images, inputs):
    if None in images.shape[:2] or images.shape[:2] != inputs.shape[:2]:
        raise ValueError(
            "The two images of a pair must have one size. Received: "
            f"{images.name} of shape {images.shape} and {inputs.name} of shape {inputs.shape}"
        )


def _stems(source):
    return [pathlib.PurePath(name).stem for name in source.files]


def _unpaired(images, inputs):
    """Names some files without a partner."""
    if not images.files or not inputs.files:
        return ""
    lonely = sorted(set(_stems(images)) ^ set(_stems(inputs)))
    shown = ", ".join(lonely[:3]) + (", ..." if len(lonely) > 3 else "")
    return f"; without a partner: {shown}" if lonely else ""
