"""Nearest training images of generated ones: does the generator remember or invent?"""

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer
from tfgan_suite.metrics._neighbours import Pairs
from tfgan_suite.registration import public


@public
def nearest_neighbours(features, training, k=1):
    """The k training samples nearest to each sample, in Euclidean distance of features.

    Distances are computed a block at a time: memory does not grow with the product of the numbers
    of samples.

    Args:
        features: features of shape `[M, D]`.
        training: features of the training set, shape `[N, D]`, N at least k.
        k: number of neighbours.

    Returns:
        `(indices, distances)`: NumPy arrays of shape `[M, k]`, rows of `training`, nearest first
        (which of equally near ones is not determined), and their distances in float64, 0 for equal
        features.

    Raises:
        ValueError: if the dimensions differ, there are fewer than k training samples, or a feature
            is NaN or infinite.
    """
    k = positive_integer(k, "k")
    training = finite_matrix(training, "training")
    features = finite_matrix(features, "features", training.shape[1])
    if k > len(training):
        raise ValueError(
            f"`k` must not exceed the number of training samples, {len(training)}. Received: k={k}"
        )
    indices = np.empty([len(features), k], np.int64)
    squares = np.empty([len(features), k])
    for rows, squared, _ in Pairs(features, training).blocks():
        candidates = np.sort(np.argpartition(squared, k - 1, axis=1)[:, :k], axis=1)
        near = np.take_along_axis(squared, candidates, axis=1)
        order = near.argsort(axis=1, kind="stable")
        indices[rows] = np.take_along_axis(candidates, order, axis=1)
        squares[rows] = np.take_along_axis(near, order, axis=1)
    return indices, np.sqrt(squares)


@public
def memorization(generated, training, held_out):
    """Whether generated samples are nearer to the training set than held-out real ones are.

    A generator that repeats its training images puts samples at distances that no unseen real
    image has. Compared are the distances to the nearest training sample, of the generated and of
    the held-out samples.

    References:
        Meehan et al. 2020, "A Non-Parametric Test to Detect Data-Copying in Generative Models",
        arXiv:2004.05675, section 2: the Mann-Whitney statistic of these distances, here over the
        whole space instead of cells of it.

    Args:
        generated: features of shape `[M, D]`.
        training: features of the training set, shape `[N, D]`.
        held_out: features of real samples that were not trained on, shape `[L, D]`.

    Returns:
        A JSON-able dict:
            "closer_than_held_out": probability that a generated sample is nearer to the training
                set than a held-out one, ties counted half: 0.5 if they are alike, 1 if every
                generated sample is a copy;
            "copies": fraction of generated samples that equal a training sample in all features;
            "median_distance", "median_distance_held_out": to the nearest training sample.

    Raises:
        ValueError: as `nearest_neighbours` does.
    """
    distances, reference = (
        nearest_neighbours(features, training)[1][:, 0] for features in (generated, held_out)
    )
    reference = np.sort(reference)
    nearer = len(reference) - np.searchsorted(reference, distances, side="right")
    ties = len(reference) - np.searchsorted(reference, distances, side="left") - nearer
    return {
        "closer_than_held_out": float(np.mean(nearer + ties / 2) / len(reference)),
        "copies": float(np.mean(distances == 0)),
        "median_distance": float(np.median(distances)),
        "median_distance_held_out": float(np.median(reference)),
    }
