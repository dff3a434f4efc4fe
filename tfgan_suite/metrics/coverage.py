"""How much of a distribution a generator reaches: of its classes, or of its modes."""

import math

import numpy as np

from tfgan_suite.metrics._arrays import finite_matrix, positive_integer, positive_number
from tfgan_suite.registration import public


@public
def class_coverage(logits, min_samples=1):
    """Which classes a classifier sees in generated images, and how sure it is.

    Each image counts for the class of its largest logit (the first of equal ones).

    Args:
        logits: real numbers of shape `[N, K]`, the classifier's outputs for N generated images.
        min_samples: images a class needs to count as reached.

    Returns:
        A JSON-able dict:
            "class_fractions": list of K fractions of the images, in the order of the classes;
            "classes": K;
            "classes_reached": number of classes with at least `min_samples` images;
            "min_class_fraction", "max_class_fraction": extremes of "class_fractions";
            "class_entropy": entropy of "class_fractions" in nats, 0 to log(K);
            "mean_confidence": mean over the images of the largest softmax probability;
            "samples": N; "min_samples_per_class": `min_samples`.

    Raises:
        ValueError: if `logits` is empty, not a matrix, or holds NaN or infinity, or `min_samples`
            is not a positive integer.
    """
    min_samples = positive_integer(min_samples, "min_samples")
    logits = finite_matrix(logits, "logits")
    num_samples, num_classes = logits.shape
    counts = np.bincount(logits.argmax(axis=1), minlength=num_classes)
    fractions = counts / num_samples
    reached = fractions[counts > 0]
    # The largest softmax probability is exp(0) / sum(exp(l - max l)), which cannot overflow.
    confidences = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    return {
        "class_fractions": fractions.tolist(),
        "classes": num_classes,
        "classes_reached": int(np.count_nonzero(counts >= min_samples)),
        "min_class_fraction": float(fractions.min()),
        "max_class_fraction": float(fractions.max()),
        # + 0.0 turns the -0.0 of a single class into 0.0.
        "class_entropy": float(-np.sum(reached * np.log(reached))) + 0.0,
        "mean_confidence": float(confidences.mean()),
        "samples": num_samples,
        "min_samples_per_class": min_samples,
    }


@public
def mode_coverage(points, centers, stddev, sigmas=3.0, min_samples=1):
    """How many modes of a mixture of isotropic Gaussians a generator covers, and how cleanly.

    A sample is of high quality if its Euclidean distance to the nearest centre is at most `sigmas`
    standard deviations. A mode is covered if its centre is the nearest one of at least
    `min_samples` high-quality samples. Of samples drawn exactly from well separated modes in D
    dimensions the fraction `chi2.cdf(sigmas**2, D)` is of high quality: `1 - exp(-9/2)`, about
    0.989, for D = 2 and 3 sigmas; with more dimensions, raise `sigmas`.

    References:
        Srivastava et al. 2017, "VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational
        Learning", arXiv:1705.07761, section 4.1: 3 standard deviations (10 in 1200 dimensions) and
        one sample, the defaults here, with 2500 samples.

    Args:
        points: real numbers of shape `[N, D]`, the generated samples.
        centers: real numbers of shape `[K, D]`, the means of the modes, all different.
        stddev: standard deviation of each mode along each axis, a number or `[K]` numbers, in the
            unit of `points`.
        sigmas: radius of a mode in standard deviations.
        min_samples: high-quality samples a mode needs to count as covered.

    Returns:
        A JSON-able dict:
            "modes_covered"; "modes": K;
            "high_quality_fraction": fraction of all N samples;
            "counts": list of K numbers of high-quality samples, in the order of `centers`;
            "samples": N; "sigmas"; "min_samples_per_mode".

    Raises:
        ValueError: if an array is empty, of the wrong shape or holds NaN or infinity, two centres
            are equal, or a number is not positive.
    """
    sigmas = positive_number(sigmas, "sigmas")
    min_samples = positive_integer(min_samples, "min_samples")
    centers = finite_matrix(centers, "centers")
    points = finite_matrix(points, "points", columns=centers.shape[1])
    if len(np.unique(centers, axis=0)) != len(centers):
        raise ValueError(
            "`centers` must all be different: the second of two equal ones is never the nearest. "
            f"Received: {len(np.unique(centers, axis=0))} different ones of {len(centers)}"
        )
    radii = sigmas * _stddev_per_mode(stddev, len(centers))
    # One centre at a time: memory grows with N * K, not with N * K * D.
    distances = np.stack([np.linalg.norm(points - center, axis=1) for center in centers], axis=1)
    nearest = distances.argmin(axis=1)
    is_high_quality = distances.min(axis=1) <= radii[nearest]
    counts = np.bincount(nearest[is_high_quality], minlength=len(centers))
    return {
        "modes_covered": int(np.count_nonzero(counts >= min_samples)),
        "modes": len(centers),
        "high_quality_fraction": float(is_high_quality.mean()),
        "counts": counts.tolist(),
        "samples": len(points),
        "sigmas": sigmas,
        "min_samples_per_mode": min_samples,
    }


def _stddev_per_mode(stddev, num_modes):
    array = np.asarray(stddev)
    is_valid = (
        array.dtype.kind in "iuf"
        and array.shape in ((), (num_modes,))
        and np.all(array > 0)
        and np.all(array < math.inf)
    )
    if not is_valid:
        raise ValueError(
            f"`stddev` must be one positive number, or {num_modes}, one for each centre. "
            f"Received: stddev={stddev!r}"
        )
    return np.broadcast_to(array.astype(np.float64), [num_modes])
