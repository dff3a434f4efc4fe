"""A folder of image files as a data source."""

import collections
import concurrent.futures
import logging
import os
import pathlib

import numpy as np
import tensorflow as tf

from tfgan_suite.conditions import Attributes, Labels
from tfgan_suite.data.attribute_files import has_attributes, read_attributes
from tfgan_suite.data.broken_examples import first_good, note
from tfgan_suite.data.dataset_json import labels_of
from tfgan_suite.data.folder_tree import read_tree
from tfgan_suite.data.given_conditions import with_condition
from tfgan_suite.data.image_files import decode, read_headers, seen_range
from tfgan_suite.data.source import Source
from tfgan_suite.data.value_ranges import note_if_dark
from tfgan_suite.files import shown, shown_some
from tfgan_suite.provenance import of_arrays, of_files

_LOGGER = logging.getLogger("tfgan_suite.data")
_LOOKED_AT = 8  # files whose values are looked at before all are read


def open_folder(source, split, skip_broken=False, attributes=None, value_range=None, name=None):
    """Opens a folder of image files, of any format that Pillow reads.

    Images directly in the folder have no labels; images in sub-folders, at any depth, get the
    first sub-folder as class, in the order of the sorted names. If the sub-folders are named after
    splits (train, val, valid, validation, test) the one of `split` is opened, and the classes are
    those of all splits together. A `dataset.json` as StyleGAN2-ADA writes it gives labels instead
    (see `read_dataset_json`), and sub-folders numbered by thousands of files, `00000/00000.png` or
    `00000/img00000000.png`, are no classes. What is no image is passed over, and named in the log.

    Images are turned as their EXIF orientation says; of several pictures in one file the first is
    read; 16 bits become 8. The header of every file is read here, the pixels later: a file cut
    short raises `tf.errors.InvalidArgumentError` from the iteration, with the name of the file.

    Args:
        source: path of the folder.
        split: `"train"`, or the name of a split sub-folder.
        skip_broken: whether the place of a file that cannot be read, now or later, is taken by the
            next one of its class that can, in the order of the names.
        attributes: path of a CSV file of attributes (see `read_attributes`); None for
            `attributes.csv` in the folder, where there is one.
        value_range: `(low, high)`, the values of black and white, or None (see `decode`).
        name: of the source; None for the folder's own.

    Raises:
        ValueError: if the folder is missing, has no image, mixes images and sub-folders or split
            and class folders, lacks the split, has a class without an image, holds files whose
            headers are no image's, or a link to a folder that it lies in.
    """
    root = pathlib.Path(os.path.expanduser(source))
    if not root.is_dir():
        reason = "is not a folder" if root.exists() else "does not exist"
        raise ValueError(f"The image folder {reason}. Received: source={str(source)!r}")
    tree = read_tree(root, split)
    files, folder = tree.files, tree.folder
    skipped = {} if skip_broken else None
    headers = _good_headers(files, skipped)
    met = [header for header in headers if header is not None]
    sizes = collections.Counter((header.height, header.width) for header in met)
    channels = {header.channels for header in met}
    one_size = next(iter(sizes)) if len(sizes) == 1 else (None, None)
    shape = (*one_size, channels.pop() if len(channels) == 1 else None)
    paths = [os.fsencode(file) for file in files]
    name = shown(name or root.name) or str(root)
    labels, condition = _condition_of(tree, attributes)
    if isinstance(condition, Labels):
        _check_classes(name, labels, headers, condition)
    if tree.sharded:
        _LOGGER.warning("%s: the folders are numbered shards, no classes", name)
    read = attributes and shown(os.path.relpath(os.path.expanduser(attributes), folder))
    passed_over = tuple(each for each in tree.passed_over if each != read)
    if passed_over:
        _LOGGER.warning("%s: no images, passed over: %s", name, shown_some(passed_over))
    if value_range is None:
        _look_for_range(name, [path for path, header in zip(paths, headers) if header is not None])

    def elements(with_labels):
        return tf.data.Dataset.from_tensor_slices((paths, labels) if with_labels else (paths,))

    def decode_checked(path):
        image = decode(path, value_range)
        if any(want not in (None, got) for want, got in zip(shape, image.shape)):
            raise ValueError(
                f"The image file {shown(path)} is not what its header said when the folder "
                f"was opened, {shape}. Received: an image of shape {image.shape}"
            )
        return image

    def fingerprint():
        known = {"name": name} | of_files(files, folder)
        if isinstance(condition, Attributes):
            known |= {"attributes": of_arrays(values=labels)}
        return known

    decode_one = decode_checked
    if skip_broken:
        decode_one = _with_stand_ins(decode_checked, paths, labels, skipped)

    def decode_some(paths):
        if isinstance(paths, bytes):
            return decode_one(paths)
        return np.stack([decode_one(path) for path in paths])

    def read(paths):
        # Not stateful: a pipeline with a stateful operation cannot be checkpointed.
        images = tf.numpy_function(decode_some, [paths], tf.uint8, stateful=False)
        images.set_shape((*paths.shape, *shape))
        return images

    return Source(
        name=name,
        num_examples=len(files),
        shape=shape,
        dtype=tf.uint8,
        elements=elements,
        read=read,
        vectorized=None not in shape,
        element_bytes=64 + max(map(len, paths)),
        sizes=tuple(size for size, _ in sizes.most_common()),
        fingerprint=fingerprint,
        condition=condition,
        files=dict(zip(paths, headers)),
        folder=folder,
        decode=decode_checked,
        indexed=all(header.indexed for header in met),
        passed_over=passed_over,
        skipped=skipped,
    )


