"""Scores of translators, against NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import metrics, testing

IMAGES, INPUTS = (testing.images(5, (16, 16, 3), seed=seed) for seed in (1, 2))


class Cycle:
    """A pair of functions which do not quite lead back."""

    directions = ("there", "back")

    def __call__(self, images, direction):
        return images * (0.5 if direction == "there" else 1.8)


def test_translations_are_compared_with_what_they_should_be():
    batches = [(IMAGES[:3], INPUTS[:3]), (IMAGES[3:], INPUTS[3:])]
    scores = metrics.TranslationEvaluator(batches)(lambda x: x / 2, seed=1)
    made = INPUTS.astype(np.float64) / 2
    np.testing.assert_allclose(scores["l1"], np.abs(IMAGES - made).mean(), rtol=1e-6)
    mse = ((IMAGES - made) ** 2).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(scores["psnr"], np.mean(10 * np.log10(4 / mse)), rtol=1e-4)
    ssim = tf.image.ssim((IMAGES + 1) / 2, tf.constant(made + 1, tf.float32) / 2, 1.0)
    np.testing.assert_allclose(scores["ssim"], np.mean(ssim), rtol=1e-4)
    assert scores["num_examples"] == 5


def test_the_right_answer_scores_best():
    answers = {INPUTS[i].tobytes(): IMAGES[i] for i in range(5)}
    evaluator = metrics.TranslationEvaluator(
        tf.data.Dataset.from_tensor_slices((IMAGES, INPUTS)).batch(2)
    )
    scores = evaluator(lambda x: np.stack([answers[row.tobytes()] for row in x]))
    assert scores["l1"] == 0.0 and scores["ssim"] == pytest.approx(1.0)
    assert "psnr" not in scores  # infinite


def test_cycles_of_both_domains():
    scores = metrics.CycleEvaluator([(IMAGES, INPUTS)])(Cycle())
    np.testing.assert_allclose(scores["cycle_l1_a"], 0.1 * np.abs(IMAGES).mean(), rtol=1e-5)
    np.testing.assert_allclose(scores["cycle_l1_b"], 0.1 * np.abs(INPUTS).mean(), rtol=1e-5)
    assert scores["num_examples"] == 5


@pytest.mark.parametrize("cls", [metrics.TranslationEvaluator, metrics.CycleEvaluator])
def test_nothing_to_compare_is_named(cls):
    with pytest.raises(ValueError, match="must hold at least one"):
        cls([])(Cycle())


def test_other_shapes_are_named():
    evaluator = metrics.TranslationEvaluator([(IMAGES, INPUTS)])
    with pytest.raises(ValueError, match="of their own shape. Received: .*8, 8, 3"):
        evaluator(lambda x: x[:, :8, :8])
