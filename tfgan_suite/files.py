"""Files that are there complete or not at all, on the disk, and strict JSON."""

import contextlib
import errno
import hashlib
import json
import math
import os
import pathlib
import stat
import tempfile

import numpy as np


@contextlib.contextmanager
def replacing(path):
    """Yields a path to write to, which takes the place of `path` when the block ends well.

    A reader, or a run that is killed, never meets half a file: what is written stands in a hidden
    folder beside the target, reaches the disk, and is then renamed in one step. If the block
    raises, the target is left as it was.

    Args:
        path: the file to write; its directory must exist. The temporary file has the same name.

    Raises:
        OSError: if the directory cannot be written.
    """
    path = pathlib.Path(path)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path.parent) as folder:
        temporary = pathlib.Path(folder) / path.name
        yield temporary
        descriptor = os.open(temporary, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)


class DurableFile:
    """A new file for writing that has reached the disk when its block ends; hashes what it writes.

    Attributes:
        sha256: hexadecimal digest of what was written, once closed.
        size: bytes written.

    Args:
        path: the file, which must not be there yet.

    Raises:
        OSError: if the file cannot be made or written in full.
    """

    _CHUNK = 2**22  # bytes handed to the system at once

    def __init__(self, path):
        self._path = path
        self._hash, self.sha256, self.size = hashlib.sha256(), None, 0

    def __enter__(self):
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        return self

    def write(self, data):
        """Writes bytes, all of them."""
        view = memoryview(data).cast("B")
        self._hash.update(view)
        for start in range(0, len(view), self._CHUNK):
            rest = view[start : start + self._CHUNK]
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        self.size += len(view)
        return len(view)

    def flush(self):
        """What is written is handed on at once."""

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                os.fsync(self._descriptor)
                self.sha256 = self._hash.hexdigest()
        finally:
            os.close(self._descriptor)


def check_regular(path):
    """Raises OSError unless a path is a regular file, or a link to one.

    Whoever opens a pipe or a device may wait for ever, or read without an end.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "It is no regular file", str(path))


def check_no_pattern(path):
    """Raises ValueError if TensorFlow would take the path of a SavedModel for a pattern.

    It looks for the files of the weights by their path as a pattern: weights in a folder `[a]`
    are not found, and those in `a*` may be another model's.
    """
    signs = sorted((set("*?[\\") - {os.sep}) & set(os.path.abspath(path)))
    if signs:
        raise ValueError(
            f"TensorFlow takes {' '.join(signs)} in the path of a SavedModel for a pattern, and "
            f"finds no weights there or others; give another folder. Received: {shown(str(path))}"
        )


def read_regular(path):
    """The bytes of a regular file; raises OSError for any other, which it does not wait for."""
    check_regular(path)
    return pathlib.Path(path).read_bytes()


def shown(path):
    """A path, or a text with one in it, that can be printed: bytes that are no UTF-8 as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def shown_some(paths, count=5):
    """The first few of several paths, and how many more there are, as one text (see `shown`)."""
    more = f" and {len(paths) - count} more" if len(paths) > count else ""
    return ", ".join(map(shown, paths[:count])) + more


def sync(path):
    """Makes a file's bytes, or what was renamed in a directory, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path, value):
    """Writes a value as indented strict JSON (see `strict`), at once or not at all."""
    with replacing(path) as temporary:
        text = json.dumps(strict(value), indent=2, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path):
    """The JSON object that a file holds, whoever has written it.

    Returns:
        Dict.

    Raises:
        OSError: if there is no such file.
        ValueError: if it holds anything else.
    """
    return json_object(read_regular(path))


def json_object(text):
    """The dict that a text or UTF-8 bytes are in JSON; raises ValueError for anything else."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("its values lie in one another too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"it is no JSON object but of type {type(value).__name__}")
    return value


def strict(value):
    """A value as strict JSON can hold it, dicts and sequences with all they contain.

    JSON has no numbers that are not finite: those become the strings "NaN", "Infinity" and
    "-Infinity", which Python's `float` takes back. NumPy's scalars and arrays become Python's.
    """
    if isinstance(value, dict):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
