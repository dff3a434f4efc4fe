"""Files that are there complete or not at all, and strict JSON."""

import contextlib
import json
import math
import os
import pathlib
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


def write_json(path, value):
    """Writes a value as indented strict JSON (see `strict`), at once or not at all."""
    with replacing(path) as temporary:
        text = json.dumps(strict(value), indent=2, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")


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
