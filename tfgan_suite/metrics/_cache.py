"""What is dear to make is made once: kept on disk between runs, and named by its contents."""

import hashlib
import os
import pathlib
import warnings

import numpy as np

from tfgan_suite.files import replacing

ENVIRONMENT_VARIABLE = "TFGAN_SUITE_CACHE"


def cache_root(cache_dir=None):
    """The cache folder: `cache_dir`, or else $TFGAN_SUITE_CACHE, or ~/.cache/tfgan_suite."""
    folder = cache_dir or os.environ.get(ENVIRONMENT_VARIABLE) or "~/.cache/tfgan_suite"
    return pathlib.Path(os.path.expanduser(folder))


def cached(path, load, make, save):
    """Returns what is kept at `path`, or makes it and keeps it there.

    Args:
        path: file in the cache.
        load: `load(path)`; raises FileNotFoundError if there is none, and ValueError if it is
            damaged: a warning then says so, and it is made again.
        make: called without arguments.
        save: `save(made, path)`; writes all of it or nothing.
    """
    try:
        return load(path)
    except FileNotFoundError:
        pass
    except ValueError as error:
        warnings.warn(f"A damaged entry of the cache is made again: {error}", stacklevel=3)
    made = make()
    try:
        save(made, path)
    # Minutes of work are not thrown away because a home directory is read-only.
    except OSError as error:
        warnings.warn(f"Not kept in the cache: {error}", stacklevel=3)
    return made


def hash_arrays(arrays):
    """SHA-256 (hexadecimal) over types, shapes and little-endian values, in the order given."""
    digest = hashlib.sha256()
    for array in arrays:
        array = np.asarray(array)
        # Only dtypes that have a byte order know "<"; bfloat16 has none and stays as it is.
        array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
        digest.update(f"{array.dtype.name}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def save_arrays(arrays, path):
    """Writes a dict of arrays as an `.npz` file, whole or not at all; makes missing folders."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def load_arrays(path):
    """Reads what `save_arrays` wrote.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is damaged or something else.
    """
    # Opened here: NumPy leaves a file open that it cannot read.
    with open(path, "rb") as file:
        try:
            with np.load(file) as archive:
                return dict(archive)
        # A damaged archive fails in whichever of zipfile, zlib and NumPy meets it first.
        except Exception as error:
            raise ValueError(
                f"{str(path)!r} is damaged or no archive of arrays. "
                f"Received: {type(error).__name__}: {error}"
            ) from error
