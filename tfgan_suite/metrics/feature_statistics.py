"""Mean and covariance of features: all that the Frechet distance knows of a set of images."""

import functools
import hashlib

import numpy as np
import scipy.linalg

from tfgan_suite.metrics._arrays import check_finite, finite_matrix
from tfgan_suite.metrics._cache import load_arrays, save_arrays
from tfgan_suite.registration import public

_EPSILON = np.finfo(np.float64).eps
_BATCH = 4096
_SAVED = ("count", "mean", "covariance", "noise")


@public
class FeatureStatistics:
    """Number, mean and unbiased covariance of feature vectors, in float64.

    Args:
        count: number of samples N, at least 2.
        mean: array of shape `[D]`.
        covariance: symmetric array of shape `[D, D]`, of denominator N - 1; may be singular.
        noise: absolute rounding error to be expected in the eigenvalues of `covariance`; what is
            smaller counts as zero. At least D * 2e-16 times the largest variance is assumed.

    Raises:
        ValueError: if there are fewer than 2 samples, the shapes do not fit, the covariance is not
            symmetric, or a value is NaN or infinite.
    """

    def __init__(self, count, mean, covariance, *, noise=0.0):
        mean, covariance = (np.asarray(a, np.float64) for a in (mean, covariance))
        if count < 2:
            raise ValueError(
                f"A covariance needs at least 2 samples. Received: {int(count)} samples"
            )
        if mean.ndim != 1 or not len(mean) or covariance.shape != 2 * mean.shape:
            raise ValueError(
                "`mean` must have the shape [D] and `covariance` [D, D]. "
                f"Received: mean {mean.shape}, covariance {covariance.shape}"
            )
        check_finite(mean[None], "mean")
        check_finite(covariance, "covariance")
        largest = float(np.max(np.abs(covariance)))
        # Of features that are all alike nothing but rounding errors is left.
        asymmetry = float(np.max(np.abs(covariance - covariance.T)))
        if asymmetry > max(1e-6 * largest, noise):
            raise ValueError(
                "`covariance` must be symmetric. Received: entries that differ from those of the "
                f"transpose by up to {asymmetry:.3g}, the largest being {largest:.3g}"
            )
        self.count = int(count)
        self.mean = mean
        self.covariance = (covariance + covariance.T) / 2
        self.dimension = len(mean)
        self.noise = max(float(noise), self.dimension * _EPSILON * largest)

    @classmethod
    def from_features(cls, features):
        """The statistics of an array of shape `[N, D]`; the mean is subtracted first.

        Raises:
            ValueError: if the array is not a matrix of finite numbers or has fewer than 2 rows.
        """
        # In batches: a float64 copy of 50 000 x 2048 features would take 800 MB.
        features = np.asarray(features)
        count = len(features) if features.ndim else 0
        batches = [slice(start, start + _BATCH) for start in range(0, count, _BATCH)]
        if len(batches) < 2:
            features = finite_matrix(features, "features")
        width = features.shape[1] if features.ndim == 2 else None
        total = sum(finite_matrix(features[b], "features", width).sum(axis=0) for b in batches)
        mean = total / count
        outer = 0.0
        for batch in batches:
            centered = features[batch] - mean
            outer = outer + centered.T @ centered
        return cls.from_deviations(count, mean, outer)

    @classmethod
    def from_deviations(cls, count, mean, outer):
        """The statistics from sums over deviations from the mean, which lose no precision.

        Args:
            count: number of samples N.
            mean: array of shape `[D]`.
            outer: sum of the outer products of `features - mean`, shape `[D, D]`.
        """
        mean = np.asarray(mean, np.float64)
        if not (np.isfinite(mean).all() and np.isfinite(outer).all()):
            raise ValueError("The sums of the features have overflowed float64.")
        noise = mean.size * (_EPSILON * np.max(np.abs(mean), initial=0.0)) ** 2
        return cls(count, mean, outer / max(count - 1, 1), noise=noise)

    @classmethod
    def from_sums(cls, count, total, outer):
        """The statistics from accumulated sums.

        What the square of the mean is larger than the variance, is lost of the variance's digits:
        `FrechetDistance` adds deviations from the mean up.

        Args:
            count: number of samples N.
            total: sum of the feature vectors, shape `[D]`.
            outer: sum of their outer products, shape `[D, D]`.
        """
        if count < 2:
            raise ValueError(
                f"A covariance needs at least 2 samples. Received: {int(count)} samples"
            )
        if not (np.isfinite(total).all() and np.isfinite(outer).all()):
            raise ValueError("The sums of the features have overflowed float64.")
        mean = total / count
        covariance = (outer - np.outer(mean, total)) / (count - 1)
        # Subtracting the squared mean leaves the rounding errors of the second moment.
        noise = len(mean) * _EPSILON * np.max(np.diag(outer)) / (count - 1)
        return cls(count, mean, covariance, noise=noise)

    @functools.cached_property
    def root(self):
        """A matrix `[D, rank]` with `root @ root.T == covariance`, up to rounding.

        Cholesky's, with pivoting: it finds the rank as eigenvectors would, much faster.
        """
        lower, pivots, rank, _ = scipy.linalg.lapack.dpstrf(
            self.covariance, tol=self.noise, lower=True
        )
        root = np.empty([self.dimension, rank])
        root[pivots - 1] = np.tril(lower)[:, :rank]
        return root

    @property
    def rank(self):
        """Rank of the covariance, at most min(D, N - 1)."""
        return self.root.shape[1]

    @property
    def content_hash(self):
        """SHA-256 (hexadecimal) of the values."""
        digest = hashlib.sha256(str(self.count).encode())
        for array in (self.mean, self.covariance):
            digest.update(np.ascontiguousarray(array, "<f8").tobytes())
        return digest.hexdigest()

    def save(self, path):
        """Writes an `.npz` file, whole or not at all; folders that are missing are made."""
        save_arrays({name: getattr(self, name) for name in _SAVED}, path)

    @classmethod
    def load(cls, path):
        """Reads what `save` wrote.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if it is damaged or something else.
        """
        values = load_arrays(path)
        if set(values) != set(_SAVED):
            raise ValueError(
                f"{str(path)!r} holds no statistics of features. Received: {sorted(values)}"
            )
        return cls(
            int(values["count"]),
            values["mean"],
            values["covariance"],
            noise=float(values["noise"]),
        )
