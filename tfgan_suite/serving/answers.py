"""What a server has answered, as arrays: checked, whoever the server is."""

import base64

import numpy as np

from tfgan_suite.serving.errors import BadAnswerError
from tfgan_suite.serving.wire import LARGEST


def rows_of(inputs):
    """How many rows a request has, by its first input; None without one."""
    first = next(iter(inputs.values()), None)
    return None if first is None or np.ndim(first) == 0 else len(first)


def check_outputs(outputs, rows):
    """Raises BadAnswerError unless each output has a row for each of the request, and is finite.

    Args:
        outputs: dict of arrays by key.
        rows: of the request; None where it is not known.
    """
    for key, array in outputs.items():
        if array.ndim == 0 or rows is not None and len(array) != rows:
            asked = "some" if rows is None else rows
            raise BadAnswerError(f"`{key}` has the shape {array.shape}, not {asked} rows")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise BadAnswerError(f"`{key}` has values that are NaN or infinite")


def check_row(key, array, row):
    """Raises BadAnswerError unless the rows of an output have the shape that the card says.

    Args:
        key: of the output.
        array: its values.
        row: list of numbers; None where the card does not say it.
    """
    if row is not None and list(array.shape[1:]) != list(row):
        raise BadAnswerError(
            f"`{key}` has rows of shape {list(array.shape[1:])}, and the card says {list(row)}"
        )


def from_json(key, value):
    """An array of JSON: float32 of numbers with fractions, int64 of integers, `bytes` of the rest.

    Raises:
        BadAnswerError: if it is no array of numbers, of texts, or of files in base64.
    """
    first = value
    while isinstance(first, list) and first:
        first = first[0]
    try:
        if isinstance(first, (dict, str)):
            flat = [_to_bytes(item) for item in value]
            made = np.empty(len(flat), object)
            made[:] = flat
            return made
        array = np.asarray(value)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadAnswerError(f"`{key}` is no array: {error}") from error
    if array.dtype.kind not in "iuf":
        raise BadAnswerError(f"`{key}` is no array of numbers, of texts or of files in base64")
    with np.errstate(over="ignore"):  # infinite then, which is not taken
        return array.astype(np.int64 if array.dtype.kind in "iu" else np.float32)


def _to_bytes(item):
    return item.encode() if isinstance(item, str) else base64.b64decode(item["b64"], validate=True)


def from_protos(tensors, tf):
    """Arrays of `TensorProto`s, which may say shapes of any size in a few bytes.

    Args:
        tensors: the messages by key.
        tf: the module `tensorflow`.

    Returns:
        Dict of arrays by key.

    Raises:
        BadAnswerError: if one has no shape, they are too large together, or no array can be made.
    """
    arrays, left = {}, LARGEST
    for key, tensor in tensors.items():
        arrays[key] = _from_proto(key, tensor, tf, left)
        left -= arrays[key].nbytes
    return arrays


def _from_proto(key, tensor, tf, most):
    try:
        dtype = tf.as_dtype(tensor.dtype)
        shape = [dim.size for dim in tensor.tensor_shape.dim]
        count = 1
        for size in shape:
            count *= size
        if tensor.tensor_shape.unknown_rank or min(shape, default=0) < 0:
            raise ValueError("it has no shape")
        if count * dtype.size > most:
            raise ValueError(f"its shape is {shape}, more than {most:,} bytes")
        return tf.make_ndarray(tensor)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise BadAnswerError(f"`{key}` is no array: {error}") from error
