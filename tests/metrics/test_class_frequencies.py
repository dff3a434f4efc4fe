"""How often conditional generators are asked for their classes, and what protocols say of it."""

import numpy as np
import pytest

from tfgan_suite import metrics
from tfgan_suite.conditions import Attributes, Labels
from tfgan_suite.generation.declared import Declared
from tfgan_suite.interface import Interface
from tfgan_suite.latents import LatentPrior
from tfgan_suite.metrics import ClassifierEvaluator, FeatureEvaluator, ReferenceImages
from tfgan_suite.metrics.generated_images import draw, law_options
from tfgan_suite.metrics.score_table import check_generator
from tfgan_suite.modalities import Image

SHARES = (0.9, 0.1)
COUNT = 400


def images_of(labels, seed):
    """Bright images of class 0 and dark ones of class 1."""
    levels = np.where(labels == 0, 0.5, -0.5) + np.random.default_rng(seed).normal(
        0, 0.1, len(labels)
    )
    return np.tile(levels[:, None, None, None], (1, 8, 8, 1)).astype(np.float32)


def unequal_labels(count):
    return (np.arange(count) % 10 == 0).astype(np.int64)


class Perfect(Declared):
    """A generator that makes each class as the data have it."""

    name = "perfect"

    def __init__(self, *conditions):
        self.interface = Interface(LatentPrior(2), Image(8, 8, 1), conditions or (Labels(2),))
        self.asked = []

    def __call__(self, n, seed, condition=None):
        condition = self.condition(n, seed) if condition is None else condition
        self.asked.append(condition)
        labels = condition[0] if isinstance(condition, tuple) else condition
        return images_of(labels, seed)


class Alone:
    """One that chooses its classes by itself."""

    classes = 2

    def __call__(self, n, seed):
        return images_of(self.labels(n, seed), seed)

    def labels(self, n, seed):
        return np.arange(n) % 2


def means(images):
    return np.asarray(images).mean(axis=(1, 2))


@pytest.fixture
def judge(tmp_path, brightness_classifier):
    """Returns a function from a generator and options to the `Score`s of it, by metric."""

    def judge(generate, labels=unequal_labels(COUNT), scores=("frechet_distance",), **options):
        real = images_of(unequal_labels(COUNT), 7)
        evaluator = FeatureEvaluator(
            metrics.FeatureExtractor(means, "means", content_hash="12ab"),
            ReferenceImages(real, "unequal", labels=labels),
            scores=scores,
            num_samples=COUNT,
            classifier=brightness_classifier,
            cache_dir=tmp_path,
            **options,
        )
        return {score.metric: score for score in evaluator.scores(generate, seed=1)}

    return judge


def test_distances_are_those_at_the_frequencies_of_the_data(judge):
    generate = Perfect()
    by_data = judge(generate)["frechet_distance"]
    equally = judge(generate, class_frequencies="equal")["frechet_distance"]
    # Of a perfect generator all that is left is the sampling of 400 images.
    assert by_data.value < 0.01 < 0.1 < equally.value
    real, (of_data, in_turn) = means(images_of(unequal_labels(COUNT), 7)), generate.asked
    for score, labels in ((by_data, of_data), (equally, in_turn)):
        expected = metrics.frechet_distance(real, means(images_of(labels, 1)))
        assert score.value == pytest.approx(expected, rel=1e-5)
    assert np.bincount(of_data)[1] / COUNT == pytest.approx(0.1, abs=0.05)
    assert np.bincount(in_turn).tolist() == [200, 200]


def test_protocols_say_which_law_it_was(judge):
    found = {
        name: judge(Perfect(), class_frequencies=given)["frechet_distance"].protocol["conditions"]
        for name, given in (("data", "data"), ("equal", "equal"), ("given", (3, 1)))
    }
    assert found == {
        "data": {"labels": {"law": "frequencies", "frequencies": [0.9, 0.1]}},
        "equal": {"labels": {"law": "equal"}},
        "given": {"labels": {"law": "frequencies", "frequencies": [0.75, 0.25]}},
    }


def test_without_labels_of_the_reference_the_declared_frequencies_are_taken(judge):
    generate = Perfect(Labels(2, frequencies=SHARES))
    score = judge(generate, labels=None)["frechet_distance"]
    assert score.protocol["conditions"]["labels"]["frequencies"] == [0.9, 0.1]
    assert score.value < 0.01
    score = judge(Perfect(), labels=None)["frechet_distance"]
    assert score.protocol["conditions"]["labels"] == {"law": "equal"}


def test_scores_of_classes_ask_for_all_alike_and_others_do_not(judge):
    generate = Perfect()
    found = judge(generate, scores=("frechet_distance", "conditional_accuracy", "kernel_distance"))
    laws = {name: score.protocol["conditions"]["labels"]["law"] for name, score in found.items()}
    assert laws == {
        "frechet_distance": "frequencies",
        "conditional_accuracy": "equal",
        "kernel_distance": "frequencies",
    }
    assert len(generate.asked) == 2  # each law is drawn once


