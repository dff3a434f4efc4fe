"""Tests of reference images, scores and their protocol, and the evaluator that makes them."""

import json
import types

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, metrics
from tfgan_suite.metrics import FeatureEvaluator, FeatureExtractor, ReferenceImages, Score
from tfgan_suite.metrics._labelled_images import LabelledImages
from tfgan_suite.modalities import Image

SCORES = (
    "frechet_distance",
    "kernel_distance",
    "precision_recall",
    "density_coverage",
    "classifier_score",
)


def _images(count=40, seed=0, shape=(4, 4, 1)):
    return np.random.default_rng(seed).uniform(-1, 1, [count, *shape]).astype(np.float32)


def _generate(n, seed):
    return 0.5 * _images(n, seed + 100)


def _quarters(images):
    pooled = images.reshape(-1, 2, 2, 2, 2).mean(axis=(2, 4)).reshape(-1, 4)
    return {"features": pooled, "logits": 5 * pooled}


@pytest.fixture
def calls():
    return []


@pytest.fixture
def extractor(calls):
    def function(images):
        calls.append(len(images))
        return _quarters(images)

    return FeatureExtractor(function, "quarters", content_hash="12ab", image_shape=(4, 4, 1))


@pytest.fixture
def evaluator(extractor, tmp_path):
    reference = ReferenceImages(_images(), "noise", split="test")
    return FeatureEvaluator(
        extractor, reference, scores=SCORES, num_samples=30, num_splits=2, cache_dir=tmp_path
    )


def test_order_does_not_matter():
    images = _images()
    forward, backward = (ReferenceImages(x, "noise") for x in (images, images[::-1]))
    np.testing.assert_array_equal(forward.images, backward.images)
    assert forward.fingerprint == backward.fingerprint
    assert ReferenceImages(images[1:], "noise").fingerprint != forward.fingerprint


@pytest.mark.parametrize("labelled", [False, True])
def test_datasets_are_read(labelled):
    images = _images()
    data = (images, np.arange(40)) if labelled else images
    dataset = tf.data.Dataset.from_tensor_slices(data).shuffle(40).batch(7)
    expected = ReferenceImages(images, "noise").fingerprint
    assert ReferenceImages(dataset, "noise").fingerprint == expected


def test_images_that_fill_no_batch_are_read_too():
    images = _images()
    batches = data.load(images, batch_size=16, shuffle=False)
    assert len(batches) == 2
    expected = ReferenceImages(images, "noise").fingerprint
    for given in (batches, batches.map(lambda x: x).prefetch(1)):
        assert ReferenceImages(given, "noise").fingerprint == expected
    labelled = data.load((images, np.arange(40) % 2), batch_size=16, labels=True)
    assert len(LabelledImages(labelled, 2, "noise")) == 40
    assert len(ReferenceImages(batches.take(1), "noise")) == 16


def test_references_in_0_to_1_are_named():
    images = np.random.default_rng(0).random((16, 8, 8, 1)).astype(np.float32)
    with pytest.warns(UserWarning, match="images of 'digits' .* scale them with images .* 2 - 1"):
        ReferenceImages(images, "digits")
    ReferenceImages(images[:3], "digits")  # they may be bright


def test_fewer_are_the_first_in_order():
    few, all_ = ReferenceImages(_images(), "n", max_samples=9), ReferenceImages(_images(), "n")
    np.testing.assert_array_equal(few.images, all_.images[:9])
    assert len(few) == few.description["images"] == 9


@pytest.mark.parametrize(
    "data, options, message",
    [
        (_images(0), {}, "at least one image"),
        (_images() * 3, {}, r"must lie in \[-1, 1\]"),
        (_images() * np.nan, {}, "NaN or infinity in 40 of 40"),
        (_images(), {"max_samples": 41}, "number of images, 40. Received: max_samples=41"),
        (_images(), {"name": "a/b"}, "name='a/b'"),
        (tf.data.Dataset.from_tensors(_images()).repeat(), {}, "never ends"),
        (tf.data.Dataset.from_tensors(_images()).take(0), {}, "is empty"),
    ],
)
def test_wrong_references_are_refused(data, options, message):
    with pytest.raises(ValueError, match=message):
        ReferenceImages(data, **{"name": "noise", **options})


