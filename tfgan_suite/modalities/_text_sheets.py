"""Sheets of text: many sequences in one picture, small alphabets in colour."""

import math

import numpy as np
from PIL import Image, ImageDraw

from tfgan_suite.drawing import monospaced

_SIZE = 14  # pixels: of the letters
_LINE, _GAP = 20, 6  # pixels: height of a line; between texts of several lines
_MARGIN = 10  # pixels: around the sheet and between its columns
_LINES = 2  # of one sequence, at most
_WIDTH, _CELLS = 110, 90  # letters in a line: of running text, and of coloured cells
_INK, _PALE, _PAPER = (40, 40, 40), (150, 150, 150), (255, 255, 255)
# Bases in the colours of sequence viewers; others from Okabe and Ito's palette.
_BASES = {"A": (88, 178, 88), "C": (90, 140, 226), "G": (244, 176, 58), "T": (226, 92, 84)}
_BASES["U"] = _BASES["T"]
_PALETTE = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66),
    (0, 114, 178), (213, 94, 0), (204, 121, 167), (153, 153, 153),
)  # fmt: skip


def text_sheet(texts, columns=1, letters=None):
    """Draws numbered texts below one another; what has no room is counted at the end of the text.

    Args:
        texts: list of strings.
        columns: texts beside one another.
        letters: the letters of an alphabet, each drawn in a colour of its own; None for running
            text.

    Returns:
        uint8 array `[height, width, 3]`.
    """
    font = monospaced(_SIZE)
    step = math.ceil(font.getlength("0"))
    colours = None if letters is None else _colours(letters)
    width = _WIDTH if letters is None else _CELLS
    blocks = [_lines(text, width, at_blanks=letters is None) for text in texts]
    numbers = len(str(max(len(texts) - 1, 0))) + 2
    widest = max((len(body) + len(more) for block in blocks for body, more in block), default=0)
    column_width = (numbers + widest) * step + _MARGIN
    rows = [blocks[start : start + columns] for start in range(0, len(blocks), columns)]
    gap = _GAP if any(len(block) > 1 for block in blocks) else 0
    heights = [max(map(len, row)) * _LINE + gap for row in rows]
    size = (2 * _MARGIN + min(columns, len(texts) or 1) * column_width, 2 * _MARGIN + sum(heights))
    picture = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(picture)
    top, index = _MARGIN, 0
    for row, height in zip(rows, heights):
        for column, block in enumerate(row):
            left = _MARGIN + column * column_width
            draw.text((left, top + 1), f"{index:>{numbers - 2}}", fill=_PALE, font=font)
            for number, line in enumerate(block):
                place = (left + numbers * step, top + number * _LINE)
                _draw_line(draw, place, line, font, step, colours)
            index += 1
        top += height
    return np.asarray(picture)


def _colours(letters):
    if set(letters) <= set(_BASES) | {"N"}:
        return {"N": _PALE, **_BASES}
    return dict(zip(letters, _PALETTE))


def _lines(text, width, at_blanks):
    """A text as at most `_LINES` lines, broken at blanks or after every `width` letters.

    Returns:
        List of pairs of a line and of what is said after it.
    """
    lines, rest = [], text
    while rest and len(lines) < _LINES:
        end = rest.rfind(" ", 0, width + 1) if at_blanks and len(rest) > width else width
        end = end if end > 0 else width
        lines.append((rest[:end], ""))
        rest = rest[end:].lstrip(" ") if at_blanks else rest[end:]
    if rest:
        lines[-1] = (lines[-1][0], f" ... {len(rest)} more")
    return lines or [("", "")]


def _draw_line(draw, place, line, font, step, colours):
    (left, top), (body, more) = place, line
    end = left + (font.getlength(body) if colours is None else len(body) * step)
    if colours is None:
        draw.text((left, top + 1), body, fill=_INK, font=font)
    for index, letter in enumerate(body if colours is not None else ""):
        x, colour = left + index * step, colours.get(letter)
        if colour is not None:
            draw.rectangle((x, top, x + step - 1, top + _LINE - 3), fill=colour)
        ink = _PALE if colour is None else _INK
        draw.text((x + step / 2, top + _LINE / 2 - 1), letter, fill=ink, font=font, anchor="mm")
    draw.text((end, top + 1), more, fill=_PALE, font=font)
