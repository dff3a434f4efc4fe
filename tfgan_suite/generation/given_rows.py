"""A few examples of whatever holds some: the first ones, or some spread evenly."""

import numpy as np
import tensorflow as tf

_BATCHES = 16  # of a dataset that are read at most, where rows are spread over them


def first_rows(source, count, name="real"):
    """The first `count` rows, or all there are, of a batch or of a dataset of batches.

    Args:
        source: an array, a tuple of arrays with as many rows each, the last of which may be a
            tuple of several, or a `tf.data.Dataset` of batches of any of these.
        count: number of rows.
        name: the argument's name, for errors.

    Returns:
        List of arrays: one, or as many as the tuple has.

    Raises:
        ValueError: if there are none.
    """
    parts, have = [], 0
    for columns in _batches(source):
        parts.append([column[: count - have] for column in columns])
        have += len(parts[-1][0])
        if have >= count:
            break
    return _joined(parts, name)


def first_pairs(source, count, name="real"):
    """As `first_rows`, of pairs of examples.

    Raises:
        ValueError: if there are none, or they are not pairs.
    """
    found = first_rows(source, count, name)
    if len(found) != 2:
        raise ValueError(
            f"`{name}` must hold pairs (examples, inputs). "
            f"Received: {len(found)} in place of a pair"
        )
    return found


def spread_rows(source, count, name="real"):
    """`count` rows, or all there are, spread evenly over what `source` begins with.

    Evenly, because folders and arrays are often sorted by class. Of a dataset the first 16 batches
    are read, of an array all rows are there to choose from.

    Args:
        source, count, name: as `first_rows` takes them.

    Returns:
        List of arrays, as `first_rows` gives; the first one float32.

    Raises:
        ValueError: if there are none, or the examples are not finite.
    """
    if isinstance(source, tf.data.Dataset):
        source = source.take(_BATCHES)
    examples, *others = _joined(list(_batches(source)), name)
    examples = examples.astype(np.float32)
    rows = np.linspace(0, len(examples) - 1, min(count, len(examples))).round().astype(int)
    if not np.isfinite(examples[rows]).all():
        raise ValueError(f"`{name}` must be finite. Received: NaN or infinite values")
    return [examples[rows], *(column[rows] for column in others)]


def _batches(source):
    """Yields the columns of each batch: a list of arrays."""
    for batch in source if isinstance(source, tf.data.Dataset) else [source]:
        columns = batch if isinstance(batch, (tuple, list)) else [batch]
        if isinstance(columns[-1], (tuple, list)):  # several conditions
            columns = [*columns[:-1], *columns[-1]]
        yield [np.asarray(column) for column in columns]


def _joined(parts, name):
    if not sum(len(columns[0]) for columns in parts):
        raise ValueError(f"`{name}` must hold at least one example. Received: none")
    return [np.concatenate(column) for column in zip(*parts)]
