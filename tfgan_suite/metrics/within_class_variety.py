"""Whether the images of a class are as varied as real ones of it: what its accuracy cannot tell."""

import numpy as np

from tfgan_suite.metrics._arrays import checked_labels, finite_matrix, positive_integer
from tfgan_suite.metrics.vendi_score import mean_distance, vendi_score
from tfgan_suite.registration import public

MOST = 100  # rows of a class: enough to see a collapse, and soon compared


@public
def within_class_variety(features, labels, real_features, real_labels, num_classes):
    """The effective number of different images of each class, relative to that of real ones.

    The Vendi scores of as many generated as real images, with half the mean distance of the real
    ones as the bandwidth. 1 is as varied as real images, near 0 a class of which one image is made
    again and again, which a classifier may well call right each time.

    References:
        Friedman and Dieng 2022, "The Vendi Score: A Diversity Evaluation Metric for Machine
        Learning", arXiv:2210.02410, definition 3.1.

    Args:
        features: of generated images, `[N, D]`.
        labels: their classes, integers `[N]`.
        real_features: of real images, `[M, D]`.
        real_labels: their classes, integers `[M]`.
        num_classes: number of classes K.

    Returns:
        A JSON-able dict:
            "variety": the mean over the classes that have one, `None` if none has;
            "min_class_variety": the least of them;
            "class_variety": list of K numbers, `None` for a class with fewer than two images on
            either side, or whose real images are all alike.

    Raises:
        ValueError: if an argument is of another shape, not finite or out of range.

    Example:
        >>> rows, labels = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
        >>> metrics.within_class_variety(rows, labels, rows, labels, 2)["variety"]
        1.0
    """
    num_classes = positive_integer(num_classes, "num_classes")
    features = finite_matrix(features, "features")
    real_features = finite_matrix(real_features, "real_features", features.shape[1])
    labels = checked_labels(labels, len(features), num_classes, "`labels`")
    real_labels = checked_labels(real_labels, len(real_features), num_classes, "`real_labels`")
    varieties = [
        _variety(features[labels == label], real_features[real_labels == label])
        for label in range(num_classes)
    ]
    known = [variety for variety in varieties if variety is not None]
    return {
        "variety": float(np.mean(known)) if known else None,
        "min_class_variety": min(known, default=None),
        "class_variety": varieties,
    }


def rows_of_classes(labels, most=MOST, seed=0):
    """Indices of at most so many rows of each class, drawn at random and in increasing order."""
    order = np.random.default_rng(seed).permutation(len(labels))
    kept = [order[labels[order] == label][:most] for label in np.unique(labels)]
    return np.sort(np.concatenate(kept))


def _variety(made, real):
    count = min(len(made), len(real), MOST)
    if count < 2:
        return None
    made, real = made[:count], real[:count]
    bandwidth = mean_distance(real) / 2.0
    if not bandwidth > 0.0:
        return None
    return vendi_score(made, bandwidth) / vendi_score(real, bandwidth)
