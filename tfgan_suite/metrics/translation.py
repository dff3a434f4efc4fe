"""Scores of translators: against the right answers, and of cycles."""

import numpy as np

from tfgan_suite.metrics.image_similarity import PSNR, SSIM
from tfgan_suite.registration import public


@public
class TranslationEvaluator:
    """Compares translated images with those they should have become.

    Called as `evaluator(translate, seed=...)`, where `translate(images)` returns float32 images, it
    returns `l1` (the mean absolute difference, in [0, 2]), `ssim` (at most 1), `psnr` (decibels;
    left out where an image is met exactly) and `num_examples`.

    Args:
        pairs: iterable of batches `(images, inputs)` in [-1, 1], such as a `tf.data.Dataset`; held
            out from the training.
        name: of the scores.
    """

    def __init__(self, pairs, name="translation"):
        self.pairs = pairs
        self.name = name

    def __call__(self, translate, seed=None):
        """Scores a function from images to images; `seed` is not used."""
        absolute, values, rows = 0.0, 0, 0
        ssim, psnr = SSIM(), PSNR()
        for images, inputs in self.pairs:
            images = np.asarray(images, np.float32)
            made = np.asarray(translate(np.asarray(inputs)), np.float32)
            _check_same(images, made)
            absolute += float(np.abs(images.astype(np.float64) - made).sum())
            values += images.size
            rows += len(images)
            ssim.update_state(images, made)
            psnr.update_state(images, made)
        if not rows:
            raise ValueError("`pairs` must hold at least one pair. Received: none")
        scores = {"l1": absolute / values, "ssim": float(ssim.result())}
        if np.isfinite(float(psnr.result())):
            scores["psnr"] = float(psnr.result())
        return {**scores, "num_examples": rows}


@public
class CycleEvaluator:
    """Mean absolute differences between images and what comes back of them.

    Called as `evaluator(translate, seed=...)`, where `translate(images, direction)` returns float32
    images and `translate.directions` are the two directions, it returns `cycle_l1_a` (from A to B
    and back) and `cycle_l1_b`, both in [0, 2], and `num_examples`.

    Args:
        batches: iterable of batches `(a, b)` in [-1, 1], held out from the training.
        name: of the scores.
    """

    def __init__(self, batches, name="cycles"):
        self.batches = batches
        self.name = name

    def __call__(self, translate, seed=None):
        """Scores a pair of functions from images to images; `seed` is not used."""
        absolute, values, rows = [0.0, 0.0], [0, 0], 0
        for batch in self.batches:
            rows += len(batch[0])
            for side, images in enumerate(batch):
                images = np.asarray(images, np.float32)
                there, back = translate.directions[:: -1 if side else 1]
                returned = np.asarray(translate(translate(images, there), back), np.float32)
                _check_same(images, returned)
                absolute[side] += float(np.abs(images.astype(np.float64) - returned).sum())
                values[side] += images.size
        if not rows:
            raise ValueError("`batches` must hold at least one batch. Received: none")
        errors = {f"cycle_l1_{name}": a / v for name, a, v in zip("ab", absolute, values)}
        return {**errors, "num_examples": rows}


def _check_same(images, made):
    if images.shape != made.shape:
        raise ValueError(
            "Images must be compared with translations of their own shape. "
            f"Received: images of shape {images.shape}, translations of shape {made.shape}"
        )
