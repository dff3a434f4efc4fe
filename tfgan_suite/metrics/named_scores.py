"""The scores of images by name: one table, from which evaluators and the command line choose."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

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
from tfgan_suite.metrics.ms_ssim import SCALE_WEIGHTS, ms_ssim_diversity
from tfgan_suite.metrics.nearest_neighbours import memorization
from tfgan_suite.metrics.perceptual_path_length import perceptual_path_length
from tfgan_suite.metrics.precision_recall import precision_recall
from tfgan_suite.metrics.score import Score, score_name
from tfgan_suite.metrics.sliced_wasserstein import sliced_wasserstein_distance
from tfgan_suite.registration import public

LOWER, HIGHER, NEITHER = "lower", "higher", None

# Bounds of what would take long otherwise; each stands in the details or the protocol.
SLICED_WASSERSTEIN_IMAGES = 2048
PATHS = 2000
PAIRS = 1000


@dataclasses.dataclass(frozen=True)
class NamedScore:
    """An entry of the table.

    Attributes:
        compute: function of a `Comparison`; returns a dict of the figures and of details.
        figures: dict from the names of the figures to what is better: "lower", "higher" or None.
        judge: "extractor", "classifier" or None, whichever decides the figures.
        options: names of the comparison's options that decide them.
    """

    compute: Callable
    figures: dict
    judge: str | None = "extractor"
    options: tuple = ()


def _frechet_distance(c):
    return {"frechet_distance": frechet_distance(c.real_statistics, c.outputs["features"])}


def _frechet_distance_infinity(c):
    return frechet_distance_infinity(c.real_statistics, c.outputs["features"], seed=c.seed)


def _kernel_distance(c):
    size = c.options["max_block_size"]
    return kernel_distance(c.real_features, c.outputs["features"], size)


def _precision_recall(c):
    return precision_recall(c.real_features, c.outputs["features"], c.options["manifold_k"])


def _density_coverage(c):
    return density_coverage(c.real_features, c.outputs["features"], c.options["density_k"])


def _classifier_score(c):
    if "logits" not in c.outputs:
        raise ValueError(
            f"The classifier score needs logits, which {c.extractor.name!r} does not give."
        )
    # Classes may come in turn, and so do the rows of the parts: each part has to have all of them.
    order = np.random.default_rng(c.seed).permutation(c.num_samples)
    rows = slice(None) if c.labels is None else order
    return classifier_score(c.outputs["logits"][rows], c.options["num_splits"])


def _class_coverage(c):
    return class_coverage(c.logits)


def _conditional_accuracy(c):
    labels = c.asked_for("conditional_accuracy")
    found = conditional_accuracy(c.logits, labels)
    return {"conditional_accuracy": found.pop("accuracy"), **found}


def _gan_test(c):
    labels = c.asked_for("gan_test")
    return gan_test_accuracy(c.logits, labels)


def _gan_train(c):
    labels = c.asked_for("gan_train")
    images, real_labels = c.labelled_test
    classes = c.classifier.num_classes
    # The same architecture and number of images shown as the judge's, which is GAN-base.
    trained = Classifier.train(
        (c.images, labels),
        (images, real_labels),
        num_classes=classes,
        name="gan-train",
        cache_dir=c.cache_dir,
    )
    found = gan_train_accuracy(trained.logits(images), np.asarray(real_labels))
    return {**found, "gan_base": c.classifier.accuracy, "trained": trained.training}


def _ms_ssim(c):
    side = min(c.images.shape[1:3])
    filter_size = min(11, _odd(side))  # the paper's, or what fits
    scales = max(
        s for s in range(1, len(SCALE_WEIGHTS) + 1) if (filter_size - 1) * 2 ** (s - 1) + 1 <= side
    )
    options = {"pairs": PAIRS, "scales": scales, "filter_size": filter_size, "seed": c.seed}
    # Of all images: a generator with classes can so be compared with one without.
    real = ms_ssim_diversity(c.reference.images, **options)
    found = ms_ssim_diversity(c.images, **options)
    del found["class_ms_ssim"]  # there is but one
    by_class = {}
    if c.labels is not None:
        options["pairs"] = max(1, PAIRS // len(np.unique(c.labels)))
        of_classes = ms_ssim_diversity(c.images, c.labels, **options)
        by_class = {
            "ms_ssim_within_classes": of_classes["ms_ssim"],
            "class_ms_ssim": of_classes["class_ms_ssim"],
        }
    return {**found, "real_ms_ssim": real["ms_ssim"], **by_class}


def _sliced_wasserstein(c):
    count = min(len(c.images), len(c.reference), SLICED_WASSERSTEIN_IMAGES)
    found = sliced_wasserstein_distance(
        c.reference.images[:count],
        c.images[:count],
        patch_size=min(7, _odd(min(c.images.shape[1:3]))),
        seed=c.seed,
    )
    return {**found, "images": count}


def _odd(side):
    """The largest odd number up to `side`."""
    return side - (side + 1) % 2


def _nearest_neighbours(c):
    # As many held-out images as generated ones say enough, and take no longer.
    held_out = c.real_features[: c.num_samples]
    found = memorization(c.outputs["features"], c.training_features, held_out)
    return {**found, "held_out": len(held_out), "training": c.training.description}


def _perceptual_path_length(c):
    if not hasattr(c.generate, "latents"):
        raise ValueError(
            "The perceptual path length needs a generator of latents. Received: "
            f"{getattr(c.generate, 'name', c.generate)!r}, which takes none"
        )
    paths = min(PATHS, c.num_samples)
    latents = c.generate.latents(2 * paths, c.seed)
    # Uniform latents lie in a cube, normal ones near a sphere.
    interpolation = "lerp" if np.abs(latents).max() <= 1 else "slerp"
    classes = getattr(c.generate, "classes", None)
    labels = [None] if classes is None else range(classes)
    parts = np.array_split(np.arange(paths), len(labels))
    found = [
        perceptual_path_length(
            functools.partial(_of_class, c.generate, label),
            c.extractor.features,
            latents[:paths][rows],
            latents[paths:][rows],
            interpolation=interpolation,
            seed=c.seed,
        )
        for label, rows in zip(labels, parts)
        if len(rows)
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


SCORES = {
    "frechet_distance": NamedScore(_frechet_distance, {"frechet_distance": LOWER}),
    "frechet_distance_infinity": NamedScore(
        _frechet_distance_infinity, {"frechet_distance_infinity": LOWER}
    ),
    "kernel_distance": NamedScore(
        _kernel_distance, {"kernel_distance": LOWER}, options=("max_block_size",)
    ),
    "precision_recall": NamedScore(
        _precision_recall, {"precision": HIGHER, "recall": HIGHER}, options=("manifold_k",)
    ),
    "density_coverage": NamedScore(
        _density_coverage, {"density": HIGHER, "coverage": HIGHER}, options=("density_k",)
    ),
    "classifier_score": NamedScore(
        _classifier_score, {"classifier_score": HIGHER}, options=("num_splits",)
    ),
    "class_coverage": NamedScore(
        _class_coverage,
        {"classes_reached": HIGHER, "class_entropy": HIGHER, "mean_confidence": HIGHER},
        "classifier",
    ),
    "conditional_accuracy": NamedScore(
        _conditional_accuracy, {"conditional_accuracy": HIGHER}, "classifier"
    ),
    "gan_train": NamedScore(_gan_train, {"gan_train": HIGHER}, "classifier"),
    "gan_test": NamedScore(_gan_test, {"gan_test": HIGHER}, "classifier"),
    "ms_ssim": NamedScore(_ms_ssim, {"ms_ssim": NEITHER}, None),
    "sliced_wasserstein": NamedScore(_sliced_wasserstein, {"sliced_wasserstein": LOWER}, None),
    "nearest_neighbours": NamedScore(
        _nearest_neighbours, {"closer_than_held_out": NEITHER, "copies": LOWER}
    ),
    "perceptual_path_length": NamedScore(
        _perceptual_path_length, {"perceptual_path_length": LOWER}
    ),
}


@public
def known_scores():
    """The names that `FeatureEvaluator(scores=...)` and `evaluate --metrics` take."""
    return tuple(SCORES)


@public
def check_scores(names):
    """Returns `names` as a tuple.

    Raises:
        ValueError: if there is none, or one is unknown.
    """
    if not names or isinstance(names, str) or set(names) - set(SCORES):
        raise ValueError(
            f"`scores` must be a sequence of names of {known_scores()}. Received: scores={names!r}"
        )
    return tuple(names)


@public
def better(metric):
    """Which values of a figure are better: "lower", "higher", or None where neither is."""
    return next((s.figures[metric] for s in SCORES.values() if metric in s.figures), None)


def compute(name, comparison):
    """The figures that a named score gives for a comparison: a list of `Score`."""
    entry = SCORES[name]
    values = entry.compute(comparison)
    protocol = {}
    if entry.judge == "extractor":
        protocol["extractor"] = comparison.extractor.description
    elif entry.judge == "classifier":
        protocol["classifier"] = comparison.classifier.description
    protocol |= {
        "reference": comparison.reference.description,
        "num_samples": comparison.num_samples,
        "seed": int(comparison.seed),
        "image_shape": list(comparison.images.shape[1:]),
        **{option: comparison.options[option] for option in entry.options},
    }

    def full_name(metric):
        if entry.judge == "classifier":
            return f"{metric}-{comparison.classifier.name}-{comparison.num_samples}"
        extractor = comparison.extractor if entry.judge else None
        return score_name(metric, comparison.num_samples, extractor)

    return [
        Score(
            metric,
            full_name(metric),
            values[metric],
            {key: value for key, value in values.items() if key not in entry.figures},
            protocol,
        )
        for metric in entry.figures
    ]
