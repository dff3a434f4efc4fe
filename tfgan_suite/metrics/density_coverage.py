"""Density and coverage: fidelity and variety that outliers do not upset."""

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._neighbours import balls, neighbour_radii
from tfgan_suite.metrics._streaming import FeatureSetMetric
from tfgan_suite.registration import public, register


@public
def density_coverage(real, generated, k=5):
    """How many real neighbourhoods hold generated features, and how many each holds.

    Of closed balls about the real features, each reaching to the k-th nearest other real one,
    density is the number that hold a generated feature, averaged over these and divided by k;
    coverage is the fraction of the balls that hold any. Two sets of one law have an expected
    density of 1 and, for equal numbers of many samples, an expected coverage of about
    `1 - 2**-k`.

    References:
        Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative Models",
        arXiv:2002.09797, equations 3 and 4; k = 5 and 10 000 samples are the paper's.

    Args:
        real: features of shape `[N, D]`, N above k.
        generated: features of shape `[M, D]`, M at least 1.
        k: number of neighbours.

    Returns:
        A JSON-able dict of "density" (at least 0, can exceed 1) and "coverage" (from 0 to 1).

    Raises:
        ValueError: if the dimensions differ, there are k real samples or fewer, no generated one,
            or a feature is NaN or infinite.
    """
    k = positive_integer(k, "k")
    real = finite_matrix(real, "real")
    generated = finite_matrix(generated, "generated", real.shape[1])
    radii = neighbour_radii(real, k)
    held = 0
    covered = np.zeros(len(real), bool)
    for _, inside in balls(real, radii, generated):
        held += np.count_nonzero(inside)
        covered |= inside.any(axis=0)
    return {
        "density": float(held / (k * len(generated))),
        "coverage": float(covered.mean()),
    }


@register
class DensityCoverage(FeatureSetMetric):
    """`density_coverage` of streams of features; keeps up to `max_samples` rows of each set.

    Args:
        dimension: number of features D.
        max_samples: rows that are kept of each set, in float32.
        k: number of neighbours.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on another shape; by `result` as `density_coverage` does, and
            if more than `max_samples` rows came.
    """

    outputs = ("density", "coverage")

    def __init__(self, dimension, max_samples, k=5, name="density_coverage"):
        super().__init__(dimension, max_samples, k, name)

    def compare(self, real, generated):
        return density_coverage(real, generated, self.k)
