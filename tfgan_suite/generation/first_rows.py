"""The first examples of whatever holds some."""

import numpy as np
import tensorflow as tf


def first_rows(source, count, name="real"):
    """The first `count` rows, or all there are, of a batch or of a dataset of batches.

    Args:
        source: an array, a tuple of arrays with as many rows each, or a `tf.data.Dataset` of
            batches of either.
        count: number of rows.
        name: the argument's name, for errors.

    Returns:
        List of arrays: one, or as many as the tuple has.

    Raises:
        ValueError: if there are none.
    """
    parts, have = [], 0
    for batch in source if isinstance(source, tf.data.Dataset) else [source]:
        columns = batch if isinstance(batch, (tuple, list)) else [batch]
        parts.append([np.asarray(column)[: count - have] for column in columns])
        have += len(parts[-1][0])
        if have >= count:
            break
    if not have:
        raise ValueError(f"`{name}` must hold at least one example. Received: none")
    return [np.concatenate(column) for column in zip(*parts)]


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
