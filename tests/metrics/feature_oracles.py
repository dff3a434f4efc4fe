"""Independent float64 references of the metrics of features."""

import numpy as np
from scipy.spatial.distance import cdist


def features(count, dimension, seed=0, shift=0.0, scale=1.0):
    """Correlated features whose variances span four orders of magnitude."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=[count, dimension]) * np.logspace(0, -2, dimension) * scale
    # Reflections correlate them all, for a fraction of the time of a random rotation.
    for normal in np.random.default_rng(dimension).normal(size=[3, dimension]):
        values -= 2 / (normal @ normal) * (values @ normal)[:, None] * normal
    return values + shift


def frechet_distance(a, b):
    """From the data: tr (C1 C2)^(1/2) is the sum of the singular values of the centred X Y'.

    No covariance and no square root is taken, so that singular ones are as exact as others.
    """
    x, y = ((m - m.mean(axis=0)) / np.sqrt(len(m) - 1) for m in (a, b))
    root = np.linalg.svd(x @ y.T, compute_uv=False).sum()
    means = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    return means + np.sum(x**2) + np.sum(y**2) - 2 * root


def kernel_distance(a, b):
    """Unbiased MMD of one block, from sums over all pairs."""

    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    n, m = len(a), len(b)
    same_a, same_b = kernel(a, a), kernel(b, b)
    return (
        same_a[~np.eye(n, dtype=bool)].mean()
        + same_b[~np.eye(m, dtype=bool)].mean()
        - 2 * kernel(a, b).mean()
    )


def radii(features, k):
    distances = cdist(features, features)
    np.fill_diagonal(distances, np.inf)
    return np.sort(distances, axis=1)[:, k - 1]


def precision(real, generated, k):
    return (cdist(generated, real) <= radii(real, k)).any(axis=1).mean()


def density(real, generated, k):
    return (cdist(generated, real) <= radii(real, k)).sum() / (k * len(generated))


def coverage(real, generated, k):
    return (cdist(generated, real) <= radii(real, k)).any(axis=0).mean()
