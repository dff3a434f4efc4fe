"""Checks of options that several parts of the package share."""


def positive_int(name, value):
    """Returns `value` if it is a positive integer; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
    return value
