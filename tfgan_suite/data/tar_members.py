"""The members of a tar archive, read from its beginning to its end, once."""

import tarfile

_BLOCK = 512  # bytes, of which a tar archive consists
_MOST_OF_HEADER = 2**16  # bytes; a path has 4096, a record of attributes may have more
_CHUNK = 2**16
# Members that speak of the one after them.
_HEADERS = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip


def tar_members(read):
    """Yields the folders and regular files of a tar archive.

    Of the formats (v7, ustar, GNU, pax) it knows what names and sizes need, and refuses whatever
    else a member may be. The archive must end as tar archives do, with a block of zeros and nothing
    but zeros after it.

    Args:
        read: function of a number of bytes that returns the next ones, fewer at the end alone.

    Yields:
        `(name, contents)`: the name as it stands in the archive, and an iterator over the file's
        bytes, or None for a folder. What is not taken of the contents is passed over.

    Raises:
        ValueError, tarfile.TarError: naming the member that is refused, or what is damaged.
    """
    known = {}
    while (block := read(_BLOCK)) != bytes(_BLOCK):
        member = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if member.type in _HEADERS:
            known |= _of_header(member, _header(read, member.size))
            continue
        name, size = known.get("path", member.name), known.get("size", member.size)
        known = {}
        if member.isdir():
            yield name, None
            continue
        if member.type not in tarfile.REGULAR_TYPES or member.issparse() or size < 0:
            raise ValueError(f"{name!r} is {_kind(member)}, and only files are taken")
        contents = _contents(read, name, size)
        yield name, contents
        for _ in contents:
            pass
        _exactly(read, -size % _BLOCK, name)
    if known:
        raise ValueError(f"it ends before the member {known.get('path', '')!r}")
    while rest := read(_CHUNK):
        if rest.strip(b"\0"):
            raise ValueError("bytes follow its end: it is damaged, or more than one archive")


def _kind(member):
    if member.issym() or member.islnk():
        return f"a link to {member.linkname!r}"
    return "a device or a pipe" if member.isdev() else "no regular file"


def _contents(read, name, size):
    while size:
        chunk = _exactly(read, min(size, _CHUNK), name)
        size -= len(chunk)
        yield chunk


def _exactly(read, size, name):
    found = read(size)
    if len(found) < size:
        raise ValueError(f"it is cut off within {name!r}")
    return found


def _header(read, size):
    """The contents of a header that speaks of the member after it."""
    if not 0 <= size <= _MOST_OF_HEADER:
        raise ValueError(f"a header in it says that it is {size:,} bytes long")
    return _exactly(read, size + -size % _BLOCK, "a header")[:size]


def _of_header(header, data):
    """What such a header says: a dict of "path" and "size", where they are in it."""
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return {"path": _text(data.partition(b"\0")[0])}
    if header.type == tarfile.GNUTYPE_LONGLINK:
        return {}
    records = _pax_records(data)
    if any(key.startswith(b"GNU.sparse.") for key in records):
        name = _text(records.get(b"path", b""))
        raise ValueError(f"{name!r} is sparse, and only files are taken")
    if header.type == tarfile.XGLTYPE and records.keys() & {b"path", b"size"}:
        raise ValueError("a header in it gives one name or size to all members")
    found = {}
    if b"path" in records:
        found["path"] = _text(records[b"path"])
    if b"size" in records:
        found["size"] = _number(records[b"size"])
    return found


def _pax_records(data):
    """The records `LENGTH KEY=VALUE\\n` of a pax header."""
    records, start = {}, 0
    while start < len(data):
        space = data.find(b" ", start, start + 20)
        end = start + _number(data[start:space]) if space > 0 else 0
        key, equals, value = data[space + 1 : max(0, end - 1)].partition(b"=")
        if not equals or data[end - 1 : end] != b"\n":
            raise ValueError("a header in it is damaged")
        records[key] = value
        start = end
    return records


def _number(digits):
    if not digits.isdigit():
        raise ValueError("a header in it is damaged")
    return int(digits)


def _text(name):
    return name.decode("utf-8", "surrogateescape")
