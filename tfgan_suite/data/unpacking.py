"""Unpacking of archives from anywhere: folders and regular files alone, below one folder."""

import bz2
import gzip
import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib

from tfgan_suite.data.tar_members import tar_members

MOST_FILES = 5_000_000
# Files of images hardly shrink: what grows more than this is no archive of images.
MOST_GROWTH, FREE_GROWTH = 100, 2**26  # times the archive's bytes; bytes that are free for all
_CHUNK = 2**16
_COMPRESSED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with members, and without
_RESOURCE_FORKS = "__MACOSX"  # what macOS adds to the ZIP archives it makes; no pictures
# Each of the libraries has errors of its own for bytes that it cannot read.
_DAMAGE = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def unpack(path, folder):
    """Unpacks a tar archive, compressed or not, or a ZIP archive into an empty folder.

    Only folders and regular files are taken, under relative names without "..": whatever else an
    archive holds is refused by name. What unpacks to more than 100 times the archive's size (and
    64 MiB), to more than the disk has room for, or to more than 5 million members is refused before
    it is written. The checksums of gzip, bzip2, xz and ZIP and the archive's end are checked, so
    that a damaged archive does not pass for another one. Files in a tar archive that is not
    compressed have no checksum but that of their own format.

    Args:
        path: `pathlib.Path` of the archive.
        folder: `pathlib.Path` of the folder.

    Raises:
        ValueError: naming the archive and what is wrong with it.
    """
    target = _Target(path, folder)
    try:
        with open(path, "rb") as file:
            head = file.read(8)
            file.seek(0)
            if head.startswith(_ZIP):
                _unpack_zip(file, target)
                return
            opener = next((opener for magic, opener in _COMPRESSED if head.startswith(magic)), None)
            _unpack_tar(file if opener is None else opener(file), target)
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"The archive cannot be unpacked: {reason}. Received: source={str(path)!r}"
        ) from error


class _Target:
    """The folder that an archive is unpacked into, and what it may still take."""

    def __init__(self, path, folder):
        grown = MOST_GROWTH * path.stat().st_size + FREE_GROWTH
        self._room = min(grown, shutil.disk_usage(folder).free * 9 // 10)
        self._reason = f"{MOST_GROWTH} times its size" if self._room == grown else "the disk holds"
        self._folder, self._left, self._members = folder, self._room, 0

    def take(self, size):
        """Counts bytes that come out of the archive; refuses them where they are too many."""
        self._left -= size
        if self._left < 0:
            raise ValueError(
                f"it unpacks to more than {self._reason}, {self._room / 1e6:.0f} MB, and may be "
                "made to fill a disk"
            )

    def put(self, name, contents):
        """Makes a folder, where `contents` is None, or a file of them, chunks of bytes."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
            raise ValueError(f"{name!r} is no relative path of '/' between names and without '..'")
        self._members += 1
        if self._members > MOST_FILES:
            raise ValueError(f"it holds more than {MOST_FILES:,} members")
        if parts[:1] == [_RESOURCE_FORKS]:
            return
        place = self._folder.joinpath(*parts)
        try:
            (place if contents is None else place.parent).mkdir(parents=True, exist_ok=True)
            if contents is not None:
                with open(place, "xb") as file:
                    file.writelines(contents)
        except (FileExistsError, NotADirectoryError):
            raise ValueError(f"{name!r} is in it twice") from None


def _unpack_tar(file, target):
    def read(size):
        target.take(size)
        return file.read(size)

    for name, contents in tar_members(read):
        target.put(name, contents)


def _unpack_zip(file, target):
    def contents(member):
        with archive.open(member) as source:  # compares both headers, and at its end the checksum
            while chunk := source.read(_CHUNK):
                target.take(len(chunk))
                yield chunk

    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) != _members_stated(file):
            raise ValueError("its list of members is damaged")
        for member in members:
            name, kind = member.filename, member.external_attr >> 28
            if kind not in (0, 4, 8):  # of Unix: not stated, a folder, a regular file
                raise ValueError(f"{name!r} is a link or a device, and only files are taken")
            if member.is_dir():
                if any(contents(member)):
                    raise ValueError(f"{name!r} is called as a folder and has contents")
                target.put(name, None)
            else:
                target.put(name, contents(member))


def _members_stated(file):
    """How many members a ZIP archive says at its end that it has."""
    # A comment of 64 KiB may follow its last record, and two records of large ones precede it.
    start = max(0, file.seek(0, 2) - 2**16 - 98)
    file.seek(start)
    tail = file.read()
    (count,) = struct.unpack_from("<H", tail, tail.rfind(b"PK\x05\x06") + 10)
    large = tail.rfind(b"PK\x06\x06")
    if count == 0xFFFF and large >= 0:
        (count,) = struct.unpack_from("<Q", tail, large + 32)
    return count
