"""The values of black and white, where they are not those of the dtype or of the file format."""

import logging
import math
import numbers

import numpy as np

_LOGGER = logging.getLogger("tfgan_suite.data")
_DARK = 1 / 4  # of the range; images that reach no further are nearly black


def check_value_range(value_range):
    """Returns `(low, high)` as floats, or None for None.

    Raises:
        ValueError: if it is no pair of finite numbers, the first one the smaller.
    """
    if value_range is None:
        return None
    pair = value_range if isinstance(value_range, (tuple, list)) else ()
    is_number = [isinstance(v, numbers.Real) and not isinstance(v, bool) for v in pair]
    if is_number == [True, True] and all(map(math.isfinite, pair)) and pair[0] < pair[1]:
        return float(pair[0]), float(pair[1])
    raise ValueError(
        "`value_range` must be (low, high), the values of black and of white, or None. "
        f"Received: value_range={value_range!r}"
    )


def to_levels(values, value_range):
    """Values as uint8, black 0 and white 255, rounded.

    Raises:
        ValueError: if there are values outside, or that are no numbers.
    """
    low, high = value_range
    if values.size and not (low <= values.min() and values.max() <= high):
        raise ValueError(
            f"value_range=({low:g}, {high:g}) does not hold its values. "
            f"Received: values from {values.min():g} to {values.max():g}"
        )
    unit = (values.astype(np.float64) - low) / (high - low)
    # Halves upwards: of 16 bits, those of a level are as many for each.
    return np.floor(255.0 * unit + 0.5).astype(np.uint8)


def to_unit_floats(values, value_range):
    """Values as float32, black -1 and white 1; those outside stay outside."""
    low, high = value_range
    return (2.0 * (values.astype(np.float64) - low) / (high - low) - 1.0).astype(np.float32)


def note_if_dark(name, low, high, top):
    """Logs a warning if images are nearly black.

    Args:
        name: of the data.
        low, high: the smallest and the largest value seen.
        top: the value of white.
    """
    if 0 <= low < high <= _DARK * top:
        _LOGGER.warning(
            "%s is nearly black: values from %g to %g, where white is %g; if %s is white, load it "
            "with value_range=(0, %s)",
            name, low, high, top, power_of_two(high), power_of_two(high),
        )  # fmt: skip


def power_of_two(value):
    """The largest integer of as many bits as `value` has."""
    return 2 ** int(math.ceil(value)).bit_length() - 1
