"""The names of the scores of images, for the command line before TensorFlow is imported."""

from tfgan_suite.checks import did_you_mean

KNOWN = (
    "frechet_distance",
    "frechet_distance_infinity",
    "kernel_distance",
    "precision_recall",
    "density_coverage",
    "classifier_score",
    "class_coverage",
    "mode_histogram",
    "conditional_accuracy",
    "gan_train",
    "gan_test",
    "ms_ssim",
    "sliced_wasserstein",
    "nearest_neighbours",
    "perceptual_path_length",
)
# What the field calls them; the names here say that the features need not be Inception's.
_ABBREVIATIONS = {
    "fid": "frechet_distance",
    "kid": "kernel_distance",
    "is": "classifier_score",
    "inception_score": "classifier_score",
    "precision": "precision_recall",
    "recall": "precision_recall",
    "density": "density_coverage",
    "coverage": "density_coverage",
    "swd": "sliced_wasserstein",
}


def check(names):
    """Returns names of scores as a tuple.

    Raises:
        ValueError: if there is none, or one is unknown.
    """
    if not names or isinstance(names, str) or set(names) - set(KNOWN):
        unknown = [] if isinstance(names, str) else [n for n in names or () if n not in KNOWN]
        near = did_you_mean(_ABBREVIATIONS.get(unknown[0], unknown[0]), KNOWN) if unknown else ""
        raise ValueError(
            f"`scores` must be a sequence of names of {KNOWN}{near}. Received: scores={names!r}"
        )
    return tuple(names)
