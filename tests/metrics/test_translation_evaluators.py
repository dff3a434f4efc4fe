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


class Judged(Cycle):
    """Discriminators that go by the mean of an image: D_A likes it high, D_B low."""

    def judge(self, images, direction):
        mean = np.asarray(images).mean(axis=(1, 2, 3))
        return mean if direction == "back" else -mean


def flat(*levels):
    return np.ones((len(levels), 8, 8, 1), np.float32) * np.reshape(levels, (-1, 1, 1, 1))


def test_what_discriminators_make_of_both_domains():
    a, b = flat(0.5, 0.3, 0.1, -0.2), flat(-0.5, -0.4, 0.2, -0.3)
    scores = metrics.DomainEvaluator([(a[:3], b[:3]), (a[3:], b[3:])])(Judged())
    # A's below and B's above zero are taken for the other domain's.
    assert scores["accuracy"] == pytest.approx((3 / 4 + 3 / 4) / 2)
    # Of 16 pairs only (0.1, 0.2) and (-0.2, 0.2) are in the wrong order, for either.
    assert scores["separation_a"] == scores["separation_b"] == pytest.approx(14 / 16)
    # B times 1.8: 0.36 is above all of A but 0.5.
    assert scores["translated_separation_a"] == pytest.approx(13 / 16)
    # The mean of A is 0.175, of B -0.25: 1.8 leads away from A, 0.5 from A towards B.
    assert scores["moved_to_a"] == pytest.approx((1.8 - 1) * -0.25 / 0.425)
    assert scores["moved_to_b"] == pytest.approx((1 - 0.5) * 0.175 / 0.425)
    assert scores["num_examples"] == 4


@pytest.mark.parametrize(
    "cls", [metrics.TranslationEvaluator, metrics.CycleEvaluator, metrics.DomainEvaluator]
)
def test_nothing_to_compare_is_named(cls):
    with pytest.raises(ValueError, match="must hold at least one"):
        cls([])(Cycle())


def test_other_shapes_are_named():
    evaluator = metrics.TranslationEvaluator([(IMAGES, INPUTS)])
    with pytest.raises(ValueError, match="of their own shape. Received: .*8, 8, 3"):
        evaluator(lambda x: x[:, :8, :8])
