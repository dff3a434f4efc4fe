"""Colourfulness against its formula in closed form, and the scores of coloured images."""

import numpy as np
import pytest

from tfgan_suite import metrics, testing


def pixels(*colours):
    """One image of some colours, each as levels from 0 to 255, in a row."""
    return np.array(colours, np.float64).reshape(1, 1, -1, 3) / 127.5 - 1.0


def test_grey_is_not_colourful():
    grey = np.repeat(testing.images(3, (4, 4, 1)), 3, axis=-1)
    np.testing.assert_allclose(metrics.colorfulness(grey), 0.0, atol=1e-4)


def test_one_colour_counts_by_its_distance_from_grey():
    # rg = 100, yb = 150 - 40 = 110, no spread.
    (found,) = metrics.colorfulness(pixels((200, 100, 40), (200, 100, 40)))
    assert found == pytest.approx(0.3 * np.hypot(100, 110))


def test_two_colours_count_by_their_spread():
    # rg = 255 and -255 with mean 0; yb = 127.5 for both.
    (found,) = metrics.colorfulness(pixels((255, 0, 0), (0, 255, 0)))
    assert found == pytest.approx(255 + 0.3 * 127.5)


def test_images_are_measured_one_by_one():
    images = testing.images(4, (5, 6, 3))
    one_by_one = [metrics.colorfulness(images[i : i + 1])[0] for i in range(4)]
    np.testing.assert_allclose(metrics.colorfulness(images), one_by_one)


@pytest.mark.parametrize("shape", [(4, 4, 3), (2, 4, 4, 1)])
def test_other_shapes_are_named(shape):
    with pytest.raises(ValueError, match="RGB images.*Received: shape"):
        metrics.colorfulness(np.zeros(shape))


def test_coloured_images_beside_the_real_and_the_grey_ones():
    images = testing.images(5, (16, 16, 3))
    grey = images.mean(axis=-1, keepdims=True)
    batches = [(images[:3], grey[:3]), (images[3:], grey[3:])]
    scores = metrics.ColorizationEvaluator(batches)(lambda x: np.repeat(x, 3, axis=-1))
    assert scores["colorfulness"] == pytest.approx(0.0, abs=1e-4)
    assert scores["real_colorfulness"] == pytest.approx(metrics.colorfulness(images).mean())
    alone = metrics.TranslationEvaluator(batches)(lambda x: np.repeat(x, 3, axis=-1))
    assert scores["grey_l1"] == pytest.approx(alone["l1"], rel=1e-6)
    assert scores["grey_ssim"] == pytest.approx(alone["ssim"], rel=1e-6)
    assert scores["num_examples"] == 5


def test_nothing_to_colour_is_named():
    with pytest.raises(ValueError, match="must hold at least one pair"):
        metrics.ColorizationEvaluator([])(lambda x: x)