def test_what_comes_to_the_same_is_drawn_once(judge):
    both = ("frechet_distance", "class_coverage")
    generate = Perfect()
    judge(generate, labels=None, scores=both)  # nobody knows the frequencies
    assert len(generate.asked) == 1

    class Unconditional(Perfect):
        def __call__(self, n, seed):
            self.asked.append(None)
            return images_of(np.arange(n) % 2, seed)

    generate = Unconditional()
    generate.interface = Interface(LatentPrior(2), Image(8, 8, 1))
    found = judge(generate, scores=both)
    assert len(generate.asked) == 1 and found["frechet_distance"].protocol["conditions"] is None


def test_a_common_protocol_says_what_differs(tmp_path, brightness_classifier):
    evaluator = FeatureEvaluator(
        None,
        ReferenceImages(images_of(unequal_labels(50), 7), "unequal", labels=unequal_labels(50)),
        scores=("class_coverage", "sliced_wasserstein"),
        num_samples=20,
        classifier=brightness_classifier,
        cache_dir=tmp_path,
    )
    protocol = evaluator(Perfect(), seed=0)["protocol"]
    assert protocol["num_samples"] == 20
    assert protocol["rounding"]["class_entropy"] == "none"
    assert protocol["rounding"]["sliced_wasserstein"] == "to 8 bits"
    assert protocol["conditions"]["class_entropy"] == {"labels": {"law": "equal"}}


def test_a_generator_that_chooses_by_itself_is_said_to(judge):
    score = judge(Alone())["frechet_distance"]
    assert score.protocol["conditions"] == {"labels": {"law": "the generator's own"}}
    assert judge(lambda n, seed: images_of(unequal_labels(n), seed))[
        "frechet_distance"
    ].protocol["conditions"] is None


def test_attributes_come_as_in_the_data_too():
    rows = np.eye(4)[[0, 1, 2, 3] * 5]
    generate = Perfect(Labels(2), Attributes.fit(rows))
    made, labels, law = draw(generate, 60, 3, law_options(generate, "data", SHARES))
    (asked,) = generate.asked
    np.testing.assert_array_equal(asked[0], labels)
    assert set(map(tuple, asked[1])) == set(map(tuple, np.eye(4)))
    assert law["attributes"] == {"law": "frequencies", "frequencies": [0.25] * 4}
    equally = draw(generate, 60, 3, law_options(generate, "equal", SHARES))
    assert equally[2] == {"labels": {"law": "equal"}, "attributes": {"law": "equal"}}


def test_as_many_frequencies_as_classes_are_needed(judge):
    with pytest.raises(ValueError, match="each of the 2 classes. Received: 3"):
        judge(Perfect(), class_frequencies=(1, 1, 1))


def test_labels_of_more_classes_than_the_generator_has_are_not_its_frequencies(judge):
    score = judge(Perfect(), labels=np.arange(COUNT) % 3)["frechet_distance"]
    assert score.protocol["conditions"]["labels"] == {"law": "equal"}


def test_classes_are_found_by_their_names():
    labels = unequal_labels(50)  # "day" is 0.9 of them
    real = ReferenceImages(images_of(labels, 0), "r", labels=labels, class_names=["day", "night"])
    assert real.class_frequencies(2) == (0.9, 0.1)
    assert real.class_frequencies(3, ("night", "dusk", "day")) == (0.1, 0.0, 0.9)
    assert real.class_frequencies(2, ("day", "dusk")) is None


def test_a_judge_of_other_classes_is_refused():
    generate = Perfect(Labels(2, names=["day", "night"]))
    check_generator(["gan_test", "ms_ssim"], generate, ("day", "night"))
    check_generator(["ms_ssim"], generate, ("night", "day"))
    with pytest.raises(ValueError, match="of day, night, and a classifier of night, day"):
        check_generator(["gan_test"], generate, ("night", "day"))


@pytest.mark.parametrize("given, law", [("equal", "equal"), (SHARES, "frequencies")])
def test_classifiers_say_it_too(brightness_classifier, given, law):
    evaluator = ClassifierEvaluator(brightness_classifier, 200, class_frequencies=given)
    found = evaluator(Perfect(), seed=0)
    assert found["protocol"]["conditions"]["labels"]["law"] == law
    share = 0.5 if given == "equal" else 0.9
    assert found["class_fractions"][0] == pytest.approx(share, abs=0.06)


def test_labels_of_references_keep_to_their_images():
    labels = unequal_labels(60)
    real = ReferenceImages(images_of(labels, 0), "r", labels=labels, max_samples=40)
    np.testing.assert_array_equal(real.labels, (real.images.mean(axis=(1, 2, 3)) < 0))
    counts = np.bincount(real.labels, minlength=3) / 40
    assert real.class_frequencies(3) == tuple(counts)
    for wrong, options in (
        (labels[:10], {}),
        (labels.astype(float), {}),
        (labels, {"class_names": ["day"]}),
    ):
        with pytest.raises(ValueError, match=r"integers of shape \[60\]|lie in \[0, 1\)"):
            ReferenceImages(images_of(labels, 0), "r", labels=wrong, **options)
