"""Checks of options that several parts of the package share."""

import difflib
import re


def positive_int(name, value):
    """Returns `value` if it is a positive integer; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
    return value


def positive_int_or_none(name, value):
    """Returns `value` if it is a positive integer or None; raises ValueError otherwise."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"`{name}` must be a positive integer or None. Received: {name}={value!r}")
    return value


def non_negative(name, value):
    """Returns `value` if it is a finite number >= 0; raises ValueError otherwise."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0.0 <= value < float("inf"):
        raise ValueError(f"`{name}` must be a finite number >= 0. Received: {name}={value!r}")
    return value


def directory_name(name):
    """Returns the name of an experiment or an export.

    Raises:
        ValueError: if it cannot be that of a directory.
    """
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise ValueError(
            "The name of an experiment or an export is made of letters, digits, `_`, `-` "
            f"and `.`, and does not begin with `.`. Received: {name!r}"
        )
    return name


def did_you_mean(text, known):
    """The nearest of the known names as " (did you mean ...?)"; "" where none is near."""
    near = difflib.get_close_matches(str(text), list(map(str, known)), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
