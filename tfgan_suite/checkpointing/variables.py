"""Variables to arrays and back, bit for bit."""

import keras
import numpy as np
import tensorflow as tf

# How the names of arrays begin that callbacks remember, which are no variables.
OF_CALLBACKS = "callbacks/"


def read_arrays(variables):
    """Copies of variables as NumPy arrays.

    Args:
        variables: dict of names to Keras or TensorFlow variables.

    Returns:
        Dict of names to arrays. Where a mirrored variable differs between replicas, those after
        the first have entries `name@1`, `name@2`, ... of their own.
    """
    arrays = {}
    for name, variable in variables.items():
        first, *others = (np.array(part.numpy()) for part in _copies(variable))
        arrays[name] = first
        for index, other in enumerate(others, start=1):
            if other.tobytes() != first.tobytes():
                arrays[f"{name}@{index}"] = other
    return arrays


def assign_arrays(variables, arrays):
    """Puts arrays of `read_arrays` back into variables; all of them or, if one misfits, none.

    Arrays of callbacks among them are passed over.

    Raises:
        ValueError: naming the first variables whose name, shape or dtype is another.
    """
    stored = {
        name: array
        for name, array in arrays.items()
        if "@" not in name and not name.startswith(OF_CALLBACKS)
    }
    problems = [f"{name} is missing" for name in variables if name not in stored]
    problems += [f"{name} has no place" for name in stored if name not in variables]
    for name, variable in variables.items():
        if name in stored:
            there = (tuple(variable.shape), _dtype(variable))
            came = (stored[name].shape, str(stored[name].dtype))
            if there != came:
                problems.append(f"{name} is {_words(there)}, and was {_words(came)}")
    if problems:
        more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise ValueError(
            "The checkpoint is of another trainer: build and compile it as it was. "
            f"Received: {'; '.join(problems[:3])}{more}"
        )
    for name, variable in variables.items():
        # Each copy by itself: what replicas sum up would be divided among them.
        for index, copy in enumerate(_copies(variable)):
            copy.assign(arrays.get(f"{name}@{index}", arrays[name]))


def non_finite(arrays):
    """Names of the arrays that hold a NaN or an infinite value."""
    return [name for name, array in arrays.items() if not _all_finite(array)]


def _all_finite(array):
    if array.dtype.kind == "f":
        return bool(np.isfinite(array).all())
    if array.dtype.kind == "V":  # bfloat16 and the like
        return bool(np.isfinite(array.astype(np.float32)).all())
    return True


def _copies(variable):
    """The variable's copies on this process's replicas."""
    variable = variable.value if isinstance(variable, keras.Variable) else variable
    values = getattr(variable, "values", None)  # of a mirrored variable
    return list(values) if isinstance(values, (tuple, list)) else [variable]


def _dtype(variable):
    return tf.as_dtype(variable.dtype).name


def _words(shape_and_dtype):
    shape, dtype = shape_and_dtype
    return f"{dtype}{list(shape)}"
