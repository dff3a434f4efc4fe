"""NumPy's files, `.npy` and `.npz`, as a data source."""

import dataclasses
import os
import pathlib
import zipfile

import numpy as np

from tfgan_suite.data.arrays import open_arrays
from tfgan_suite.data.source import UnknownSplitError, retold
from tfgan_suite.files import shown

SUFFIXES = (".npy", ".npz")
# What images and labels are called in a file of one split, and in one of several.
_IMAGES, _LABELS = ("images", "x"), ("labels", "y")
_SPLIT_IMAGES, _SPLIT_LABELS = ("{}_images", "x_{}"), ("{}_labels", "y_{}")


def is_numpy_file(source):
    """Whether `source`, a path, is called like a file of NumPy's."""
    return os.fspath(source).lower().endswith(SUFFIXES)


def open_numpy_file(source, split, skip_broken=False, value_range=None):
    """Opens the images of a `.npy` file, or the images and labels of a `.npz` file.

    In a `.npz` file the images are called `images` or `x`, else they are the first array; the
    labels, which may be missing, `labels` or `y`. In a file of several splits they are called
    `train_images` and `train_labels`, or `x_train` and `y_train`, and likewise for `test` and the
    others.

    Args:
        source: path of the file.
        split: `"train"`, or what the file has.
        skip_broken, value_range: see `open_arrays`.

    Raises:
        ValueError: if the file is missing or cannot be read, lacks the split, or as `open_arrays`
            does.
    """
    path = pathlib.Path(source).expanduser()
    if not path.is_file():
        raise ValueError(f"The file does not exist. Received: source={str(source)!r}")
    has_splits = False
    try:
        with open(path, "rb") as file:  # which NumPy would leave open where it cannot read it
            images, labels = np.load(file, allow_pickle=False), None
            if not isinstance(images, np.ndarray):
                has_splits = bool(_splits(images.files))
                images, labels = _choose(images, split, source)
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"The file cannot be read as NumPy's: {error}. Received: source={str(source)!r}"
        ) from error
    except ValueError as error:
        raise retold(error, f"{error} (in the file {source})") from error
    arrays = images if labels is None else (images, labels)
    try:
        opened = open_arrays(arrays, "train" if has_splits else split, skip_broken, value_range)
    except ValueError as error:
        raise retold(error, f"{source}: {error}") from error
    return dataclasses.replace(opened, name=shown(path.stem))


def _choose(arrays, split, source):
    """The images and the labels, or None, of an opened `.npz` file."""
    names = arrays.files
    if not names:
        raise ValueError("There is no array in the file. Received: 0 arrays")
    splits = _splits(names)
    if splits:
        if split not in splits:
            raise UnknownSplitError(
                f"{source} has the splits {splits}. Received: split={split!r}"
            )
        images, labels = (
            [name.format(split) for name in kind] for kind in (_SPLIT_IMAGES, _SPLIT_LABELS)
        )
    else:
        images, labels = [*_IMAGES, names[0]], _LABELS
    image_name = next(name for name in images if name in names)
    label_name = next((name for name in labels if name in names and name != image_name), None)
    if label_name is None:
        return arrays[image_name], None
    found = arrays[label_name]
    return arrays[image_name], found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found


def _splits(names):
    """The splits that the names of arrays speak of."""
    known = ("train", "val", "valid", "validation", "test")
    return [s for s in known if any(name.format(s) in names for name in _SPLIT_IMAGES)]