def test_references_of_several_shapes_are_refused():
    shapes = [_images(2), _images(2, shape=(5, 4, 1))]
    signature = tf.TensorSpec([None, None, 4, 1], tf.float32)
    dataset = tf.data.Dataset.from_generator(lambda: shapes, output_signature=signature)
    with pytest.raises(ValueError, match="must have one shape"):
        ReferenceImages(dataset, "noise")


def test_features_are_computed_once_for_the_same_content(extractor, calls, tmp_path):
    first = ReferenceImages(_images(), "noise").outputs(extractor, tmp_path)
    again = ReferenceImages(_images()[::-1], "noise").outputs(extractor, tmp_path)
    assert calls == [40]
    for key in ("features", "logits"):
        np.testing.assert_array_equal(first[key], again[key])
    ReferenceImages(_images(seed=1), "noise").outputs(extractor, tmp_path)
    assert calls == [40, 40]


def test_another_extractor_has_features_of_its_own(extractor, tmp_path):
    reference = ReferenceImages(_images(), "noise")
    reference.outputs(extractor, tmp_path)
    other = FeatureExtractor(lambda x: -_quarters(x)["features"], "quarters", content_hash="34cd")
    features = reference.outputs(other, tmp_path)["features"]
    np.testing.assert_array_equal(features, -_quarters(reference.images)["features"])


def test_statistics_are_those_of_the_features_and_kept(extractor, calls, tmp_path):
    reference = ReferenceImages(_images(), "noise")
    expected = metrics.FeatureStatistics.from_features(_quarters(reference.images)["features"])
    for _ in range(2):
        statistics = reference.statistics(extractor, tmp_path)
        assert statistics.content_hash == expected.content_hash
    assert calls == [40]


def test_damaged_features_are_computed_again(extractor, calls, tmp_path):
    reference = ReferenceImages(_images(), "noise")
    reference.outputs(extractor, tmp_path)
    for path in (tmp_path / "references").iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.warns(UserWarning, match="damaged"):
        reference.outputs(extractor, tmp_path)
    assert calls == [40, 40]


def test_scores_are_those_of_the_functions(evaluator):
    result = evaluator(_generate, seed=3)
    real = _quarters(evaluator.reference.images)["features"]
    fake = _quarters(_generate(30, 3))
    features, logits = fake["features"], fake["logits"]
    del result["protocol"]
    manifold = metrics.precision_recall(real, features, 3)
    density = metrics.density_coverage(real, features, 5)
    expected = {
        "frechet_distance": metrics.frechet_distance(real, features),
        "kernel_distance": metrics.kernel_distance(real, features)["kernel_distance"],
        **manifold,
        **density,
        "classifier_score": metrics.classifier_score(logits, 2, 3)["classifier_score"],
    }
    expected = {f"{name}-quarters-30": value for name, value in expected.items()}
    assert result == pytest.approx(expected, rel=1e-6)


def test_protocol_says_how_it_was_measured(evaluator):
    assert evaluator(_generate, seed=3)["protocol"] == {
        "extractor": evaluator.extractor.description,
        "reference": {
            "name": "noise",
            "split": "test",
            "images": 40,
            "image_shape": [4, 4, 1],
            "fingerprint": evaluator.reference.fingerprint,
        },
        "num_samples": 30,
        "seed": 3,
        "image_shape": [4, 4, 1],
        "conditions": None,
        "rounding": "none",
        "row_order": "permuted by the seed",
        "max_block_size": 1024,
        "manifold_k": 3,
        "density_k": 5,
        "num_splits": 2,
    }


def test_result_is_json_able(evaluator):
    result = evaluator(_generate, seed=np.int64(3))
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_a_score_keeps_its_details_and_its_protocol(evaluator):
    scores = {score.metric: score for score in evaluator.scores(_generate, seed=3)}
    assert scores["kernel_distance"].details == {"standard_error": None, "blocks": 1}
    assert "std" in scores["classifier_score"].details
    assert "num_splits" not in scores["kernel_distance"].protocol
    assert scores["recall"].protocol["manifold_k"] == 3