def _good_headers(files, skipped):
    """The headers of files, None for those that have none.

    Args:
        files: their paths.
        skipped: dict to which files without a header are added; None where they raise.
    """
    found = read_headers(files)
    broken = [file for file, header in zip(files, found) if isinstance(header, ValueError)]
    if broken and (skipped is None or len(broken) == len(files)):
        first = next(header for header in found if isinstance(header, ValueError))
        others = f"; so it is with {shown_some(broken[1:])}" if len(broken) > 1 else ""
        raise ValueError(
            f'{first}{others} (`data.load` passes over such files with broken="skip")'
        ) from first
    for file, header in zip(files, found):
        if isinstance(header, ValueError):
            note(skipped, shown(file), str(header))
    return [None if isinstance(header, ValueError) else header for header in found]


def _condition_of(tree, attributes):
    """Labels or attributes, and the condition that they are; or `(None, None)`."""
    if attributes is not None or has_attributes(tree.folder):
        return read_attributes(attributes, tree.folder, tree.files)
    if tree.stated is not None:
        return labels_of(tree.stated, tree.folder, tree.files)
    if tree.labels is not None:
        return with_condition(np.asarray(tree.labels, np.int32), tree.class_names)
    return None, None


def _check_classes(name, labels, headers, condition):
    """Refuses classes that no file can stand in for, and names those that have no file at all."""
    names = condition.names or list(map(str, range(condition.classes)))
    shares = np.bincount(labels, minlength=len(names))
    can_be_read = np.asarray([header is not None for header in headers])
    good = np.bincount(labels[can_be_read], minlength=len(names))
    lost = [names[label] for label in np.flatnonzero((shares > 0) & (good == 0))]
    if lost:
        raise ValueError(
            "Every class must have an image that can be read. "
            f"Received: none of {shown_some(lost)}"
        )
    absent = [names[label] for label in np.flatnonzero(shares == 0)]
    if absent:
        _LOGGER.warning("%s: no image of the classes %s", name, shown_some(absent))


def _look_for_range(name, paths):
    """Looks at the values of some files: are they nearly black, or without a range?"""

    def look(path):
        try:
            return [seen_range(path)]
        except ValueError:  # Named when it is read.
            return []

    chosen = np.linspace(0, len(paths) - 1, min(_LOOKED_AT, len(paths))).astype(int)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        ranges = sum(pool.map(look, [paths[index] for index in chosen]), [])
    for top in {top for _, _, top in ranges}:
        low = min(each[0] for each in ranges if each[2] == top)
        high = max(each[1] for each in ranges if each[2] == top)
        if top is None:
            raise ValueError(
                f"The images of {name} are floats or integers of 32 bits, which do not say what is "
                "white: give value_range (of `data.load`, `--set` or `--value-range`), low and high. "
                f"Received: values from {low:g} to {high:g}"
            )
        note_if_dark(name, low, high, top)


def _with_stand_ins(decode_one, paths, labels, skipped):
    """Decodes another image in the place of one that cannot be read: the next of its class.

    Args:
        decode_one: function of a path.
        paths: all paths, bytes.
        labels: their labels, or None.
        skipped: dict to which the paths that cannot be read are added, with the reason.
    """
    position = {path: index for index, path in enumerate(paths)}

    def candidates(path):
        start = position[path]
        for index in (*range(start, len(paths)), *range(start)):
            if labels is None or np.array_equal(labels[index], labels[start]):
                yield shown(paths[index]), paths[index]

    def decode_or_stand_in(path):
        return first_good(candidates(path), lambda _, one: decode_one(one), skipped)

    return decode_or_stand_in
