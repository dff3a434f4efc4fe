"""Image files: their headers, and their pixels."""

import concurrent.futures
import contextlib
import functools
import os
import typing

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from tfgan_suite.data.truncation import check_whole
from tfgan_suite.data.value_ranges import to_levels
from tfgan_suite.files import check_regular, shown

_ORIENTATION = 0x0112  # The EXIF tag; 5 to 8 swap height and width, 1 is upright.
# Pillow's modes to the mode we read them in, where the two differ.
_READ_AS = {
    "1": "L", "P": "RGB", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB", "LAB": "RGB",
    "RGBX": "RGB", "RGBa": "RGBA", "La": "LA",
}  # fmt: skip
_WITH_ALPHA = {"L": "LA", "RGB": "RGBA"}
_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
_NUMBERS = ("I", "F")  # integers of 32 bits, floats
# What Pillow knows by name alone, or hands to another program.
_NOT_READ = {"BUFR", "EPS", "GRIB", "HDF5", "IPTC", "MPEG", "WMF"}
_TOLD_LATE = {"ICNS"}  # formats whose mode is known when they are decoded
_ANY_MODE = {"GIF", "WEBP"}  # formats whose photographs have indexed colours too


class Header(typing.NamedTuple):
    """What is known of an image file before its pixels are read.

    Attributes:
        height, width: in pixels, turned as the file says.
        channels: 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).
        indexed: whether its pixels are numbers of colours, or black and white alone.
    """

    height: int
    width: int
    channels: int
    indexed: bool


@functools.cache
def suffixes():
    """Suffixes, in lower case, of the files that Pillow can read."""
    Image.init()
    formats = set(Image.OPEN) - _NOT_READ
    return tuple(sorted(s for s, kind in Image.registered_extensions().items() if kind in formats))


def has_image_suffix(name):
    """Whether a file is called like an image."""
    return name.lower().endswith(suffixes())


def decode(path, value_range=None):
    """Reads one image file, of several pictures the first.

    Args:
        path: path of the file, str or bytes.
        value_range: `(low, high)`, the values of black and of white; None for those of the file's
            format, 0 to 255 or 0 to 65535.

    Returns:
        uint8 array `[H, W, C]`; C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).

    Raises:
        ValueError: naming the file, if it cannot be decoded in full, has values outside of
            `value_range`, or a format that has no range of its own where there is none.
    """
    with _naming(path), Image.open(os.fsdecode(path)) as image:
        pixels, top, alpha = _values(image, path, deep=value_range is not None)
        if top is None and value_range is None:
            raise ValueError("its numbers do not say what is white; give `value_range`")
        if value_range is not None or top != 255:
            colours = pixels[..., : pixels.shape[-1] - alpha]
            opacity = to_levels(pixels[..., pixels.shape[-1] - alpha :], (0, top or 255))
            colours = to_levels(colours, value_range or (0, top))
            pixels = np.concatenate([colours, opacity], axis=-1)
        return pixels


def seen_range(path):
    """`(low, high, top)`: the values of a file's colours, and white's in its format, or None.

    Of a JPEG they are those of a smaller version.

    Raises:
        ValueError: as `decode` does.
    """
    with _naming(path), Image.open(os.fsdecode(path)) as image:
        image.draft(image.mode, (64, 64))
        pixels, top, alpha = _values(image, path, deep=True)
        colours = pixels[..., : pixels.shape[-1] - alpha]
        return colours.min().item(), colours.max().item(), top


def read_headers(files):
    """Returns for every file its `Header`, or the ValueError that says why it has none.

    Args:
        files: their paths.
    """

    def header(file):
        try:
            with _naming(file), Image.open(file) as image:
                if image.format in _TOLD_LATE:
                    image.load()
                indexed = image.mode in ("1", "P", "PA") and image.format not in _ANY_MODE
                channels = _channels(image)
                width, height = image.size
                if _orientation(image) in (5, 6, 7, 8):
                    # Of TIFF, Pillow turns the size or the pixels itself, or both: see what comes.
                    is_tiff = image.format == "TIFF"
                    turned = ImageOps.exif_transpose(image).size if is_tiff else (height, width)
                    width, height = turned
                return Header(height, width, channels, indexed)
        except ValueError as error:
            return error

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(header, files))


@contextlib.contextmanager
def _naming(path):
    """Turns whatever Pillow raises into a `ValueError` that names the file."""
    try:
        check_regular(path)
        yield
    except Exception as error:  # OSError, SyntaxError, struct.error, ...: there is no one base.
        reason = f"it has {os.path.getsize(path)} bytes" if _is_empty(path) else shown(str(error))
        raise ValueError(f"Cannot read the image file {shown(path)}: {reason}") from error


def _is_empty(path):
    return os.path.isfile(path) and not os.path.getsize(path)


def _values(image, path, deep):
    """The pixels of an opened file, upright.

    Args:
        image: the Pillow image.
        path: of its file.
        deep: whether colours of 16 bits are read as such; else as 8 bits, which is what Pillow has.

    Returns:
        `(pixels, top, alpha)`: an array `[H, W, C]`; the value of white, 255 or 65535, or None
        where the format does not say; and whether the last channel is alpha.
    """
    check_whole(image, path)
    if deep and image.mode in _CHANNELS and ";16" in repr(image.tile):
        return _deep_colours(image, path), 65535, int(_channels(image) in (2, 4))
    image.load()  # see _TOLD_LATE
    alpha = int(_channels(image) in (2, 4))
    numbers, deep_grey = image.mode in _NUMBERS, _is_deep_grey(image)
    clear = image.info.get("transparency")
    if _orientation(image) != 1:
        image = ImageOps.exif_transpose(image)
    if not numbers and not deep_grey:
        pixels = np.asarray(image.convert(_read_mode(image)))
        return pixels.reshape(image.height, image.width, -1), 255, alpha
    pixels = np.asarray(image)[..., np.newaxis]
    if alpha:
        opaque = np.where(pixels == clear, 0, 65535).astype(pixels.dtype)
        pixels = np.concatenate([pixels, opaque], axis=-1)
    return pixels, 65535 if deep_grey else None, alpha


def _deep_colours(image, path):
    """uint16 `[H, W, C]` of a file with colours of 16 bits, of which Pillow keeps 8."""
    if image.format != "PNG" or _orientation(image) != 1:
        raise ValueError("of colours of 16 bits only upright PNG files are read in full")
    channels = _channels(image)
    with open(path, "rb") as file, tf.device("CPU:0"):
        return tf.io.decode_png(file.read(), channels if channels > 2 else 0, tf.uint16).numpy()


def _is_deep_grey(image):
    # Pillow brings the values of PPM files to 16 bits, whatever their maximum is.
    is_16_bit = image.mode.startswith("I;16")
    return is_16_bit or (image.mode == "I" and image.format in ("PNG", "PPM"))


def _channels(image):
    if image.mode in _NUMBERS or _is_deep_grey(image):
        return 2 if isinstance(image.info.get("transparency"), int) else 1
    return _CHANNELS[_read_mode(image)]


def _read_mode(image):
    mode = _READ_AS.get(image.mode, image.mode)
    if "transparency" in image.info:
        mode = _WITH_ALPHA.get(mode, mode)
    if mode not in _CHANNELS:
        raise ValueError(f"pixels of Pillow's mode {image.mode!r} are no grey or RGB images")
    return mode


def _orientation(image):
    # To find it behind the pixels of a PNG, Pillow would have to decode them.
    told = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")
    if image.format == "PNG" and not any(key in image.info for key in told):
        return 1
    return image.getexif().get(_ORIENTATION, 1)
