"""Archives of image files, tar and ZIP, as a data source."""

import atexit
import functools
import os
import pathlib
import shutil
import tempfile

from tfgan_suite.data.folder import open_folder
from tfgan_suite.data.source import retold
from tfgan_suite.data.unpacking import unpack

SUFFIXES = (
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".zip",
)  # fmt: skip


def is_archive(source):
    """Whether `source`, a path, is called like an archive of files."""
    return os.fspath(source).lower().endswith(SUFFIXES)


def open_archive(source, split, skip_broken=False, attributes=None, value_range=None):
    """Opens an archive of image files, tar (compressed or not) or ZIP, as the folder that is in it.

    It is unpacked into a temporary folder (see `unpack` for what is refused), which is removed when
    the process ends. Folders that hold nothing but one folder are passed through: `monet/1.jpg` has
    no class. The source is named after the archive.

    Args:
        source: path of the archive.
        split, skip_broken, attributes, value_range: see `open_folder`.

    Raises:
        ValueError: if the archive is missing or cannot be unpacked, or as `open_folder` does.
    """
    path = pathlib.Path(source).expanduser()
    if not path.is_file():
        raise ValueError(f"The archive does not exist. Received: source={str(source)!r}")
    stat = path.stat()
    folder = _unpacked(path.resolve(), stat.st_mtime_ns, stat.st_size)
    name = path.name[: -len(next(s for s in SUFFIXES if path.name.lower().endswith(s)))]
    try:
        inside = _only_folder(folder)
        label = name or path.name
        return open_folder(inside, split, skip_broken, attributes, value_range, label)
    except ValueError as error:
        raise retold(error, str(error).replace(str(folder), str(source))) from error


@functools.cache
def _unpacked(path, changed, size):
    """The folder into which this process has unpacked an archive, as it was then."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tfgan_suite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        unpack(path, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _only_folder(folder):
    while True:
        inside = [child for child in folder.iterdir() if not child.name.startswith(".")]
        if len(inside) != 1 or not inside[0].is_dir():
            return folder
        folder = inside[0]
