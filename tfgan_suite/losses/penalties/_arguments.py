"""Checks of what penalties are given."""

import math
import numbers

from tfgan_suite.losses._reduction import at_least_float32


def check_at_least(bound, **number):
    """Returns the number given by name as a float; raises ValueError below `bound` or infinite."""
    ((name, value),) = number.items()
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not value >= bound:
        raise ValueError(f"`{name}` must be >= {bound:g}. Received: {name}={value!r}")
    if math.isinf(value):
        raise ValueError(f"`{name}` must be finite. Received: {name}={value!r}")
    return float(value)


def as_images(**tensors):
    """Float tensors, half precision as float32; None stays None; integers raise ValueError."""
    result = []
    for name, tensor in tensors.items():
        tensor = None if tensor is None else at_least_float32(tensor)
        if tensor is not None and not tensor.dtype.is_floating:
            raise ValueError(
                f"`{name}` must be float, or there is no gradient to it. "
                f"Received: {name} of dtype {tensor.dtype.name}"
            )
        result.append(tensor)
    return result
