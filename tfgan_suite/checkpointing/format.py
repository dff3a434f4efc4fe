"""One checkpoint: a directory with the state's arrays and a manifest that vouches for them.

    state.npz      every array of the state by its name (NumPy's own format)
    manifest.json  facts (step, position, config, ...), dtypes, size and SHA-256 of `state.npz`, and
                   the SHA-256 of the manifest's other entries

A flipped bit anywhere is found: the manifest's text must be, byte for byte, what its content gives.
"""

import hashlib
import os
import pathlib
import zipfile

import ml_dtypes
import numpy as np

from tfgan_suite.files import DurableFile, check_regular, strict, sync
from tfgan_suite.sealed_json import seal, unseal

VERSION = 1
STATE, MANIFEST = "state.npz", "manifest.json"
_SEAL = ("sha256", 1)  # the key of the manifest's own sum, and its indentation


class DamagedCheckpoint(ValueError):
    """A checkpoint that does not verify."""


def write(folder, arrays, facts):
    """Writes a checkpoint into an empty directory; all of it has reached the disk at the end.

    Args:
        folder: the directory.
        arrays: dict of names to NumPy arrays.
        facts: dict of what JSON can hold (see `files.strict`).

    Raises:
        OSError: if something cannot be written.
    """
    folder = pathlib.Path(folder)
    # NumPy's format knows no bfloat16 or float8: those are written as unsigned integers.
    dtypes = {name: str(array.dtype) for name, array in arrays.items()}
    # As `np.savez`, which cannot write to an object of ours.
    with DurableFile(folder / STATE) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, _storable(array), allow_pickle=False)
    content = {
        "version": VERSION,
        "facts": strict(facts),
        "dtypes": dtypes,
        "files": {STATE: {"bytes": file.size, "sha256": file.sha256}},
    }
    with DurableFile(folder / MANIFEST) as file:
        file.write(seal(content, *_SEAL))
    sync(folder)


def verify(folder):
    """Reads a checkpoint's facts after checking every byte of it.

    Returns:
        The dict of facts.

    Raises:
        DamagedCheckpoint: saying what is wrong.
    """
    return _verified(folder)["facts"]


def read(folder):
    """Reads a checkpoint that verifies.

    Returns:
        `(arrays, facts)`.

    Raises:
        DamagedCheckpoint: as `verify`.
    """
    manifest = _verified(folder)
    file = pathlib.Path(folder) / STATE
    try:
        _check_stored(file)
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: _restored(stored[name], t) for name, t in manifest["dtypes"].items()}
    except Exception as error:  # its sums may fit and its content make no sense all the same
        raise DamagedCheckpoint(
            f"{file} cannot be read: {type(error).__name__}: {error}"
        ) from error
    return arrays, manifest["facts"]


def _check_stored(file):
    """Raises ValueError if an array is packed: a small file could hold more than all memory."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{member.filename} is compressed, which no checkpoint is")


def _verified(folder):
    folder = pathlib.Path(folder)
    try:
        check_regular(folder / MANIFEST)
        manifest = unseal((folder / MANIFEST).read_bytes(), *_SEAL)
        if manifest["version"] != VERSION:
            raise DamagedCheckpoint(
                f"{folder} is of version {manifest['version']} of the format; this release reads "
                f"version {VERSION}"
            )
        if not all(isinstance(manifest[key], dict) for key in ("facts", "dtypes")):
            raise ValueError("it has no facts or no dtypes")
        wanted = manifest["files"][STATE]
        size, digest = _measure(folder / STATE)
        if (size, digest) != (wanted["bytes"], wanted["sha256"]):
            raise DamagedCheckpoint(
                f"{folder / STATE} is not as it was written: {size} bytes with SHA-256 "
                f"{digest[:12]}..., not {wanted['bytes']} with {wanted['sha256'][:12]}..."
            )
    except DamagedCheckpoint:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedCheckpoint(f"{folder / MANIFEST} cannot be read: {error}") from error
    return manifest


def _measure(path):
    check_regular(path)
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return os.fstat(file.fileno()).st_size, digest


def _storable(array):
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "V" else array


def _restored(array, dtype):
    if str(array.dtype) == dtype:
        return array
    return array.view(getattr(ml_dtypes, dtype))
