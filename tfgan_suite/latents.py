"""Latent priors: where z comes from, in training and in a served graph."""

import math
import numbers

import tensorflow as tf

from tfgan_suite.registration import register

DISTRIBUTIONS = ("normal", "uniform")

# The generator of random bits is fixed: the default ("auto_select") differs between devices,
# and a seed would then not give the same image on another machine.
_ALGORITHM = "philox"


def stateless_rows(shape, seed, distribution):
    """Draws float32 numbers that are a function of `shape` and `seed` alone.

    A smaller leading dimension gives the first rows of a larger one, up to rounding.

    Args:
        shape: list of dimensions of the result.
        seed: int32 or int64 tensor of shape `[2]`.
        distribution: `"normal"` (standard normal) or `"uniform"` (on [-1, 1)).
    """
    # TensorFlow's own floats are others under XLA; only the integers are the same everywhere.
    if distribution == "uniform":
        return _signed_units(shape, seed)
    # Box and Muller 1958, one normal number from two uniform ones: the radius's in (0, 1].
    radius, angle = tf.unstack(_signed_units([*shape, 2], seed), axis=-1)
    return tf.sqrt(-2.0 * tf.math.log(0.5 * (1.0 - radius))) * tf.cos(math.pi * angle)


def _signed_units(shape, seed):
    """Uniform on [-1, 1), in steps of 2^-23."""
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.int32, alg=_ALGORITHM)
    return tf.cast(tf.bitwise.right_shift(bits, 8), tf.float32) * 2.0**-23


@register
class LatentPrior:
    """The distribution p(z) of a generator's latents: independent, identical components.

    Args:
        dim: number of components of z.
        distribution: `"normal"` (standard normal) or `"uniform"` (on [-1, 1), as in Goodfellow et
            al. 2014, arXiv:1406.2661, and Radford et al. 2015, arXiv:1511.06434).

    Raises:
        ValueError: if `dim` is not a positive integer or `distribution` is unknown.
    """

    def __init__(self, dim, distribution="normal"):
        if isinstance(dim, bool) or not isinstance(dim, int) or dim < 1:
            raise ValueError(
                f"`latent_dim` must be a positive integer. Received: latent_dim={dim!r}"
            )
        if distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"`latent_distribution` must be one of {DISTRIBUTIONS}. "
                f"Received: latent_distribution={distribution!r}"
            )
        self.dim = dim
        self.distribution = distribution

    def sample(self, batch_size, seed):
        """Draws `[batch_size, dim]` float32 latents from one seed (int, or int tensor `[2]`)."""
        if isinstance(seed, numbers.Integral):
            seed = tf.constant([int(seed), 0], tf.int64)
        return stateless_rows([batch_size, self.dim], seed, self.distribution)

    def from_seeds(self, seeds):
        """Draws one latent vector per seed; row i depends on `seeds[i]` alone.

        Safe inside a served graph: no random state, so the same seed gives the same row alone, in
        a batch, and after a restart of the server.

        Args:
            seeds: int64 tensor of shape `[N]`.

        Returns:
            float32 tensor of shape `[N, dim]`.
        """
        seeds = tf.cast(seeds, tf.int64)
        pairs = tf.stack([seeds, tf.zeros_like(seeds)], axis=1)
        return tf.map_fn(
            lambda pair: stateless_rows([self.dim], pair, self.distribution),
            pairs,
            fn_output_signature=tf.TensorSpec([self.dim], tf.float32),
        )

    def get_config(self):
        return {"dim": self.dim, "distribution": self.distribution}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
