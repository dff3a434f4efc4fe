"""Figures of generated beside real images: functions of a `Comparison`, for the table of scores.

Each takes the `Comparison` and the `GeneratedImages` to judge, and returns a dict of the figures
and of what else the metric gives.
"""

import functools

import numpy as np

from tfgan_suite.metrics._random_order import permuted
from tfgan_suite.metrics.classifier import Classifier
from tfgan_suite.metrics.classifier_score import classifier_score
from tfgan_suite.metrics.conditional_accuracy import (
    conditional_accuracy,
    gan_test_accuracy,
    gan_train_accuracy,
)
from tfgan_suite.metrics.coverage import class_coverage
from tfgan_suite.metrics.density_coverage import density_coverage
from tfgan_suite.metrics.frechet_distance import frechet_distance, frechet_distance_infinity
from tfgan_suite.metrics.kernel_distance import kernel_distance
from tfgan_suite.metrics.mode_histogram import mode_histogram
from tfgan_suite.metrics.ms_ssim import SCALE_WEIGHTS, ms_ssim_diversity
from tfgan_suite.metrics.nearest_neighbours import memorization
from tfgan_suite.metrics.perceptual_path_length import perceptual_path_length
from tfgan_suite.metrics.precision_recall import precision_recall
from tfgan_suite.metrics.sliced_wasserstein import sliced_wasserstein_distance

# Bounds of what would take long otherwise; each stands in the details or the protocol.
SLICED_WASSERSTEIN_IMAGES = 2048
PATHS = 2000
PAIRS = 1000


def frechet_distance_of(c, made):
    return {"frechet_distance": frechet_distance(c.real_statistics, made.outputs["features"])}


def frechet_distance_infinity_of(c, made):
    return frechet_distance_infinity(c.real_statistics, made.outputs["features"], seed=c.seed)


def kernel_distance_of(c, made):
    size = c.options["max_block_size"]
    return kernel_distance(c.real_features, made.outputs["features"], size, c.seed)


def precision_recall_of(c, made):
    return precision_recall(c.real_features, made.outputs["features"], c.options["manifold_k"])


def density_coverage_of(c, made):
    return density_coverage(c.real_features, made.outputs["features"], c.options["density_k"])


def classifier_score_of(c, made):
    if "logits" not in made.outputs:
        raise ValueError(
            f"The classifier score needs logits, which {c.extractor.name!r} does not give."
        )
    return classifier_score(made.outputs["logits"], c.options["num_splits"], c.seed)


def class_coverage_of(c, made):
    return class_coverage(made.logits)


def mode_histogram_of(c, made):
    return mode_histogram(made.logits.argmax(axis=1), c.classifier.num_classes)


def conditional_accuracy_of(c, made):
    c.check_classes("conditional_accuracy")
    found = conditional_accuracy(made.logits, made.labels)
    return {"conditional_accuracy": found.pop("accuracy"), **found}


def gan_test_of(c, made):
    c.check_classes("gan_test")
    return gan_test_accuracy(made.logits, made.labels)


def gan_train_of(c, made):
    c.check_classes("gan_train")
    images, real_labels = c.labelled_test
    classes = c.classifier.num_classes
    # The same architecture and number of images shown as the judge's, which is GAN-base.
    trained = Classifier.train(
        (made.images, made.labels),
        (images, real_labels),
        num_classes=classes,
        name="gan-train",
        cache_dir=c.cache_dir,
    )
    found = gan_train_accuracy(trained.logits(images), np.asarray(real_labels))
    return {**found, "gan_base": c.classifier.accuracy, "trained": trained.training}


def ms_ssim_of(c, made):
    side = min(made.images.shape[1:3])
    filter_size = min(11, _odd(side))  # the paper's, or what fits
    scales = max(
        s for s in range(1, len(SCALE_WEIGHTS) + 1) if (filter_size - 1) * 2 ** (s - 1) + 1 <= side
    )
    options = {"pairs": PAIRS, "scales": scales, "filter_size": filter_size, "seed": c.seed}
    # Of all images: a generator with classes can so be compared with one without.
    real = ms_ssim_diversity(c.reference.images, **options)
    found = ms_ssim_diversity(made.images, **options)
    del found["class_ms_ssim"]  # there is but one
    by_class = {}
    if made.labels is not None:
        options["pairs"] = max(1, PAIRS // len(np.unique(made.labels)))
        of_classes = ms_ssim_diversity(made.images, made.labels, **options)
        by_class = {
            "ms_ssim_within_classes": of_classes["ms_ssim"],
            "class_ms_ssim": of_classes["class_ms_ssim"],
        }
    return {**found, "real_ms_ssim": real["ms_ssim"], **by_class}


def sliced_wasserstein_of(c, made):
    count = min(len(made.images), len(c.reference), SLICED_WASSERSTEIN_IMAGES)
    # Generated images may come class by class; the reference is in random order.
    generated = permuted(made.images, c.seed) if count < len(made.images) else made.images
    found = sliced_wasserstein_distance(
        c.reference.images[:count],
        generated[:count],
        patch_size=min(7, _odd(min(made.images.shape[1:3]))),
        seed=c.seed,
    )
    return {**found, "images": count}


def _odd(side):
    """The largest odd number up to `side`."""
    return side - (side + 1) % 2


def nearest_neighbours_of(c, made):
    # As many held-out images as generated ones say enough, and take no longer.
    held_out = c.real_features[: c.num_samples]
    found = memorization(made.outputs["features"], c.training_features, held_out)
    return {**found, "held_out": len(held_out), "training": c.training.description}


def perceptual_path_length_of(c, made):
    paths = min(PATHS, c.num_samples)
    latents = c.generate.latents(2 * paths, c.seed)
    # Uniform latents lie in a cube, normal ones near a sphere.
    interpolation = "lerp" if np.abs(latents).max() <= 1 else "slerp"
    # Each path stays within the class that an image was asked for.
    asked = [None] * paths if made.labels is None else made.labels[:paths].tolist()
    found = [
        perceptual_path_length(
            functools.partial(_of_class, c.generate, label),
            c.extractor.features,
            latents[:paths][rows],
            latents[paths:][rows],
            interpolation=interpolation,
            seed=c.seed,
        )
        for label in dict.fromkeys(asked)
        for rows in [[row for row, of_row in enumerate(asked) if of_row == label]]
    ]
    weights = [part["paths"] for part in found]
    means = [part["perceptual_path_length"] for part in found]
    errors = [part["standard_error"] or 0.0 for part in found]
    total = sum(weights)
    return {
        **found[0],
        "perceptual_path_length": float(np.average(means, weights=weights)),
        "standard_error": float(np.linalg.norm(np.multiply(errors, weights)) / total),
        "paths": total,
    }


def _of_class(generate, label, latents):
    return generate.of(latents, None if label is None else np.full(len(latents), label))
