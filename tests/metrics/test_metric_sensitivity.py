"""Real digits, damaged more and more: every score of the damage must follow its order."""

import pathlib

import numpy as np
import pytest
from damaged_digits import COUNT, blur, brighten, noise, read_digits, train_extractor

from tfgan_suite import metrics


@pytest.fixture(scope="module")
def digits(real_data):
    """Images of MNIST in [-1, 1] and labels, by the name of the file."""
    return read_digits(pathlib.Path(real_data("mnist")))


@pytest.fixture(scope="module")
def extractor(digits, tmp_path_factory):
    return train_extractor(digits, tmp_path_factory.mktemp("c"))


def _series(digits, damage):
    """Sets of test images, untouched first; none is in the reference."""
    images, labels = (values[COUNT:-1000] for values in digits["t10k"])
    if damage == "dropped classes":
        return [images[labels < kept][:COUNT] for kept in (10, 7, 4, 1)]
    function, levels = {
        "blur": (blur, (0.6, 1.0, 1.6)),
        "noise": (noise, (0.3, 0.6, 1.2)),
        "brightness": (brighten, (0.3, 0.7, 1.2)),
    }[damage]
    return [images[:COUNT], *(function(images[:COUNT], level) for level in levels)]


@pytest.fixture(scope="module")
def scores(digits, extractor):
    """Returns a function from the damage to lists of scores, one for each level of it."""
    reference = digits["t10k"][0][:COUNT]
    real = extractor.features(reference)
    statistics = metrics.FeatureStatistics.from_features(real)
    kept = {}

    def measure(images):
        outputs = extractor(images)
        features = outputs["features"]
        return {
            "frechet_distance": metrics.frechet_distance(statistics, features),
            "kernel_distance": metrics.kernel_distance(real, features)["kernel_distance"],
            **metrics.precision_recall(real, features),
            **metrics.density_coverage(real, features),
            "classifier_score": metrics.classifier_score(outputs["logits"])["classifier_score"],
            "sliced_wasserstein": metrics.sliced_wasserstein_distance(
                reference, images, min_size=14, patches_per_image=16, projections=32
            )["sliced_wasserstein"],
        }

    def series(damage):
        if damage not in kept:
            measured = [measure(images) for images in _series(digits, damage)]
            kept[damage] = {name: [m[name] for m in measured] for name in measured[0]}
        return kept[damage]

    return series


GROW = ("frechet_distance", "kernel_distance", "sliced_wasserstein")
FALL = ("precision", "recall", "density", "coverage")


@pytest.mark.parametrize("damage", ["blur", "noise", "brightness"])
@pytest.mark.parametrize("name", GROW)
def test_distances_grow_with_the_damage(scores, damage, name):
    values = scores(damage)[name]
    assert all(np.diff(values) > 0), values


@pytest.mark.parametrize("damage", ["blur", "noise", "brightness"])
@pytest.mark.parametrize("name", FALL)
def test_fractions_fall_with_the_damage(scores, damage, name):
    values = scores(damage)[name]
    # Once nothing is left of them they cannot fall further.
    assert all(np.diff(values) <= 0) and values[-1] < 0.5 * values[0], values


@pytest.mark.parametrize("name", ["frechet_distance", "kernel_distance"])
def test_distances_grow_as_classes_are_dropped(scores, name):
    values = scores("dropped classes")[name]
    assert all(np.diff(values) > 0), values


@pytest.mark.parametrize("name", ["recall", "coverage", "classifier_score"])
def test_variety_falls_as_classes_are_dropped(scores, name):
    values = scores("dropped classes")[name]
    assert all(np.diff(values) < 0), values


@pytest.mark.parametrize("name", ["precision", "density"])
def test_fidelity_stays_as_classes_are_dropped(scores, name):
    values = scores("dropped classes")[name]
    assert values[-1] > 0.8 * values[0], values


@pytest.mark.parametrize("damage", ["blur", "noise", "brightness"])
@pytest.mark.parametrize("name", ["psnr", "ssim"])
def test_similarity_to_the_original_falls_with_the_damage(digits, damage, name):
    make = {"psnr": metrics.PSNR, "ssim": metrics.SSIM}[name]
    original, *damaged = (images[:50] for images in _series(digits, damage))
    values = []
    for images in damaged:
        metric = make()
        metric.update_state(original, images)
        values.append(float(metric.result()))
    assert all(np.diff(values) < 0), values
