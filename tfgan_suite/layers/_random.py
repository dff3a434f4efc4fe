"""Random numbers of layers: seeded, saved with the layer's state, different on every replica."""

import tensorflow as tf

from tfgan_suite.distribution import replica_rows
from tfgan_suite.layers._checks import sizes


def draw_rows(generator, like, row_shape, distribution="uniform"):
    """Draws one random row for each row of `like`, from the layer's own sequence.

    A `keras.random` function would give every replica the same numbers. Here each replica takes
    its rows of one global draw, so two replicas see what one would see.

    Args:
        generator: the layer's `keras.random.SeedGenerator`; it moves on.
        like: tensor whose first axis is this replica's batch.
        row_shape: list of ints or scalar tensors, the shape of one row.
        distribution: `"normal"` (standard normal) or `"uniform"` (on [0, 1)).

    Returns:
        float32 tensor of shape `[N, *row_shape]`.
    """
    seed = tf.cast(generator.next(), tf.int64)
    rows = replica_rows(sizes(like)[0], row_shape, seed, distribution)
    return rows if distribution == "normal" else 0.5 * (rows + 1.0)


def fresh(initializer):
    """Returns an initializer for another weight: two weights that share a seeded one start alike."""
    return initializer.clone() if hasattr(initializer, "clone") else initializer


def seed_of(initializer):
    """The integer seed of an initializer, for what else begins at random beside its weight."""
    seed = getattr(initializer, "seed", None)
    return seed if isinstance(seed, int) else None


def check_seed(seed):
    """Raises ValueError unless `seed` is None or an integer >= 0."""
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        raise ValueError(f"`seed` must be an integer >= 0, or None. Received: seed={seed!r}")
    return seed
