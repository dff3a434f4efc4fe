"""Image files of every mode and format that Pillow can write, whole and harmed, and what is in
them."""

import functools
import io
import random

import numpy as np
from PIL import Image, ImageOps

_NOT_WRITTEN = {"PDF", "EPS", "PALM", "GRIB", "BUFR", "HDF5", "WMF"}  # no files that are read again
MODES = (
    "1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "I;16",
    "I;16B", "F", "La", "RGBa",
)  # fmt: skip
SIZES = ((1, 1), (1, 9), (9, 1), (13, 11))
_ORIENTATION = 0x0112


def _picture(mode, size, generator):
    width, height = size
    noise = generator.integers(0, 256, (height, width, 4), dtype=np.uint8)
    if mode in ("I", "I;16", "I;16B", "F"):
        deep = noise[..., 0].astype(np.int32) * 256 + noise[..., 1]
        if mode == "I;16B":
            image = Image.new(mode, size)
            image.frombytes(deep.astype(">u2").tobytes())
            return image
        return Image.fromarray(deep.astype({"I": "i4", "I;16": "u2", "F": "f4"}[mode]))
    if mode == "P":
        return Image.fromarray(noise[..., :3]).quantize(7)
    if mode in ("1", "L"):
        return Image.fromarray(noise[..., 0]).convert(mode)
    channels = {"LA": 2, "La": 2, "RGBA": 4, "RGBa": 4, "PA": 4}.get(mode, 3)
    base = Image.fromarray(noise[..., :channels])
    if mode in ("La", "RGBa"):
        return base.convert(mode)
    if mode == "PA":
        return Image.fromarray(noise[..., :3]).quantize(7).convert("PA")
    if mode == "LAB":
        return Image.merge("LAB", base.split())
    return base if base.mode == mode else base.convert(mode)


def _saved(image, kind, **options):
    """The bytes of a file, or None where Pillow cannot write it."""
    file = io.BytesIO()
    try:
        image.save(file, kind, **options)
        return file.getvalue()
    except Exception:  # Of any kind: formats raise what they like.
        return None


def _special():
    """Yields names, formats and writers of files with something special."""

    def plain(mode, size=(13, 11), **options):
        return lambda generator, kind: _saved(_picture(mode, size, generator), kind, **options)

    def moving(generator, kind):
        frames = [_picture("RGB", (13, 11), generator) for _ in range(3)]
        return _saved(frames[0], kind, save_all=True, append_images=frames[1:])

    for orientation in range(0, 10):
        exif = Image.Exif()
        exif[_ORIENTATION] = orientation
        for kind in ("JPEG", "PNG", "TIFF", "WEBP"):
            yield f"turned-{orientation}", kind, plain("RGB", exif=exif)
        yield f"turned-deep-{orientation}", "PNG", plain("I;16", exif=exif)
    for clear in (3, bytes([0, 128, 255, 7])):
        yield f"clear-{type(clear).__name__}", "PNG", plain("P", transparency=clear)
    yield "clear", "GIF", plain("P", transparency=3)
    for mode, clear in (("L", 7), ("RGB", (1, 2, 3)), ("1", 0), ("I;16", 300)):
        yield f"clear-{mode}", "PNG", plain(mode, transparency=clear)
    for kind in ("GIF", "PNG", "WEBP", "TIFF", "AVIF", "MPO"):
        yield "moving", kind, moving
    for name in ("tiff_lzw", "tiff_deflate", "jpeg", "packbits", "group4"):
        yield name, "TIFF", plain("1" if name == "group4" else "RGB", compression=name)
    yield "progressive", "JPEG", plain("RGB", progressive=True)
    yield "interlaced", "GIF", plain("P", interlace=True)
    yield "four-bits", "PNG", plain("P", bits=4)


def _writers():
    """Yields names, formats and writers of all files."""
    Image.init()
    for kind in sorted(set(Image.SAVE) - _NOT_WRITTEN):
        for mode in MODES:
            for size in SIZES:
                name = f"{mode.replace(';', '')}-{size[0]}x{size[1]}"
                yield name, kind, lambda generator, kind, mode=mode, size=size: _saved(
                    _picture(mode, size, generator), kind
                )
    yield from _special()


@functools.cache
def whole_files(number=None, part=""):
    """`(name, content)` of whole files, all that there are or about a number of them drawn evenly.

    Args:
        number: of files; None for all.
        part: what their names must hold.
    """
    suffix = {kind: name for name, kind in sorted(Image.registered_extensions().items())}
    writers = [
        (f"{index:04}-{name}{suffix.get(kind, '.' + kind.lower())}", kind, index, write)
        for index, (name, kind, write) in enumerate(_writers())
        if part in name
    ]
    random.Random(0).shuffle(writers)
    found = []
    for name, kind, index, write in writers:
        content = write(np.random.default_rng(index), kind)
        if content:
            found.append((name, content))
        if len(found) == number:
            break
    return sorted(found)


def expected(content):
    """`(pixels, is_whole)`: what Pillow reads, as uint8 RGBA upright, or None where it cannot.

    Floats and integers of 32 bits have no pixels.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            deep = image.mode.startswith("I;16") or (
                image.mode == "I" and image.format in ("PNG", "PPM")
            )
            clear = image.info.get("transparency")
            image = ImageOps.exif_transpose(image)
            if deep:
                values = np.asarray(image).astype(np.float64)
                grey = np.floor(values / 257 + 0.5)[..., None].repeat(3, axis=-1)
                opaque = 255.0 * ((values != clear)[..., None] if clear is not None else
                                  np.ones_like(values)[..., None])
                return np.concatenate([grey, opaque], axis=-1).astype(np.uint8)
            if image.mode in ("I", "F"):
                return None
            return np.asarray(image.convert("RGBA"))
    except Exception:  # Of any kind: formats raise what they like.
        return None


def as_rgba(pixels):
    """uint8 `[H, W, 1 to 4]` as RGBA."""
    count = pixels.shape[-1]
    colours = pixels[..., :1].repeat(3, axis=-1) if count < 3 else pixels[..., :3]
    opaque = pixels[..., -1:] if count in (2, 4) else np.full_like(pixels[..., :1], 255)
    return np.concatenate([colours, opaque], axis=-1)
