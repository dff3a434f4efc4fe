"""The files in an exported model's answers, read back to be compared."""

import decimal
import re

import numpy as np
import tensorflow as tf

TOLERANCE = 1e-5  # of values in [-1, 1]; relative where they are larger
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")


def _sound(file):
    # In the steps of 16 bits, of which the file is made.
    return tf.audio.decode_wav(file).audio * 2.0**15


# By the first bytes of a file.
_DECODERS = {b"\x89PNG": tf.io.decode_png, b"RIFF": _sound}


def alike(first, second):
    """Whether two arrays of strings say the same.

    Args:
        first: object array of `bytes`: files, of whose pixels or samples rounding may move each by
            one level; or texts, in which it may move numbers by one of their last digits.
        second: the same.
    """
    return all(_same(a, b) for a, b in zip(first.reshape(-1), second.reshape(-1), strict=True))


def _same(first, second):
    decode = _DECODERS.get(first[:4])
    if first == second:
        return True
    if decode is None:
        return _same_text(first, second)
    levels = [decode(file).numpy().astype(np.float64) for file in (first, second)]
    return levels[0].shape == levels[1].shape and np.abs(levels[0] - levels[1]).max() <= 1.0 + 1e-6


def _same_text(first, second):
    pairs = [_NUMBER.split(text.decode()) for text in (first, second)]
    if len(pairs[0]) != len(pairs[1]) or pairs[0][::2] != pairs[1][::2]:
        return False
    return all(_close(a, b) for a, b in zip(pairs[0][1::2], pairs[1][1::2]))


def _close(first, second):
    a, b = decimal.Decimal(first), decimal.Decimal(second)
    last_digit = 10.0 ** min(number.as_tuple().exponent for number in (a, b))
    return abs(float(a - b)) <= 1.001 * last_digit + TOLERANCE * max(1.0, abs(float(a)))
