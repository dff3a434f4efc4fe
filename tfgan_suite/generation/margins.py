"""Pictures beside one another, and words beside their rows."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tfgan_suite.drawing import GAP

_FONT = 13  # pixels
_WIDEST = 30  # characters of a text that are shown
_PAPER, _INK = (255, 255, 255), (60, 60, 60)


def with_margin(pixels, texts):
    """A picture with a white margin on its left, in which each of its rows has a text.

    Args:
        pixels: uint8 array `[height, width, 1 or 3]`, a picture of rows of equal height.
        texts: a text for each row; long ones are cut.

    Returns:
        uint8 array `[height, width + margin, 3]`.
    """
    texts = [text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}\N{HORIZONTAL ELLIPSIS}"
             for text in texts]
    font = ImageFont.load_default(size=_FONT)
    width = int(max(font.getlength(text) for text in texts)) + 2 * _FONT // 2 + 2
    margin = Image.new("RGB", (width, len(pixels)), _PAPER)
    draw = ImageDraw.Draw(margin)
    height = (len(pixels) - GAP) / len(texts)
    for row, text in enumerate(texts):
        middle = GAP / 2 + (row + 0.5) * height
        draw.text((width - _FONT // 2, middle), text, fill=_INK, font=font, anchor="rm")
    return np.concatenate([np.asarray(margin), in_colour(pixels)], axis=1)


def side_by_side(pictures):
    """Pictures of as many rows each as one picture, which has all of them in each row.

    Lower pictures are enlarged to the height of the highest. Neighbours share the gap between them.

    Args:
        pictures: list of uint8 arrays `[height, width, 1 or 3]`.

    Returns:
        uint8 array `[height, width, 3]`.
    """
    height = max(map(len, pictures))
    pictures = [_enlarged(in_colour(picture), height) for picture in pictures]
    joined = pictures[:1]
    for left, right in zip(pictures, pictures[1:]):
        is_shared = np.array_equal(left[:, -GAP:], right[:, :GAP])
        joined.append(right[:, GAP:] if is_shared else right)
    return np.concatenate(joined, axis=1)


def in_colour(pixels):
    """A grey or colour picture as a colour one."""
    return pixels if pixels.shape[-1] == 3 else pixels.repeat(3, axis=-1)


def _enlarged(pixels, height):
    if len(pixels) == height:
        return pixels
    width = round(pixels.shape[1] * height / len(pixels))
    rows = np.arange(height) * len(pixels) // height
    columns = np.arange(width) * pixels.shape[1] // width
    return pixels[rows][:, columns]
