"""Pairs of images, for translators that are shown what comes out."""

import dataclasses
import pathlib
from typing import Any

import tensorflow as tf

from tfgan_suite.data import pipeline
from tfgan_suite.data.channels import check_channels, convert_channels, plan_channels
from tfgan_suite.data.jitter import plan_jitter
from tfgan_suite.data.loading import checked_integer, open_source
from tfgan_suite.data.resizing import check_size
from tfgan_suite.data.source import Source, part_of
from tfgan_suite.registration import public


@public
@dataclasses.dataclass(frozen=True)
class SideBySide:
    """Pairs as one picture each, side by side, as the data sets of pix2pix have them.

    Attributes:
        source: a folder, a tar archive or whatever else `data.load` takes.
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


@public
def load_pairs(
    source,
    *,
    image_size=None,
    batch_size=1,
    split="train",
    skip=0,
    limit=None,
    channels=(None, None),
    resize=None,
    shuffle=True,
    seed=0,
    jitter=False,
    mirror=False,
    cache=True,
    drop_remainder=True,
    repeat=False,
    data_dir=None,
):
    """Loads pairs of images as a pipeline of batches `(images, inputs)`, ready for `Pix2Pix.fit`.

    Whatever happens to one image of a pair happens to the other. For order, cache and what a
    resumed training sees, see `data.load`.

    Args:
        source: `SideBySide(...)`, `Colorization(...)`, or a tuple `(images, inputs)` of two
            folders, two tar archives or two arrays. In folders the files of a pair have one name
            (their extensions may differ); in arrays, one row.
        image_size: side, or `(height, width)`, in pixels, of both; None keeps the size.
        batch_size: pairs in a batch, over all replicas.
        split: see `data.load`.
        skip: leave out the first so many pairs.
        limit: use the first so many of the others; None for all.
        channels: of the images and of the inputs: 1, 3 or None to keep them.
        resize: see `data.load`.
        shuffle, seed, cache, drop_remainder, repeat: see `data.load`.
        jitter: whether to enlarge by 286/256 and to cut the size out at random, as in Isola et al.
            2017 (arXiv:1611.07004), appendix 6.2.
        mirror: whether to mirror left and right with probability 1/2.
        data_dir: see `data.load`.

    Returns:
        `Batches`, a `tf.data.Dataset`, of `(images, inputs)`, float32 `[B, H, W, C]` in [-1, 1].

    Raises:
        ValueError: if a file has no partner, the images of a pair have different sizes, or as
            `data.load` does.
    """
    batch_size = checked_integer("batch_size", batch_size, 1)
    seed = checked_integer("seed", seed, 0)
    size_asked = check_size(image_size, resize)
    size, steps = plan_jitter(size_asked, jitter, mirror)
    if not isinstance(channels, (tuple, list)) or len(channels) != 2:
        raise ValueError(
            "`channels` of pairs are two, of the images and of the inputs. "
            f"Received: channels={channels!r}"
        )
    for count in channels:
        check_channels(count)
    if isinstance(source, Colorization):
        if tuple(channels) not in ((None, None), (3, 1)):
            raise ValueError(
                "Colorization makes three channels of one. "
                f"Received: channels={tuple(channels)}"
            )
        opened, colours = open_source(source.source, split, data_dir, seed), 3
        if opened.has_images and opened.shape[2] == 1:
            raise ValueError(
                f"The images of {opened.name} are grey already. Received: {source!r}"
            )

        def separate(images):
            return images, convert_channels(images, 1)
    else:
        opened, first = _open_pairs(source, split, data_dir, seed, channels)
        colours = None

        def separate(images):
            return images[..., :first], images[..., first:]

    opened = part_of(opened, skip, limit)
    if opened.num_examples < batch_size and drop_remainder and not repeat:
        raise ValueError(
            f"{opened.name} has {opened.num_examples} pairs, fewer than one batch; give a smaller "
            f"`batch_size` or drop_remainder=False. Received: batch_size={batch_size}"
        )
    return pipeline.minibatches(
        opened,
        size=size,
        resize=resize,
        channels=colours,
        labels=False,
        shuffle=shuffle,
        seed=seed,
        cache=cache,
        batch_size=batch_size,
        steps=steps,
        drop_remainder=drop_remainder,
        repeat=repeat,
        separate=separate,
        asked={
            "split": split,
            "skip": skip,
            "limit": limit,
            "image_size": size_asked,
            "channels": channels,
            "jitter": jitter,
            "mirror": mirror,
        },
    )


def _open_pairs(source, split, data_dir, seed, channels):
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
        class_names=None,
        num_classes=None,
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
