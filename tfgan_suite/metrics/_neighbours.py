"""Distances between all pairs of two sets of features, a block at a time."""

import numpy as np

# Bytes of one block of distances; a few such arrays live at a time.
_BLOCK_BYTES = 64 * 2**20


class Pairs:
    """All pairs of the rows of two matrices, in blocks of rows of the first.

    Squared distances are `|x|^2 + |y|^2 - 2 x'y` of rows from which the second set's mean was
    subtracted: one matrix product instead of N * M * D differences. What that loses in precision
    is bounded, and the bound is given with the distances, so that equal rows are recognized.

    Args:
        queries: matrix of shape `[N, D]`.
        keys: matrix of shape `[M, D]`.
    """

    def __init__(self, queries, keys):
        center = keys.mean(axis=0)
        self.queries, self.keys = queries - center, keys - center
        self._query_norms = np.einsum("nd,nd->n", self.queries, self.queries)
        self._key_norms = np.einsum("nd,nd->n", self.keys, self.keys)

    def blocks(self):
        """Yields `(rows, squared, tolerance)`: a slice of the queries, and arrays `[rows, M]`.

        `squared` are the squared distances, exactly 0 where they cannot be told from it;
        `tolerance` is by how much they may be wrong.
        """
        size = max(1, _BLOCK_BYTES // (8 * len(self.keys)))
        precision = 4 * np.finfo(np.float64).eps * np.sqrt(self.keys.shape[1])
        for start in range(0, len(self.queries), size):
            rows = slice(start, start + size)
            norms = self._query_norms[rows, None] + self._key_norms
            squared = norms - 2 * (self.queries[rows] @ self.keys.T)
            norms *= precision
            squared[squared <= norms] = 0.0
            yield rows, squared, norms


def neighbour_radii(features, k):
    """Squared distance of each row to its k-th nearest other row.

    Args:
        features: float64 matrix of shape `[N, D]`.
        k: number of neighbours, less than N.

    Returns:
        float64 array of shape `[N]`.

    Raises:
        ValueError: if there are not more than k rows.
    """
    if not k < len(features):
        raise ValueError(
            f"The distance to the {k}-th neighbour needs more than {k} samples. "
            f"Received: {len(features)} samples"
        )
    radii = np.empty(len(features))
    for rows, squared, _ in Pairs(features, features).blocks():
        indices = np.arange(len(features))[rows]
        # A row is no neighbour of its own, but an equal row is.
        squared[np.arange(len(indices)), indices] = np.inf
        radii[rows] = np.partition(squared, k - 1, axis=1)[:, k - 1]
    return radii


def balls(centers, radii, points):
    """Which closed balls hold which points.

    Args:
        centers: float64 matrix of shape `[N, D]`.
        radii: squared radii of the balls about them, shape `[N]`.
        points: float64 matrix of shape `[M, D]`.

    Yields:
        `(rows, inside)`: a slice of the points, and a boolean array of shape `[rows, N]`.
    """
    for rows, squared, tolerance in Pairs(points, centers).blocks():
        yield rows, squared <= radii + tolerance
