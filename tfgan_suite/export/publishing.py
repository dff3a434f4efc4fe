"""Versions of a model on disk: numbers, and one rename that makes a new one visible."""

import errno
import os
import pathlib
import tempfile

import tensorflow as tf

from tfgan_suite.files import sync

_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
_LARGEST_VERSION = 2**63 - 1  # the server reads the directory's name as an int64


def versions(path):
    """Integers that a server would take for versions ("7" and "007" alike)."""
    if not path.is_dir():
        return []
    return [int(name) for name in os.listdir(path) if is_version(name)]


def is_version(name):
    """Whether a server would take a child of this name for a version."""
    return name.isascii() and name.isdigit()


def check_version(path, version):
    """Raises ValueError unless `path/version` can be published; None for the next one."""
    if version is None:
        return
    is_integer = isinstance(version, int) and not isinstance(version, bool)
    if not is_integer or not 1 <= version <= _LARGEST_VERSION:
        raise ValueError(
            f"`version` must be a positive integer below 2**63. Received: version={version!r}"
        )
    if version in versions(path):
        raise ValueError(
            f"A published version is never overwritten; choose another. "
            f"Received: version={version}, which exists in {path}"
        )


def publish(write, path, version):
    """Writes a version beside the others, then makes it appear in one rename.

    Args:
        write: called with the directory to make and fill.
        path: directory of the model.
        version: positive integer; None for the next.

    Returns:
        `pathlib.Path` of the version's directory.

    Raises:
        ValueError: if `version` exists.
        OSError: if `path` cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        # TemporaryDirectory is readable by its owner alone; a server needs the folder within,
        # which has the usual permissions.
        with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path) as temporary:
            written = pathlib.Path(temporary) / "model"
            write(written)
            for entry in [*written.rglob("*"), written]:
                sync(entry)
            target = _rename(written, path, version)
        sync(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(error.errno, f"Cannot export to {path}: {reason}") from error
    except tf.errors.OpError as error:
        raise OSError(errno.EIO, f"Cannot export to {path}: {error.message}") from error
    return target


def _rename(written, path, version):
    """Gives the folder its final name; Linux refuses it if another exporter was first."""
    while True:
        target = path / str(version or max(versions(path), default=0) + 1)
        try:
            os.rename(written, target)
            return target
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            check_version(path, version)
