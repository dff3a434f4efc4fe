"""Random numbers of layers: seeded, saved with the layer's state, different on every replica."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import replica_rows, share
from tfgan_suite.layers._checks import sizes


class _SeedsOfShares(keras.random.SeedGenerator):
    """A seed generator that gives each replica, and each micro-batch, seeds of its own."""

    def next(self, ordered=True):
        seed = super().next(ordered)
        index, shares = share()
        if shares == 1:
            return seed
        # Far from the seeds of other layers, which often are neighbours; as it is for the first.
        offset = tf.cast(tf.cast(index, tf.int64) * 0x9E3779B1 % 2**32, seed.dtype)
        return tf.stack([seed[0] + offset, seed[1]])


def give_shares_their_seeds(network):
    """Lets all random layers of a network, Keras's too, draw differently on every replica.

    `keras.layers.Dropout` and the like would have the same mask on all of them. What draws by
    `draw_rows` is left alone: it takes rows of one draw. States and configs stay what they were.
    """
    for layer in network._flatten_layers():
        for generator in layer._seed_generators:
            if type(generator) is keras.random.SeedGenerator:
                generator.__class__ = _SeedsOfShares


def shared_seed(generator):
    """The next seed (int64 `[2]`) of a layer's sequence, the same on every replica."""
    return tf.cast(keras.random.SeedGenerator.next(generator), tf.int64)


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
    seed = shared_seed(generator)
    rows = replica_rows(sizes(like)[0], row_shape, seed, distribution)
    return rows if distribution == "normal" else 0.5 * (rows + 1.0)


def fresh(initializer):
    """Returns an initializer for another weight: weights that share a seeded one start alike."""
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
