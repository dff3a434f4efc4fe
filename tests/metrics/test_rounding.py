"""Whether generated images are judged as files of 8 bits would be."""

import io

import numpy as np
import PIL.Image
import pytest

from tfgan_suite.metrics import FeatureEvaluator, FeatureExtractor, ReferenceImages
from tfgan_suite.metrics._images import rounded_to_8_bits


def images(count, seed, shape=(16, 16, 3)):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *shape)).astype(np.float32)


def first_pixels(images):
    return np.asarray(images)[:, 0, 0, :]


def evaluator(tmp_path, scores, inception=False, **options):
    extractor = FeatureExtractor(
        first_pixels, "pixels", content_hash="0", inception_2015=inception
    )
    reference = ReferenceImages(images(30, 0), "noise")
    return FeatureEvaluator(
        extractor, reference, scores=scores, num_samples=20, cache_dir=tmp_path, **options
    )


def test_rounded_images_are_those_of_png_files():
    made = images(3, 1)
    for one, rounded in zip(made, rounded_to_8_bits(made)):
        pixels = np.rint((one.astype(np.float64) + 1.0) * 127.5).astype(np.uint8)
        file = io.BytesIO()
        PIL.Image.fromarray(pixels).save(file, "png")
        read = np.asarray(PIL.Image.open(file), np.float64) / 127.5 - 1.0
        np.testing.assert_allclose(rounded, read, atol=1e-6)
    assert rounded_to_8_bits(made).dtype == np.float32


def test_levels_come_back_exactly():
    levels = np.arange(256, dtype=np.float32) / np.float32(127.5) - np.float32(1.0)
    np.testing.assert_array_equal(rounded_to_8_bits(levels), levels)


@pytest.mark.parametrize(
    "inception, given, expected",
    [
        (True, None, "to 8 bits"),  # FID is that of image files
        (False, None, "none"),
        (True, False, "none"),
        (False, True, "to 8 bits"),
    ],
)
def test_distances_are_rounded_as_their_names_are_usual(tmp_path, inception, given, expected):
    judge = evaluator(tmp_path, ("frechet_distance",), inception, round_to_8_bits=given)
    seen = []
    judge.extractor.function = lambda batch: (seen.append(batch), first_pixels(batch))[1]
    (score,) = judge.scores(lambda n, seed: images(n, seed), seed=5)
    assert score.protocol["rounding"] == expected
    made = images(20, 5)
    wanted = rounded_to_8_bits(made) if expected == "to 8 bits" else made
    np.testing.assert_array_equal(seen[-1], wanted)


def test_scores_of_pixels_are_rounded_unless_asked_not_to(tmp_path):
    scores = ("ms_ssim", "sliced_wasserstein")
    for given, expected in ((None, "to 8 bits"), (False, "none")):
        judge = evaluator(tmp_path, scores, round_to_8_bits=given)
        found = judge(lambda n, seed: images(n, seed), seed=5)
        assert found["protocol"]["rounding"] == expected
