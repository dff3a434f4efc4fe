"""What data is, as few facts that tell it from other data: arrays and files by their contents.

Facts are dicts that JSON can hold. Whoever looks for what has changed finds the contents in up to
64 groups, so that one changed file of a few, or the part of an array, can be named.
"""

import concurrent.futures
import hashlib
import math
import os

import numpy as np

_GROUPS = 64
_ARRAY_BYTES = 2**28  # that are hashed of an array; of a larger one, rows at even distances
_FILE_BYTES = 4096  # that are hashed at the beginning and at the end of a file
_SHOWN = 5  # changed groups that are named


def of_arrays(**arrays):
    """Facts about arrays of as many rows.

    Args:
        **arrays: NumPy arrays or tensors by what they hold; None for one that is not there.

    Returns:
        Dict of shapes, dtypes and digests of the contents; of more than 256 MiB, of a sample of the
        rows.
    """
    return {"kind": "array"} | {
        name: _of_array(np.asarray(array)) for name, array in arrays.items() if array is not None
    }


def _of_array(array):
    contents = {}
    for rows in _groups(len(array)):
        part = array[rows[0] : rows[-1] + 1]
        step = max(1, math.ceil(array.nbytes / _ARRAY_BYTES))
        sample = np.ascontiguousarray(part[::step])
        contents[_range_name("row", rows[0], rows[-1])] = digest(sample.reshape(-1).view(np.uint8))
    return {"shape": list(array.shape), "dtype": str(array.dtype), "contents": contents}


def of_files(files, root):
    """Facts about files: wherever the folder lies, and whenever it was copied there.

    Args:
        files: their paths, in their order.
        root: the folder that they are in.

    Returns:
        Dict of the number of files, their size in all, and digests of their names below `root` and
        of the first and last 4 KiB of each.
    """
    names = [os.path.relpath(file, root).replace(os.sep, "/") for file in files]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        sizes, digests = zip(*pool.map(_ends, files), strict=True)
    contents = {}
    for group in _groups(len(files)):
        contents[_range_name("", names[group[0]], names[group[-1]])] = digest(
            *(digests[index].encode() for index in group)
        )
    return {
        "kind": "files",
        "count": len(files),
        "bytes": sum(sizes),
        "names": digest(*(os.fsencode(name) + b"\0" for name in names)),
        "contents": contents,
    }


def _ends(path):
    """Size of a file, and a digest of it and of the file's ends."""
    try:
        with open(path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(_FILE_BYTES)
            file.seek(max(len(head), size - _FILE_BYTES))
            return size, digest(str(size).encode(), head, file.read(_FILE_BYTES))
    except OSError:  # Whether the data can do without it is for its reader to say.
        return 0, "unreadable"


def digest(*parts):
    """16 hexadecimal digits of some bytes."""
    found = hashlib.blake2b(digest_size=8)
    for part in parts:
        found.update(part)
    return found.hexdigest()


def _groups(count):
    """Up to 64 ranges of indices, one after the other, that cover `count` of them."""
    ends = np.linspace(0, count, min(_GROUPS, count) + 1).astype(int)
    return [range(start, end) for start, end in zip(ends[:-1], ends[1:])]


def _range_name(noun, first, last):
    text = f"{first}" if first == last else f"{first} to {last}"
    return f"{noun} {text}" if noun else text


def changes(before, now, prefix="data"):
    """Lines on everything in which two data sets differ, and nothing that follows from another.

    Args:
        before, now: dicts of facts, nested.
        prefix: of the keys.

    Returns:
        List of strings `key: before -> now`, empty if they are equal but for names of folders.
    """
    lines = []
    other_files = any(before.get(key) != now.get(key) for key in ("kind", "names", "shape"))
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if old == new or key == "name" or (key == "contents" and other_files):
            continue
        path = f"{prefix}.{key}"
        if key == "names":
            lines.append(f"{path}: other names of files")
        elif not isinstance(old, dict) or not isinstance(new, dict):
            lines.append(f"{path}: {_shown(old)} -> {_shown(new)}")
        elif key == "contents":
            changed = [name for name in new if new[name] != old.get(name)]
            more = ", ..." if len(changed) > _SHOWN else ""
            lines.append(f"{path}: other bytes in {', '.join(changed[:_SHOWN])}{more}")
        else:
            lines += changes(old, new, path)
    if lines and before.get("name") != now.get("name"):
        lines.insert(0, f"{prefix}.name: {before.get('name')!r} -> {now.get('name')!r}")
    return lines


def _shown(value):
    if isinstance(value, dict):
        return str(value.get("name") or value.get("kind") or "something else")
    return "nothing" if value is None else repr(value)
