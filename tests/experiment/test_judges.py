"""Judges of data sets: what they cannot judge is found before anything is trained."""

import types

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import metrics
from tfgan_suite.experiment import commands, evaluation, generators, judges
from tfgan_suite.experiment.real_data import RealData


@pytest.fixture
def nothing_is_trained(monkeypatch):
    def train(*arguments, **options):
        raise AssertionError("a classifier was trained")

    monkeypatch.setattr(metrics.Classifier, "train", train)


@pytest.fixture
def write_images(tmp_path):
    """Returns a function that writes random images `(path, (height, width))` into a folder."""

    def write(*files):
        rng = np.random.default_rng(0)
        for name, size in files:
            path = tmp_path / "set" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (*size, 3)).astype(np.uint8)).save(path)
        return str(tmp_path / "set")

    return write


OF_CLASSES = [(f"{name}/{k}.png", (8, 8 + 4 * (k % 2))) for name in "ab" for k in range(4)]


@pytest.mark.parametrize(
    "judge, message",
    [
        (lambda: judges.classifier_judge("digits", image_size=16), r"\(16, 16, 1\).*resize="),
        (lambda: judges.classifier_judge("digits", channels=3), "3 channels"),
        (lambda: judges.conditional_judge("digits"), "10 classes of the classifier"),
        (lambda: judges.feature_judge("digits", image_size=16), r"\(16, 16, 1\), generated"),
        (lambda: judges.feature_judge("digits", scores=["gan_test"]), "without classes"),
        (lambda: judges.feature_judge("digits", extractor="resnet"), "'resnet'"),
        (lambda: judges.feature_judge("digits", extractor="inception:/none"), "saved_model.pb"),
        (
            lambda: judges.feature_judge("digits", scores=["ms_ssim"], extractor="classifier"),
            "needs an extractor",
        ),
    ],
)
def test_what_cannot_be_judged_is_found_before(nothing_is_trained, make_trainer, judge, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        evaluation.check(make_trainer(), [judge()])


def test_images_too_small_for_a_classifier_are_found_before(nothing_is_trained, make_trainer):
    with pytest.raises(ValueError, match=r"8 pixels to a side. Received: digits with 10"):
        judge = judges.classifier_judge("digits", image_size=4)
        evaluation.check(make_trainer((4, 4, 1)), [judge])


def test_what_can_be_judged_is_let_pass(nothing_is_trained, make_trainer):
    found = [judges.classifier_judge("digits"), judges.feature_judge("digits")]
    evaluation.check(make_trainer(), found)


@pytest.mark.parametrize("judge", [judges.classifier_judge, judges.feature_judge])
def test_mixed_sizes_need_resizing_which_judges_take(
    nothing_is_trained, make_trainer, write_images, judge
):
    folder, trainer = write_images(*OF_CLASSES), make_trainer((8, 8, 3))
    with pytest.raises(ValueError, match="different sizes"):
        evaluation.check(trainer, [judge(folder)])
    with pytest.raises(ValueError, match="different sizes.*resize"):
        evaluation.check(trainer, [judge(folder, image_size=8)])
    evaluation.check(trainer, [judge(folder, image_size=8, resize="crop")])


@pytest.mark.parametrize("judge", [judges.classifier_judge, judges.feature_judge])
def test_judges_by_classes_need_labels(nothing_is_trained, make_trainer, write_images, judge):
    folder = write_images(*[(f"{k}.png", (8, 8)) for k in range(4)])
    with pytest.raises(ValueError, match="no labels.*sliced_wasserstein and ms_ssim"):
        evaluation.check(make_trainer((8, 8, 3)), [judge(folder)])
    pixels = judges.feature_judge(folder, scores=["sliced_wasserstein"], num_samples=4)
    evaluation.check(make_trainer((8, 8, 3)), [pixels])


def test_scores_of_pixels_train_no_classifier(nothing_is_trained, write_images):
    folder = write_images(*[(f"{k}.png", (8, 8)) for k in range(4)])
    judge = judges.feature_judge(folder, scores=["sliced_wasserstein", "ms_ssim"], num_samples=4)
    found = judge(lambda n, seed: np.zeros((n, 8, 8, 3), np.float32), seed=0)
    assert found["protocol"]["reference"]["split"] == "train"
    assert found["sliced_wasserstein-4"] > 0.0


def test_held_out_images_are_compared_with_where_there_are_some(write_images):
    folder = write_images(*[(f"{part}/{k}.png", (8, 8)) for part in ("train", "val") for k in "ab"])
    assert RealData(folder).split == "val"
    assert RealData(folder, split="train").split == "train"
    assert RealData(folder, image_size=4).image_shape == (4, 4, 3)


@pytest.mark.parametrize(
    "text, source, split",
    [
        ("digits", "digits", None),
        ("digits:test", "digits", "test"),
        ("mnist:3.0.1", "mnist:3.0.1", None),
        ("mnist:3.0.1:test", "mnist:3.0.1", "test"),
        ("mnist:train[:50%]", "mnist", "train[:50%]"),
        ("mnist:3.*.*:train[10:20]+test", "mnist:3.*.*", "train[10:20]+test"),
        ("set/config:1.0.0:validation", "set/config:1.0.0", "validation"),
        ("./my:photos:val", "./my:photos", "val"),
    ],
)
def test_sources_may_have_colons(text, source, split):
    assert generators.source_and_split(text) == (source, split)


def test_paths_with_colons_are_whole(tmp_path):
    (tmp_path / "my:photos").mkdir()
    text = str(tmp_path / "my:photos")
    assert generators.source_and_split(text) == (text, None)
    assert generators.source_and_split(f"{text}:test") == (text, "test")


def test_a_run_without_evaluators_is_told_of_data(monkeypatch):
    monkeypatch.setattr(commands, "build", lambda *_: types.SimpleNamespace(evaluators=[]))
    restored = types.SimpleNamespace(
        recipe=None, recipe_name="mine", config=None, directory=None
    )
    with pytest.raises(ValueError, match="--data SOURCE. Received: mine"):
        commands.evaluate(restored)
