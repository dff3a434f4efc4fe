"""Pictures of what a generator makes: grids of images, scatter plots of points, PNG files."""

import functools
import math
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tfgan_suite.files import replacing

GAP = 2  # pixels between the images of a grid
GAP_GREY = 128  # neither the black nor the white that images have at their edges
CELL = 64  # pixels: smaller images are enlarged up to this size in a grid
PLOT = 512  # pixels: width and height of a scatter plot
_REAL, _GENERATED, _INK = (190, 190, 190), (31, 90, 180), (60, 60, 60)


def visible(images):
    """Images of any number of channels as grey or colour ones.

    Args:
        images: floats in [-1, 1], `[N, H, W, C]`: grey and colour stay as they are; alpha, the
            second of two channels or the fourth of four, lets a checkerboard through; other bands
            stand beside one another, in grey.

    Returns:
        `[N, H, W', 1 or 3]`.
    """
    pictures, each = apart(images)
    if each == 1:
        return pictures
    count, height, width, _ = pictures.shape
    rows = pictures.reshape(count // each, each, height, width)
    return np.moveaxis(rows, 1, 2).reshape(-1, height, each * width, 1)


def apart(images):
    """Images as grey or colour pictures; bands other than alpha are pictures of their own.

    Args:
        images: as `visible` takes them.

    Returns:
        `[N * n, H, W, 1 or 3]`, and n, the pictures of each image.
    """
    images = np.asarray(images)
    count, height, width, channels = images.shape
    if channels in (1, 3):
        return images, 1
    if channels in (2, 4):
        alpha = np.clip((images[..., -1:] + 1.0) / 2.0, 0.0, 1.0)
        return alpha * images[..., :-1] + (1.0 - alpha) * _checkerboard(height, width), 1
    return np.moveaxis(images, 3, 1).reshape(count * channels, height, width, 1), channels


def _checkerboard(height, width):
    """Light and dark grey squares, `[height, width, 1]` in [-1, 1], about eight in a row."""
    side = max(1, min(height, width) // 8)
    rows, columns = np.arange(height) // side, np.arange(width) // side
    return np.where((rows[:, np.newaxis] + columns) % 2, 0.2, 0.6)[..., np.newaxis]


def to_uint8(images):
    """Maps [-1, 1] to 0..255, rounded; values outside are clipped, NaN becomes 0."""
    scaled = (np.asarray(images, np.float64) + 1.0) * 127.5
    return np.rint(np.clip(np.nan_to_num(scaled, nan=0.0), 0.0, 255.0)).astype(np.uint8)


def tile(images, columns):
    """Arranges images in rows of `columns`, left to right and top to bottom.

    Each image is enlarged by the whole factor that brings it nearest to 64 pixels without passing
    them, and stands `GAP` pixels of grey away from the next one and from the edge.

    Args:
        images: floats in [-1, 1], `[N, H, W, 1 or 3]`.
        columns: images in a row.

    Returns:
        uint8 array `[height, width, 1 or 3]`.
    """
    images = to_uint8(images)
    factor = max(1, CELL // max(images.shape[1:3]))
    images = images.repeat(factor, axis=1).repeat(factor, axis=2)
    count, height, width, channels = images.shape
    rows = math.ceil(count / columns)
    shape = (rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, channels)
    sheet = np.full(shape, GAP_GREY, np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
        sheet[top : top + height, left : left + width] = image
    return sheet


def limits(points):
    """The square `((x_min, x_max), (y_min, y_max))` that holds all finite points, with a margin."""
    points = np.asarray(points, np.float64)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return (-1.0, 1.0), (-1.0, 1.0)
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2.0, 0.6 * (high - low).max() or 1.0
    return tuple((float(m - half), float(m + half)) for m in middle)


def scatter(points, within, real=None):
    """Draws points of the plane, the y axis upwards; points outside the limits are not seen.

    Args:
        points: generated points `[N, 2]`, drawn in blue.
        within: `((x_min, x_max), (y_min, y_max))`.
        real: real points `[M, 2]`, drawn in grey underneath; or None.

    Returns:
        uint8 array `[512, 512, 3]`.
    """
    fine = 2  # drawn twice as large and then averaged: smooth edges
    picture = Image.new("RGB", (PLOT * fine, PLOT * fine), "white")
    draw = ImageDraw.Draw(picture)
    for values, colour in ((real, _REAL), (points, _GENERATED)):
        if values is not None:
            for x, y in to_pixels(values, within):
                draw.circle((x * fine, y * fine), 1.6 * fine, fill=colour)
    font = ImageFont.load_default(size=13 * fine)
    (left, right), (bottom, top) = ([f"{v:.3g}" for v in ends] for ends in within)
    edge, inset = PLOT * fine - 1, 6 * fine
    draw.rectangle((0, 0, edge, edge), outline=_INK, width=fine)
    corners = (
        (f"({left}, {bottom})", (inset, edge - inset), "ls"),
        (f"({right}, {top})", (edge - inset, inset), "rt"),
    )
    for text, position, anchor in corners:
        draw.text(position, text, fill=_INK, font=font, anchor=anchor)
    return np.asarray(picture.reduce(fine))


def to_pixels(points, within):
    """Column and row, as floats, of the points that are finite and within the limits."""
    points = np.asarray(points, np.float64)
    low, high = np.asarray(within).T
    with np.errstate(invalid="ignore"):
        inside = ((points >= low) & (points <= high)).all(axis=1)
    unit = (points[inside] - low) / (high - low)
    return np.stack([unit[:, 0], 1.0 - unit[:, 1]], axis=1) * PLOT


@functools.cache
def monospaced(size):
    """DejaVu Sans Mono, which knows Latin, Greek and Cyrillic letters; it comes with matplotlib.

    Args:
        size: in pixels.
    """
    import matplotlib

    path = os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSansMono.ttf")
    return ImageFont.truetype(path, size)


def captioned(pixels, text):
    """A colour picture with a line of text below it, as wide as the wider of the two.

    Args:
        pixels: uint8 array `[height, width, 1 or 3]`.
        text: one line.

    Returns:
        uint8 array `[height + 22, width, 3]`.
    """
    font, (height, width) = monospaced(12), pixels.shape[:2]
    width = max(width, math.ceil(font.getlength(text)) + 2 * GAP)
    picture = np.full((height + 22, width, 3), 255, np.uint8)
    picture[:height, : pixels.shape[1]] = pixels
    picture = Image.fromarray(picture)
    ImageDraw.Draw(picture).text((2 * GAP, height + 3), text, fill=_INK, font=font)
    return np.asarray(picture)


def write_png(path, pixels):
    """Writes a uint8 array `[height, width, 1 to 4]` as a PNG, at once or not at all."""
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    with replacing(path) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG")
