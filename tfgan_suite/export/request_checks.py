"""The checks of a request within the graph.

They hold whoever asks: REST, gRPC, Python, C++. Each names the input, says what is wrong and gives
the rows. (A server that batches refuses the requests which it has put into one batch together: see
docs/serving.md.)
"""

import tensorflow as tf


def checked(fields, values, max_rows):
    """Returns the values, which nothing can read before they were checked.

    Args:
        fields: tuple of `Field`s, the first of which says how many rows there are.
        values: dict of tensors by key.
        max_rows: largest number of rows in a request.
    """
    first = fields[0].key
    values = {f.key: tf.ensure_shape(values[f.key], [None, *f.row], name=f.key) for f in fields}
    rows = tf.shape(values[first])[0]
    checks = [_assert((rows >= 1) & (rows <= max_rows), _rows_rule(first, max_rows), rows)]
    for field in fields:
        value = values[field.key]
        if field.key != first:
            count = tf.shape(value)[0]
            checks.append(_assert(count == rows, _same_rows_rule(field.key, first), count))
        if field.rule:
            valid = tf.reduce_all(field.valid(value), axis=list(range(1, len(field.row) + 1)))
            rule = f"`{field.key}` must be {field.rule}. Received otherwise in rows:"
            checks.append(_assert(tf.reduce_all(valid), rule, tf.where(~valid)[:, 0]))
    with tf.control_dependencies(checks):
        return {key: tf.identity(value) for key, value in values.items()}


def with_finite(made, key):
    """What was made of a request, which nothing can read before it was found to be finite.

    Inputs may be finite and yet too large for a network, whose sums then overflow.

    Args:
        made: tensor `[N, ...]`.
        key: of the input that it was made of.
    """
    if not made.dtype.is_floating:
        return made
    finite = tf.reduce_all(tf.math.is_finite(made), axis=list(range(1, made.shape.rank)))
    rule = f"`{key}` must be such that what is made of it is finite. Received otherwise in rows:"
    with tf.control_dependencies([_assert(tf.reduce_all(finite), rule, tf.where(~finite)[:, 0])]):
        return tf.identity(made)


def _rows_rule(key, max_rows):
    return f"`{key}` must have from 1 to {max_rows} rows. Received rows:"


def _same_rows_rule(key, first):
    return f"`{key}` must have as many rows as `{first}`. Received rows:"


def _assert(condition, rule, received):
    return tf.raw_ops.Assert(condition=condition, data=[rule, received], summarize=5)
