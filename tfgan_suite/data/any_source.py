"""Whatever `data.load` takes, opened by the module that knows its kind."""

import mimetypes
import os
import pathlib

import numpy as np

from tfgan_suite.data.archive import SUFFIXES as ARCHIVES
from tfgan_suite.data.archive import is_archive, open_archive
from tfgan_suite.data.arrays import open_arrays
from tfgan_suite.data.digits import open_digits
from tfgan_suite.data.folder import open_folder
from tfgan_suite.data.gaussians import GaussianMixture, open_gaussians
from tfgan_suite.data.numpy_files import SUFFIXES as NUMPY_FILES
from tfgan_suite.data.numpy_files import is_numpy_file, open_numpy_file
from tfgan_suite.data.stacked_mnist import is_stacked, open_stacked_mnist
from tfgan_suite.data.tensorflow_datasets import is_builder, is_registered, open_tfds
from tfgan_suite.data.value_ranges import check_value_range


def open_source(
    source, split, data_dir, seed, skip_broken=False, attributes=None, value_range=None
):
    """Opens whatever `load` takes as a `Source`; for the arguments and errors see there."""
    value_range = check_value_range(value_range)
    opened = _open(source, split, data_dir, seed, skip_broken, attributes, value_range)
    if value_range is not None and opened.files is None and not is_array(source):
        raise ValueError(
            "`value_range` is for folders and archives of images, NumPy files and arrays. "
            f"Received: value_range={value_range} with {opened.name}"
        )
    if attributes is not None and opened.files is None:
        raise ValueError(
            "`attributes` is for folders and archives of images. "
            f"Received: attributes={str(attributes)!r} with {opened.name}"
        )
    return opened


def is_array(source):
    """Whether `source` is held in memory by the user, or in a file of NumPy's."""
    if isinstance(source, (str, pathlib.PurePath)):
        return is_numpy_file(source)
    first = source[0] if isinstance(source, tuple) and len(source) == 2 else source
    return isinstance(first, np.ndarray)


def _open(source, split, data_dir, seed, skip_broken, attributes, value_range):
    if not isinstance(split, str):
        raise ValueError(f"`split` must be a string. Received: split={split!r}")
    if isinstance(source, GaussianMixture):
        return open_gaussians(source, split, seed)
    if isinstance(source, (str, pathlib.PurePath)) and is_archive(source):
        return open_archive(source, split, skip_broken, attributes, value_range)
    if isinstance(source, (str, pathlib.PurePath)) and is_numpy_file(source):
        return open_numpy_file(source, split, skip_broken, value_range)
    if isinstance(source, pathlib.PurePath):
        return _open_folder(source, split, skip_broken, attributes, value_range)
    if is_array(source):
        return open_arrays(source, split, skip_broken, value_range)
    if is_builder(source):
        return open_tfds(source, split, data_dir, skip_broken)
    if not isinstance(source, str) or not source:
        raise ValueError(
            "`source` must be a name, a folder, a NumPy array, a tuple (images, labels) of arrays, "
            f"a GaussianMixture or a TFDS builder. Received: source of type {type(source).__name__}"
        )
    if source == "digits":
        return open_digits(split)
    if is_stacked(source):
        return open_stacked_mnist(split, seed, data_dir, skip_broken)
    if source.partition("/")[0] == "gaussians":
        return open_gaussians(source, split, seed)
    if _must_be_path(source) or (os.path.exists(source) and not is_registered(source)):
        return _open_folder(source, split, skip_broken, attributes, value_range)
    return open_tfds(source, split, data_dir, skip_broken)


def _open_folder(source, *options):
    if os.path.isfile(os.path.expanduser(source)):
        kind = mimetypes.guess_type(source)[0] or "a type that is not known"
        raise ValueError(
            "A file as the source is not a folder of images: it must be an archive of one "
            f"({', '.join(ARCHIVES)}) or of NumPy ({', '.join(NUMPY_FILES)}). "
            f"Received: source={str(source)!r}, a file of {kind}"
        )
    return open_folder(source, *options)


def _must_be_path(source):
    return source.startswith((".", "~")) or os.path.isabs(source)
