"""A fixed batch of examples from whatever holds them."""

import numpy as np
import tensorflow as tf

_BATCHES = 16  # of a dataset are read at most


def spread(source, count, name="real"):
    """`count` examples, or all there are, spread evenly over what `source` begins with.

    Evenly, because folders and arrays are often sorted by class. Of a dataset the first 16 batches
    are read, of an array all rows are there to choose from.

    Args:
        source: array of examples, tuple `(examples, condition)`, or `tf.data.Dataset` of batches of
            either.
        count: number of examples.
        name: the argument's name, for errors.

    Returns:
        `(examples, condition)`: float32 array `[N, ...]`, and an array with N rows or None.

    Raises:
        ValueError: if there are no examples, or they are not finite.
    """
    batches = source.take(_BATCHES) if isinstance(source, tf.data.Dataset) else [source]
    parts = [b if isinstance(b, (tuple, list)) else (b, None) for b in batches]
    parts = [(np.asarray(x), None if y is None else np.asarray(y)) for x, y, *_ in parts]
    if not sum(len(x) for x, _ in parts):
        raise ValueError(f"`{name}` must hold at least one example. Received: none")
    examples = np.concatenate([x for x, _ in parts]).astype(np.float32)
    conditions = [y for _, y in parts if y is not None]
    rows = np.linspace(0, len(examples) - 1, min(count, len(examples))).round().astype(int)
    if not np.isfinite(examples[rows]).all():
        raise ValueError(f"`{name}` must be finite. Received: NaN or infinite values")
    return examples[rows], np.concatenate(conditions)[rows] if conditions else None
