"""What a pipeline needs to know of a data set, whatever it comes from."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.conditions import Condition, Labels
from tfgan_suite.modalities import Image
from tfgan_suite.registration import public


@dataclasses.dataclass(frozen=True)
class Source:
    """One split of a data set, opened.

    A new kind of data is one more module with a function that returns a `Source`; the pipeline
    needs no change. Elements stay light (a path, an index, compressed bytes) until `read` turns
    them into pixels, so that they can be shuffled without holding pictures in memory.

    Attributes:
        name: what users call the data set.
        num_examples: number of examples in the split.
        shape: shape of one example: `(height, width, channels)`, with `None` where the examples
            differ, or `(2,)` for points.
        dtype: `tf.uint8` (0 to 255) or `tf.float32` (-1 to 1), of what `read` returns.
        elements: `elements(labels)` returns a `tf.data.Dataset` of `(payload, label)`, or of
            `(payload,)` when `labels` is false, in a fixed order. A payload is a tensor or a tuple
            of tensors.
        read: turns one payload into one example of `shape` and `dtype`.
        vectorized: whether `read` also turns a batch of payloads into a batch of examples.
        in_memory: whether the source is vectorized and reads out of memory, so that a cache would
            only be a second copy.
        element_bytes: about how many bytes a payload takes.
        sizes: the `(height, width)` met, the most frequent first; empty when nobody knows
            before reading.
        fingerprint: function without arguments that returns facts by which the data is known again
            (see `tfgan_suite.provenance`).
        kind: the class of the examples' modality, `Image` or `Vector`.
        condition: the `Labels` or `Attributes` that `elements(True)` gives beside the examples, or
            None.
        files: dict of the paths of the files, as bytes and in the order of the elements, to their
            `image_files.Header`, or to None where they are broken; None where there are no files.
        folder: the folder that the files are in, or None.
        decode: function of such a path that returns its image or raises ValueError; or None.
        rows: numbers of the examples that are left where some were left out; else None.
        indexed: whether values are numbers of colours, or black and white alone, between which
            there is nothing.
        passed_over: names of what was there and is no example.
        parts: the sources of the images that an example is a tuple of; `()` where it is one image.
        skipped: dict to which examples that are broken are added, by name, with the reason; or
            `None` where they raise.
    """

    name: str
    num_examples: int
    shape: tuple
    dtype: tf.DType
    elements: Callable
    read: Callable
    vectorized: bool = False
    in_memory: bool = False
    element_bytes: int = 128
    sizes: tuple = ()
    fingerprint: Callable = dict
    kind: type = Image
    condition: Condition | None = None
    files: dict | None = None
    folder: Path | None = None
    decode: Callable | None = None
    rows: np.ndarray | None = None
    indexed: bool = False
    passed_over: tuple = ()
    parts: tuple = ()
    skipped: dict | None = None

    @property
    def has_images(self):
        """Whether examples are images."""
        return self.kind is Image

    @property
    def labels(self):
        """The `Labels` that the examples have, or None."""
        return self.condition if isinstance(self.condition, Labels) else None

    @property
    def modality(self):
        """The `Modality` of the examples; None of images of different numbers of channels."""
        return None if self.shape[-1] is None else self.kind(*self.shape)


def part_of(source, skip=0, limit=None):
    """A source without its first `skip` examples, and of the others the first `limit` or all.

    Raises:
        ValueError: if a number is out of its range, or the source has not so many examples.
    """
    if skip != 0 or isinstance(skip, bool):
        positive_int("skip", skip)
    if limit is not None:
        positive_int("limit", limit)
    left = source.num_examples - skip
    count = left if limit is None else limit
    if not 0 < count <= left:
        raise ValueError(
            f"{source.name} has {source.num_examples} examples. "
            f"Received: skip={skip}, limit={limit}"
        )
    if count == source.num_examples:
        return source
    return dataclasses.replace(
        source,
        num_examples=count,
        elements=lambda labels: source.elements(labels).skip(skip).take(count),
    )


@public
class UnknownSplitError(ValueError):
    """A data set is there, and has no split of the name that was asked for."""


def retold(error, text):
    """A ValueError with other words, which is still about a split where it was."""
    kind = UnknownSplitError if isinstance(error, UnknownSplitError) else ValueError
    return kind(text)


def only_train(split, name):
    """Refuses every split but "train", for sources which have no other.

    Raises:
        UnknownSplitError: if `split` is anything else.
    """
    if split != "train":
        raise UnknownSplitError(f'{name} has only the split "train". Received: split={split!r}')
