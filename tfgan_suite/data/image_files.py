"""Image files: their headers, and their pixels."""

import concurrent.futures
import contextlib
import os

import numpy as np
from PIL import Image, ImageOps

from tfgan_suite.files import check_regular

_ORIENTATION = 0x0112  # The EXIF tag; 5 to 8 swap height and width, 1 is upright.
# Pillow's modes to the mode we read them in, where the two differ.
_READ_AS = {"1": "L", "P": "RGB", "CMYK": "RGB"}
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


def decode(path):
    """Reads one image file.

    Args:
        path: path of the file, str or bytes.

    Returns:
        uint8 array `[H, W, C]`; C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).

    Raises:
        ValueError: naming the file, if it cannot be decoded in full.
    """
    path = os.fsdecode(path)
    with _naming(path), Image.open(path) as image:
        mode = _read_mode(image)
        if _orientation(image) != 1:
            image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I;16"):
            # 65535 becomes 255; Pillow's own conversion would clip instead.
            pixels = (np.asarray(image).astype(np.uint32) + 128) // 257
        else:
            pixels = np.asarray(image.convert(mode))
        return pixels.astype(np.uint8, copy=False).reshape(image.height, image.width, -1)


@contextlib.contextmanager
def _naming(path):
    """Turns whatever Pillow raises into a `ValueError` that names the file."""
    try:
        check_regular(path)
        yield
    except Exception as error:  # OSError, SyntaxError, struct.error, ...: there is no one base.
        raise ValueError(f"Cannot read the image file {path}: {error}") from error


def _read_mode(image):
    if image.mode.startswith("I;16"):
        return "L"
    mode = _READ_AS.get(image.mode, image.mode)
    if "transparency" in image.info:
        mode = _WITH_ALPHA.get(mode, mode)
    if mode not in _CHANNELS:
        raise ValueError(f"pixels of Pillow's mode {image.mode!r} are not 8-bit images")
    return mode


def _orientation(image):
    # To find it behind the pixels of a PNG, Pillow would have to decode them.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return image.getexif().get(_ORIENTATION, 1)


def read_headers(files):
    """Returns `(height, width, channels)` of every file."""

    def header(file):
        with _naming(file), Image.open(file) as image:
            width, height = image.size
            if _orientation(image) in (5, 6, 7, 8):
                width, height = height, width
            return height, width, _CHANNELS[_read_mode(image)]

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(header, files))
