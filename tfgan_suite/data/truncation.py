"""Image files that are cut short and that decoders read all the same, as other pictures."""

import os
import struct

_CODESTREAM, _END = b"\xff\x4f", b"\xff\xd9"  # markers of JPEG 2000
_PALETTE = 769  # bytes at the end of a PCX file of 256 colours: a marker, and the colours
_HAS_PALETTE = b"\x0c"


def check_whole(image, path):
    """Raises ValueError if a file lacks its end, where Pillow does not tell.

    Args:
        image: the Pillow image that was opened.
        path: of its file.
    """
    missing = {"PCX": _pcx, "JPEG2000": _jpeg_2000}.get(image.format)
    if missing is not None:
        with open(path, "rb") as file:
            words = missing(file, os.path.getsize(path))
        if words:
            raise ValueError(f"it is cut short: {words}")


def _pcx(file, size):
    """Without its palette a picture of 256 colours would be read as a grey one."""
    header = file.read(66)
    version, bits, planes = header[1], header[3], header[65]
    if (version, bits, planes) != (5, 8, 1):
        return None
    file.seek(max(size - _PALETTE, 0))
    return None if file.read(1) == _HAS_PALETTE else "its palette is missing"


def _jpeg_2000(file, size):
    """Without its end a picture would be read from fewer bits of its wavelets."""
    if file.read(2) == _CODESTREAM:
        return _without_end(file, size)
    start = 0
    while start < size:  # boxes one behind the other
        file.seek(start)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        if length == 0:  # to the end of the file
            return _without_end(file, size)
        if length < 8 or start + length > size:
            return "its last box is not whole"
        start += length
    return None


def _without_end(file, size):
    file.seek(max(size - len(_END), 0))
    return None if file.read() == _END else "its codestream has no end"
