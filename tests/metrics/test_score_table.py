"""Tests of the table of scores by name, and of what it asks of a generator."""

import numpy as np
import pytest

from tfgan_suite import metrics, score_names
from tfgan_suite.metrics import Comparison, FeatureEvaluator, FeatureExtractor, ReferenceImages
from tfgan_suite.metrics._images import rounded_to_8_bits
from tfgan_suite.metrics.score_table import SCORES, compute

CLASSES = 2


def _images(count=24, seed=0, side=16):
    return np.random.default_rng(seed).uniform(-1, 1, [count, side, side, 1]).astype(np.float32)


def _means(images):
    """Four features, the means of the quarters; two logits, bright and dark."""
    side = images.shape[1] // 2
    quarters = np.asarray(images).reshape(len(images), 2, side, 2, side).mean(axis=(2, 4))
    features = quarters.reshape(-1, 4)
    mean = features.mean(axis=1, keepdims=True)
    return {"features": features, "logits": np.hstack([200 * mean, -200 * mean])}


class Levels:
    """A generator of two classes, bright and dark, as latents move them a little."""

    name, classes = "levels", CLASSES

    def __call__(self, n, seed):
        return self.of(self.latents(n, seed), self.labels(n, seed))

    def labels(self, n, seed):
        return np.arange(n) % CLASSES

    def latents(self, n, seed):
        return np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)

    def of(self, latents, labels=None):
        levels = np.where(labels == 0, 0.5, -0.5) + 0.1 * np.tanh(latents[:, 0])
        return np.broadcast_to(levels[:, None, None, None], (len(latents), 16, 16, 1)).astype("f4")


def compare(generate, **options):
    return Comparison(
        generate,
        num_samples=20,
        seed=1,
        extractor=FeatureExtractor(_means, "means", content_hash="12ab"),
        reference=ReferenceImages(_images(), "noise", split="test"),
        options={"num_splits": 2},
        **options,
    )


def figures(name, comparison):
    return {score.metric: score for score in compute(name, comparison)}


def test_every_figure_says_what_is_better():
    known = {"lower", "higher", None}
    for name, entry in SCORES.items():
        assert entry.figures, name
        assert {metrics.better(figure) for figure in entry.figures} <= known
    assert metrics.better("frechet_distance") == "lower"
    assert metrics.better("recall") == "higher"
    assert metrics.known_scores() == tuple(SCORES) == score_names.KNOWN


def test_images_are_generated_once():
    calls = []

    def generate(n, seed):
        calls.append((n, seed))
        return _images(n, seed)

    comparison = compare(generate)
    for name in ("frechet_distance", "sliced_wasserstein", "ms_ssim"):
        compute(name, comparison)
    assert calls == [(20, 1)]


def test_parts_of_the_classifier_score_have_all_classes():
    # Images of two sure classes in turn: parts of every other image would hold one class each.
    score = figures("classifier_score", compare(Levels()))["classifier_score"]
    assert score.details["splits"] == 2
    assert score.value > 1.5


