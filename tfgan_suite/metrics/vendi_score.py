"""The Vendi score: how many different examples a set holds, without looking at any other set."""

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_number
from tfgan_suite.registration import public


@public
def vendi_score(features, bandwidth):
    """The effective number of different examples in a set.

    The exponential of the Shannon entropy of the eigenvalues of `K / N`, K being the similarities
    `exp(-|x - y|^2 / (2 bandwidth^2))`: N where all are further apart than the bandwidth, 1 where
    all are alike, about the number of groups where there are tight groups. It grows with N: compare
    sets of one size.

    References:
        Friedman and Dieng 2022, "The Vendi Score: A Diversity Evaluation Metric for Machine
        Learning", arXiv:2210.02410, definition 3.1.

    Args:
        features: real numbers of shape `[N, D]`, N at least 1; time grows as N^3.
        bandwidth: distance over which examples count as alike, in the units of the features.

    Returns:
        A float in [1, N].

    Raises:
        ValueError: if the features are no finite matrix, or the bandwidth is not positive.
    """
    features = finite_matrix(features, "features")
    bandwidth = positive_number(bandwidth, "bandwidth")
    kernel = np.exp(-squared_distances(features) / (2.0 * bandwidth**2)) / len(features)
    eigenvalues = np.linalg.eigvalsh(kernel)
    positive = eigenvalues[eigenvalues > 0.0]  # rounding leaves zeros on either side
    return float(np.exp(-np.sum(positive * np.log(positive))))


@public
def mean_distance(features):
    """The mean Euclidean distance of two different rows of `[N, D]`; 0 for a single row.

    Raises:
        ValueError: if the features are no finite matrix.
    """
    features = finite_matrix(features, "features")
    count = len(features)
    distances = np.sqrt(squared_distances(features))
    return float(distances.sum() / max(count * (count - 1), 1))


def squared_distances(features):
    """Squared Euclidean distances of all pairs of rows, exactly 0 on the diagonal."""
    # Centred first: far from the origin the difference of large squares would be lost.
    features = features - features.mean(axis=0)
    squares = np.sum(features**2, axis=1)
    distances = np.maximum(squares[:, None] + squares - 2.0 * features @ features.T, 0.0)
    np.fill_diagonal(distances, 0.0)
    return distances
