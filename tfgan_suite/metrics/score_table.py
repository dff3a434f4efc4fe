"""The scores of images by name: one table, from which evaluators and the command line choose."""

import dataclasses
from collections.abc import Callable

from tfgan_suite import score_names
from tfgan_suite.metrics import comparison_scores as scores
from tfgan_suite.metrics.generated_images import DATA, EQUAL, check_class_names
from tfgan_suite.metrics.score import Score, score_name
from tfgan_suite.registration import public

LOWER, HIGHER, NEITHER = "lower", "higher", None


@dataclasses.dataclass(frozen=True)
class NamedScore:
    """An entry of the table.

    Attributes:
        compute: function of a `Comparison`; returns a dict of the figures and of details.
        figures: dict from the names of the figures to what is better: "lower", "higher" or None.
        judge: "extractor", "classifier" or None, whichever decides the figures.
        options: names of the comparison's options that decide them.
        frequencies: how often a conditional generator is asked for each class where nobody says:
            as in the data what compares laws, equally often what is said of each class.
        rounds: whether images are rounded to 8 bits where nobody says: True, False, or None for
            the scores of the Inception graph alone. Published figures of these are those of image
            files or of uint8 arrays, as in the code of arXiv:1812.04948 (and, of pixels, in that of
            arXiv:1710.10196).
        permuted: whether the order of the rows is drawn by the seed.
        needs: attributes that a generator must have: "classes", "latents".
    """

    compute: Callable
    figures: dict
    judge: str | None = "extractor"
    options: tuple = ()
    frequencies: str = DATA
    rounds: bool | None = None
    permuted: bool = False
    needs: tuple = ()


_OF_CLASSES = {"frequencies": EQUAL, "needs": ("classes",)}
SCORES = {
    "frechet_distance": NamedScore(scores.frechet_distance_of, {"frechet_distance": LOWER}),
    "frechet_distance_infinity": NamedScore(
        scores.frechet_distance_infinity_of, {"frechet_distance_infinity": LOWER}
    ),
    "kernel_distance": NamedScore(
        scores.kernel_distance_of,
        {"kernel_distance": LOWER},
        options=("max_block_size",),
        permuted=True,
    ),
    "precision_recall": NamedScore(
        scores.precision_recall_of, {"precision": HIGHER, "recall": HIGHER}, options=("manifold_k",)
    ),
    "density_coverage": NamedScore(
        scores.density_coverage_of, {"density": HIGHER, "coverage": HIGHER}, options=("density_k",)
    ),
    "classifier_score": NamedScore(
        scores.classifier_score_of,
        {"classifier_score": HIGHER},
        options=("num_splits",),
        permuted=True,
    ),
    "class_coverage": NamedScore(
        scores.class_coverage_of,
        {"classes_reached": HIGHER, "class_entropy": HIGHER, "mean_confidence": HIGHER},
        "classifier",
        frequencies=EQUAL,
    ),
    "mode_histogram": NamedScore(
        scores.mode_histogram_of,
        {"modes_reached": HIGHER, "reverse_kl": LOWER},
        "classifier",
        frequencies=EQUAL,
    ),
    "conditional_accuracy": NamedScore(
        scores.conditional_accuracy_of,
        {"conditional_accuracy": HIGHER},
        "classifier",
        **_OF_CLASSES,
    ),
    "gan_train": NamedScore(
        scores.gan_train_of, {"gan_train": HIGHER}, "classifier", **_OF_CLASSES
    ),
    "gan_test": NamedScore(scores.gan_test_of, {"gan_test": HIGHER}, "classifier", **_OF_CLASSES),
    "ms_ssim": NamedScore(scores.ms_ssim_of, {"ms_ssim": NEITHER}, None, rounds=True),
    "sliced_wasserstein": NamedScore(
        scores.sliced_wasserstein_of,
        {"sliced_wasserstein": LOWER},
        None,
        rounds=True,
        permuted=True,
    ),
    "nearest_neighbours": NamedScore(
        scores.nearest_neighbours_of, {"closer_than_held_out": NEITHER, "copies": LOWER}
    ),
    "perceptual_path_length": NamedScore(
        scores.perceptual_path_length_of,
        {"perceptual_path_length": LOWER},
        rounds=False,
        needs=("latents",),
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
    return score_names.check(names)


@public
def better(metric):
    """Which values of a figure are better: "lower", "higher", or None where neither is."""
    return next((s.figures[metric] for s in SCORES.values() if metric in s.figures), None)


def judged(name, comparison):
    """The `GeneratedImages` that a named score judges."""
    entry, options = SCORES[name], comparison.options
    frequencies, rounds = options.get("class_frequencies"), options.get("round_to_8_bits")
    if rounds is None:
        rounds = entry.rounds
    if rounds is None:
        rounds = entry.judge == "extractor" and comparison.extractor.inception_2015
    return comparison.made(entry.frequencies if frequencies is None else frequencies, rounds)


def needs_extractor(names):
    """Whether any of the named scores needs an extractor of features."""
    return any(SCORES[name].judge == "extractor" for name in names)


def needs_classifier(names):
    """Whether any of the named scores needs the classifier of real images."""
    return any(SCORES[name].judge == "classifier" for name in names)


def check_generator(names, generate, class_names=None):
    """Raises ValueError if a named score needs what a generator does not have.

    Args:
        names: of scores.
        generate: the generator; it may have `class_names`.
        class_names: names of the classes that a classifier tells apart; None where unknown.
    """
    called = getattr(generate, "name", generate)
    for name in names:
        needs = SCORES[name].needs
        if "classes" in needs and getattr(generate, "classes", None) is None:
            raise ValueError(
                f"{name!r} is a score of class-conditional generators. Received: {called!r}, a "
                "generator without classes"
            )
        if "classes" in needs:
            check_class_names(generate, class_names)
        if "latents" in needs and not hasattr(generate, "latents"):
            raise ValueError(
                f"{name!r} needs a generator of latents. Received: {called!r}, which takes none"
            )


def compute(name, comparison):
    """The figures that a named score gives for a comparison: a list of `Score`."""
    entry = SCORES[name]
    check_generator([name], comparison.generate)
    made = judged(name, comparison)
    values = entry.compute(comparison, made)
    protocol = {}
    if entry.judge == "extractor":
        protocol["extractor"] = comparison.extractor.description
    elif entry.judge == "classifier":
        protocol["classifier"] = comparison.classifier.description
    protocol |= {
        "reference": comparison.reference.description,
        "num_samples": comparison.num_samples,
        "seed": int(comparison.seed),
        "image_shape": list(made.images.shape[1:]),
        **made.protocol,
        **({"row_order": "permuted by the seed"} if entry.permuted else {}),
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
