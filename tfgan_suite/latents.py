"""Latent priors: where z comes from, in training and in a served graph."""

import dataclasses
import math
import numbers

import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.configured import Configured
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
        distribution: `"normal"` (standard normal), `"uniform"` (on [-1, 1)), or a latent prior
            whose `dim` is the last dimension of `shape`.
    """
    if not isinstance(distribution, str):
        return distribution.rows(shape, seed)
    # TensorFlow's own floats are others under XLA; only the integers are the same everywhere.
    if distribution == "uniform":
        return _signed_units(shape, seed)
    return _normal(_signed_units([*shape, 2], seed))


def _signed_units(shape, seed):
    """Uniform on [-1, 1), in steps of 2^-23."""
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.int32, alg=_ALGORITHM)
    return tf.cast(tf.bitwise.right_shift(bits, 8), tf.float32) * 2.0**-23


def _normal(pairs):
    """Box and Muller 1958: one normal number from two uniform ones, `[..., 2]` on [-1, 1)."""
    radius, angle = tf.unstack(pairs, axis=-1)  # the radius's becomes one in (0, 1]
    return tf.sqrt(-2.0 * tf.math.log(0.5 * (1.0 - radius))) * tf.cos(math.pi * angle)


def _one_hot(units, classes):
    """A class of equal probabilities from each uniform number, `[..., 1]` on [-1, 1)."""
    index = tf.cast(tf.floor(0.5 * (units[..., 0] + 1.0) * classes), tf.int32)
    return tf.one_hot(tf.minimum(index, classes - 1), classes)


@dataclasses.dataclass(frozen=True)
class Part:
    """Neighbouring components of a latent vector that are drawn in one way.

    Attributes:
        name: what it is called in pictures and errors.
        start: index of its first component.
        size: number of components.
        kind: "normal", "uniform" (on [-1, 1)) or "categorical" (one-hot, equal probabilities).
        is_code: whether it is set on purpose (a code of InfoGAN) rather than noise.
    """

    name: str
    start: int
    size: int
    kind: str
    is_code: bool = False

    @property
    def columns(self):
        """Slice of the latent vector."""
        return slice(self.start, self.start + self.size)

    @property
    def units(self):
        """Uniform numbers that one draw takes."""
        return {"normal": 2 * self.size, "uniform": self.size, "categorical": 1}[self.kind]

    def draw(self, units):
        """Components `[..., size]` from uniform numbers `[..., units]` on [-1, 1)."""
        if self.kind == "categorical":
            return _one_hot(units, self.size)
        if self.kind == "normal":
            return _normal(tf.reshape(units, tf.concat([tf.shape(units)[:-1], [self.size, 2]], 0)))
        return units


class Prior(Configured):
    """What all priors share: independent parts, side by side in one vector of `dim` components."""

    def __init__(self, parts):
        self.parts = tuple(parts)
        self.dim = sum(part.size for part in self.parts)

    @property
    def codes(self):
        """The parts that are set on purpose."""
        return tuple(part for part in self.parts if part.is_code)

    def rows(self, shape, seed):
        """Draws float32 latents of a shape `[..., dim]`: a function of `shape` and `seed` alone.

        Args:
            shape: list of dimensions of the result.
            seed: int32 or int64 tensor of shape `[2]`.
        """
        widths = [part.units for part in self.parts]
        units = _signed_units([*shape[:-1], sum(widths)], seed)
        pieces = tf.split(units, widths, axis=-1)
        drawn = [part.draw(piece) for part, piece in zip(self.parts, pieces)]
        return tf.ensure_shape(tf.concat(drawn, axis=-1), [*units.shape[:-1], self.dim])

    def sample(self, batch_size, seed):
        """Draws `[batch_size, dim]` float32 latents from one seed (int, or int tensor `[2]`)."""
        if isinstance(seed, numbers.Integral):
            seed = tf.constant([int(seed), 0], tf.int64)
        return self.rows([batch_size, self.dim], seed)

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
            lambda pair: self.rows([self.dim], pair),
            pairs,
            fn_output_signature=tf.TensorSpec([self.dim], tf.float32),
        )

    def truncate(self, latents, psi):
        """Scales the noise of each row towards its mean, 0; codes stay as they are.

        Args:
            latents: float tensor `[N, dim]`.
            psi: float tensor `[N]`; 1 changes nothing.
        """
        noise = [not part.is_code for part in self.parts for _ in range(part.size)]
        return latents * tf.where(noise, psi[:, tf.newaxis], tf.ones_like(latents))


def _check_distribution(distribution):
    if distribution not in DISTRIBUTIONS:
        raise ValueError(
            f"`latent_distribution` must be one of {DISTRIBUTIONS}. "
            f"Received: latent_distribution={distribution!r}"
        )
    return distribution


@register
class LatentPrior(Prior):
    """The distribution p(z) of a generator's latents: independent, identical components.

    Args:
        dim: number of components of z.
        distribution: `"normal"` (standard normal) or `"uniform"` (on [-1, 1), as in Goodfellow et
            al. 2014, arXiv:1406.2661, and Radford et al. 2015, arXiv:1511.06434).

    Raises:
        ValueError: if `dim` is not a positive integer or `distribution` is unknown.
    """

    def __init__(self, dim, distribution="normal"):
        self.distribution = _check_distribution(distribution)
        super().__init__([Part("latents", 0, positive_int("latent_dim", dim), distribution)])

    def get_config(self):
        return {"dim": self.dim, "distribution": self.distribution}


@register
class StructuredLatentPrior(Prior):
    """The prior of InfoGAN: noise and codes, side by side in one latent vector.

        [ z_1 ... z_n | one-hot c of K classes | ... | c_1 ... c_m ]

    Chen et al. 2016 (arXiv:1606.03657), section 5: categorical codes Cat(K, p = 1/K), continuous
    codes Unif(-1, 1), all independent.

    Args:
        noise_dim: n, the number of components of the incompressible noise z.
        categorical: tuple of the numbers of classes K of the categorical codes, each at least 2.
        continuous: m, the number of continuous codes, >= 0.
        distribution: of z: `"normal"` or `"uniform"` (on [-1, 1)).

    Raises:
        ValueError: if a number is out of range, there is no code, or `distribution` is unknown.
    """

    def __init__(self, noise_dim, categorical=(10,), continuous=2, distribution="normal"):
        positive_int("noise_dim", noise_dim)
        if not isinstance(categorical, (list, tuple)) or not all(
            isinstance(k, int) and not isinstance(k, bool) and k >= 2 for k in categorical
        ):
            raise ValueError(
                "`categorical` must be a tuple of numbers of classes, each an integer >= 2. "
                f"Received: categorical={categorical!r}"
            )
        if isinstance(continuous, bool) or not isinstance(continuous, int) or continuous < 0:
            raise ValueError(
                f"`continuous` must be an integer >= 0. Received: continuous={continuous!r}"
            )
        if not categorical and not continuous:
            raise ValueError(
                "A structured prior has at least one code. Received: "
                f"categorical={categorical!r}, continuous={continuous!r}"
            )
        self.noise_dim, self.continuous = noise_dim, continuous
        self.categorical = tuple(categorical)
        self.distribution = _check_distribution(distribution)
        parts = [Part("noise", 0, noise_dim, distribution)]
        kinds = [("categorical", size) for size in categorical] + [("uniform", 1)] * continuous
        for index, (kind, size) in enumerate(kinds):
            start = parts[-1].start + parts[-1].size
            parts.append(Part(f"code {index}", start, size, kind, is_code=True))
        super().__init__(parts)

    def split(self, latents):
        """Latents `[N, dim]` as the noise `[N, n]`, a list of one-hot codes `[N, K]`, and the
        continuous codes `[N, m]`.
        """
        sizes = [self.noise_dim, *self.categorical, self.continuous]
        noise, *categories, continuous = tf.split(latents, sizes, axis=-1)
        return noise, categories, continuous

    def get_config(self):
        return {
            "noise_dim": self.noise_dim,
            "categorical": list(self.categorical),
            "continuous": self.continuous,
            "distribution": self.distribution,
        }


def prior_of(latent_dim, distribution):
    """The prior of a trainer's options: `LatentPrior` by the name of a distribution, or a prior.

    Raises:
        ValueError: if a number or name is out of range, or the prior has another number of
            components.
    """
    if not isinstance(distribution, Prior):
        return LatentPrior(latent_dim, distribution)
    if latent_dim != distribution.dim:
        raise ValueError(
            f"`latent_dim` must be the number of components of the prior, {distribution.dim}. "
            f"Received: latent_dim={latent_dim!r}"
        )
    return distribution