def test_fewer_images_than_were_made_are_of_all_classes(monkeypatch):
    # Sorted by their class: the first half is of one.
    def generate(n, seed):
        return Levels().of(Levels().latents(n, seed), np.arange(n) // (n // 2))

    judged = []
    monkeypatch.setattr(
        "tfgan_suite.metrics.comparison_scores.sliced_wasserstein_distance",
        lambda real, made, **options: judged.append(made) or {"sliced_wasserstein": 0.0},
    )
    comparison = compare(generate)
    comparison.reference = ReferenceImages(_images(10), "noise")
    score = figures("sliced_wasserstein", comparison)["sliced_wasserstein"]
    assert score.protocol["row_order"] == "permuted by the seed"
    (made,) = judged
    assert len(made) == 10 and 2 <= np.sum(made.mean(axis=(1, 2, 3)) > 0) <= 8


def test_scores_of_pixels_name_no_extractor():
    score = figures("sliced_wasserstein", compare(_images))["sliced_wasserstein"]
    assert score.name == "sliced_wasserstein-20"
    assert "extractor" not in score.protocol
    assert score.details["images"] == 20
    expected = metrics.sliced_wasserstein_distance(
        ReferenceImages(_images(), "noise").images[:20], rounded_to_8_bits(_images(20, 1)), seed=1
    )
    assert score.value == pytest.approx(expected["sliced_wasserstein"])


def test_diversity_is_that_of_all_images_and_of_the_classes():
    score = figures("ms_ssim", compare(Levels()))["ms_ssim"]
    assert score.details["scales"] == 1 and score.details["filter_size"] == 11
    options = {"scales": 1, "seed": 1}
    made = rounded_to_8_bits(Levels()(20, 1))
    everything = metrics.ms_ssim_diversity(made, pairs=1000, **options)
    of_classes = metrics.ms_ssim_diversity(made, np.arange(20) % CLASSES, pairs=500, **options)
    real = metrics.ms_ssim_diversity(
        ReferenceImages(_images(), "noise").images, pairs=1000, **options
    )
    assert score.value == pytest.approx(everything["ms_ssim"])
    assert score.details["ms_ssim_within_classes"] == pytest.approx(of_classes["ms_ssim"])
    assert set(score.details["class_ms_ssim"]) == {"0", "1"}
    assert score.details["real_ms_ssim"] == pytest.approx(real["ms_ssim"])
    assert of_classes["ms_ssim"] > everything["ms_ssim"] > real["ms_ssim"]


@pytest.mark.parametrize("side, filter_size", [(8, 7), (11, 11)])
def test_windows_fit_into_small_images(side, filter_size):
    comparison = compare(lambda n, seed: _images(n, seed, side))
    comparison.reference = ReferenceImages(_images(side=side), "noise")
    assert figures("ms_ssim", comparison)["ms_ssim"].details["filter_size"] == filter_size


def test_path_lengths_are_the_mean_of_the_classes():
    found = figures("perceptual_path_length", compare(Levels()))["perceptual_path_length"]
    assert found.details["paths"] == 20 and found.value > 0
    generator = Levels()
    latents = generator.latents(40, 1)
    parts = [
        metrics.perceptual_path_length(
            lambda z: generator.of(z, np.full(len(z), label)),
            lambda images: _means(images)["features"],
            latents[:20][rows],
            latents[20:][rows],
            seed=1,
        )["perceptual_path_length"]
        for label, rows in enumerate((slice(0, 20, 2), slice(1, 20, 2)))
    ]
    assert found.value == pytest.approx(np.mean(parts), rel=1e-3)


def test_memory_is_told_by_as_many_held_out_images():
    training = ReferenceImages(_images(40, 7), "noise", split="train")

    def copies(n, seed):
        return training.images[:n]

    found = figures("nearest_neighbours", compare(copies, training=lambda: training))
    assert found["copies"].value == 1.0
    assert found["closer_than_held_out"].value > 0.95
    assert found["copies"].details["held_out"] == 20


def test_the_reference_is_no_training_set():
    comparison = compare(_images, training=ReferenceImages(_images(), "noise", split="test"))
    with pytest.raises(ValueError, match="must be another split"):
        compute("nearest_neighbours", comparison)


@pytest.mark.parametrize(
    "name, message",
    [
        ("nearest_neighbours", "`training`"),
        ("class_coverage", "`classifier`"),
        ("conditional_accuracy", "class-conditional"),
        ("perceptual_path_length", "takes none"),
    ],
)
def test_scores_say_what_they_need(name, message):
    with pytest.raises(ValueError, match=message):
        compute(name, compare(_images))


def test_classes_must_be_those_of_the_classifier(brightness_classifier):
    generator = Levels()
    generator.classes = 3
    generator.labels = lambda n, seed: np.arange(n) % 3
    with pytest.raises(ValueError, match="Received: a generator of 3 classes"):
        compute("gan_test", compare(generator, classifier=brightness_classifier))


def test_what_is_given_as_a_function_is_called_once(brightness_classifier):
    calls = []

    def classifier():
        calls.append(1)
        return brightness_classifier

    evaluator = FeatureEvaluator(
        FeatureExtractor(_means, "means", content_hash="12ab"),
        ReferenceImages(_images(side=8), "noise"),
        scores=("class_coverage",),
        num_samples=4,
        classifier=classifier,
    )
    for seed in range(2):
        found = evaluator(lambda n, seed: _images(n, seed, 8), seed=seed)
    assert calls == [1] and found["class_entropy-brightness-4"] >= 0.0


def test_training_on_generated_images_is_tested_on_real_ones(
    brightness_classifier, tmp_path, monkeypatch
):
    monkeypatch.setattr("tfgan_suite.metrics.classifier.DEFAULT_PRESENTATIONS", 1200)
    class Small(Levels):
        def of(self, latents, labels=None):
            return super().of(latents, labels)[:, :8, :8]

    labels = np.arange(24) % CLASSES
    real = np.random.default_rng(0).normal(0, 0.1, [24, 8, 8, 1])
    real = np.clip(real + np.where(labels == 0, 0.5, -0.5)[:, None, None, None], -1, 1)
    comparison = compare(
        Small(),
        classifier=brightness_classifier,
        labelled_test=lambda: (real.astype(np.float32), labels),
        cache_dir=tmp_path,
    )
    found = figures("gan_train", comparison)["gan_train"]
    assert found.value == 1.0
    assert found.details["gan_base"] == 0.75
    assert found.details["trained"]["train"]["images"] == 20
    assert found.name == "gan_train-brightness-20"
