"""Tar archives of image files as a data source."""

import atexit
import functools
import os
import pathlib
import shutil
import tarfile
import tempfile

from tfgan_suite.data.folder import open_folder

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")


def is_archive(source):
    """Whether `source`, a path, is called like a tar archive."""
    return os.fspath(source).lower().endswith(SUFFIXES)


def open_archive(source, split, skip_broken=False, attributes=None):
    """Opens a tar archive of image files, compressed or not, as the folder that is in it.

    It is unpacked into a temporary folder, which is removed when the process ends. Folders that
    hold nothing but one folder are passed through: `monet/1.jpg` has no class.

    Args:
        source: path of the archive.
        split, skip_broken, attributes: see `open_folder`.

    Raises:
        ValueError: if the archive is missing or cannot be unpacked, or as `open_folder` does.
    """
    path = pathlib.Path(source).expanduser()
    if not path.is_file():
        raise ValueError(f"The archive does not exist. Received: source={str(source)!r}")
    stat = path.stat()
    folder = _unpacked(path.resolve(), stat.st_mtime_ns, stat.st_size)
    try:
        return open_folder(_only_folder(folder), split, skip_broken, attributes)
    except ValueError as error:
        raise ValueError(str(error).replace(str(folder), str(source))) from error


@functools.cache
def _unpacked(path, changed, size):
    """The folder into which this process has unpacked an archive, as it was then."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tfgan_suite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"The archive cannot be unpacked: {reason}. Received: source={str(path)!r}"
        ) from error
    return folder


def _only_folder(folder):
    while True:
        inside = [child for child in folder.iterdir() if not child.name.startswith(".")]
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        folder = inside[0]
