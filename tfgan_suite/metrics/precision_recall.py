"""Improved precision and recall: fidelity and variety told apart."""

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._neighbours import balls, neighbour_radii
from tfgan_suite.metrics._streaming import FeatureSetMetric
from tfgan_suite.registration import public, register


@public
def precision_recall(real, generated, k=3):
    """Fractions of either set that lie in the other's manifold.

    The manifold of a set is the union of closed balls about its features, each reaching to the
    k-th nearest other one. Precision is the fraction of generated features in the manifold of the
    real ones; recall the fraction of real ones in that of the generated ones. Both depend on the
    numbers of samples; 50 000 of each and k = 3 are the paper's.

    References:
        Kynkaanniemi et al. 2019, "Improved Precision and Recall Metric for Assessing Generative
        Models", arXiv:1904.06991, equations 1 and 2.

    Args:
        real: features of shape `[N, D]`, N above k.
        generated: features of shape `[M, D]`, M above k.
        k: number of neighbours.

    Returns:
        A JSON-able dict of "precision" and "recall", both from 0 to 1.

    Raises:
        ValueError: if the dimensions differ, a set has k samples or fewer, or a feature is NaN or
            infinite. Features that are all equal are no error: their balls have radius 0, and
            hold whatever equals them.
    """
    k = positive_integer(k, "k")
    real = finite_matrix(real, "real")
    generated = finite_matrix(generated, "generated", real.shape[1])
    return {
        "precision": _fraction_inside(real, generated, k),
        "recall": _fraction_inside(generated, real, k),
    }


@register
class PrecisionRecall(FeatureSetMetric):
    """`precision_recall` of streams of features; keeps up to `max_samples` rows of each set.

    Args:
        dimension: number of features D.
        max_samples: rows that are kept of each set, in float32.
        k: number of neighbours.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on another shape; by `result` as `precision_recall` does, and
            if more than `max_samples` rows came.
    """

    outputs = ("precision", "recall")

    def __init__(self, dimension, max_samples, k=3, name="precision_recall"):
        super().__init__(dimension, max_samples, k, name)

    def compare(self, real, generated):
        return precision_recall(real, generated, self.k)


def _fraction_inside(manifold, points, k):
    radii = neighbour_radii(manifold, k)
    inside = [within.any(axis=1) for _, within in balls(manifold, radii, points)]
    return float(np.concatenate(inside).mean())