def test_scores_come_back_from_their_files(evaluator, tmp_path):
    for score in evaluator.scores(_generate, seed=3):
        path = tmp_path / "scores" / f"{score.name}.json"
        score.write(path)
        assert Score.read(path) == score


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_infinite_scores_come_back(tmp_path, value):
    score = Score("psnr", "psnr-3", value)
    score.write(tmp_path / "a.json")
    assert Score.read(tmp_path / "a.json") == score


@pytest.mark.parametrize("text", ["{", "[]", '{"value": 1}', '{"other": 1}'])
def test_files_without_a_score_are_named(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ValueError, match="a.json' holds no score"):
        Score.read(tmp_path / "a.json")


def test_short_names_belong_to_inception(extractor):
    for metric in ("frechet_distance", "kernel_distance", "classifier_score"):
        assert metrics.score_name(metric, 9, extractor) == f"{metric}-quarters-9"
    assert metrics.score_name("psnr", 9) == "psnr-9"
    inception = FeatureExtractor(_quarters, "i", content_hash="0", inception_2015=True)
    assert metrics.score_name("classifier_score", 9, inception) == "IS-9"
    assert metrics.score_name("precision", 9, inception) == "precision-i-9"


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"extractor": _quarters}, "must be a `FeatureExtractor`"),
        ({"reference": _images()}, "must be a `ReferenceImages`"),
        ({"scores": ("fid",)}, r"scores=\('fid',\)"),
        ({"scores": "frechet_distance"}, "scores='frechet_distance'"),
        ({"scores": ()}, r"scores=\(\)"),
        ({"num_samples": 0}, "num_samples=0"),
        ({"manifold_k": 0}, "manifold_k=0"),
        ({"extractor": None}, "must be a `FeatureExtractor`. Received: None"),
        ({"round_to_8_bits": "yes"}, "round_to_8_bits='yes'"),
        ({"class_frequencies": "even"}, "class_frequencies='even'"),
        ({"class_frequencies": (0.5, -0.1)}, "none negative"),
        ({"class_frequencies": (0, 0)}, "not all zero"),
    ],
)
def test_wrong_settings_are_refused(extractor, changes, message):
    arguments = {"extractor": extractor, "reference": ReferenceImages(_images(), "n"), **changes}
    with pytest.raises(ValueError, match=message):
        FeatureEvaluator(**arguments)


def test_what_is_made_can_be_checked_before(evaluator):
    generate = types.SimpleNamespace(modality=Image(4, 4, 1))
    evaluator.check(generate)
    generate.modality = Image(8, 8, 1)
    with pytest.raises(ValueError, match=r"takes images of shape \(4, 4, 1\)"):
        evaluator.check(generate)
    evaluator.score_names = ("gan_test",)
    with pytest.raises(ValueError, match="without classes"):
        evaluator.check(generate)


@pytest.mark.parametrize(
    "generate, message",
    [
        (lambda n, seed: _images(n - 1), "must return 30 samples"),
        (lambda n, seed: _images(n) * np.nan, "`generated images` must be finite"),
        (lambda n, seed: _images(n) * 2, r"`generated images` must lie in \[-1, 1\]"),
        (lambda n, seed: _images(n, shape=(8, 8, 1)), r"takes images of shape \(4, 4, 1\)"),
    ],
)
def test_wrong_images_are_refused(evaluator, generate, message):
    with pytest.raises(ValueError, match=message):
        evaluator(generate, seed=0)


def test_a_score_of_logits_needs_them(tmp_path):
    extractor = FeatureExtractor(lambda x: _quarters(x)["features"], "q", content_hash="0")
    reference = ReferenceImages(_images(), "noise")
    options = {"scores": ("classifier_score",), "num_samples": 3, "cache_dir": tmp_path}
    with pytest.raises(ValueError, match="needs logits, which 'q' does not give"):
        FeatureEvaluator(extractor, reference, **options)(_generate, seed=0)
