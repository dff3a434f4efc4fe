"""Scores of translators: against the right answers, of cycles, and of what tells domains apart."""

import numpy as np

from tfgan_suite.metrics._image_pairs import nothing
from tfgan_suite.metrics.image_similarity import PSNR, SSIM
from tfgan_suite.metrics.area_under_roc import separation
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
            raise nothing("pairs", "pair")
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
            raise nothing("batches", "batch")
        errors = {f"cycle_l1_{name}": a / v for name, a, v in zip("ab", absolute, values)}
        return {**errors, "num_examples": rows}


@public
class DomainEvaluator:
    """What two discriminators of domains make of real images of both, and of translated ones.

    Called as `evaluator(translate, seed=...)`, where `translate(images, direction)` returns images,
    `translate.judge(images, direction)` the logits `[N]` of the discriminator of the domain that a
    direction leads to, and `translate.directions` are the two directions, it returns

    - `accuracy`: the fraction of the real images, both domains with equal weight, that their own
      domain's discriminator finds more real than the other domain's does;
    - `separation_a`: of the pairs of a real image of A and one of B, those that D_A puts in the
      right order (see `separation`), and `separation_b` of D_B;
    - `translated_separation_a`: the same of real images of A and images of B that were translated
      to A, and `translated_separation_b`: 0.5 where the discriminator is taken in;
    - `moved_to_a`: how far images of B come on their way to A in the eyes of D_A: the difference
      that the translation makes to its mean logit, relative to that between real images of A and
      of B. 0 is not at all, 1 is as real as the real ones. (And `moved_to_b`.) Left out where D
      tells no difference;
    - `num_examples`, of each domain.

    Args:
        batches: iterable of batches `(a, b)` in [-1, 1], held out from the training.
        name: of the scores.
    """

    def __init__(self, batches, name="domains"):
        self.batches = batches
        self.name = name

    def __call__(self, translate, seed=None):
        """Scores discriminators and translators together; `seed` is not used."""
        to_b, to_a = translate.directions
        rows = [
            (
                *(translate.judge(x, to_a) for x in (a, b, translate(b, to_a))),
                *(translate.judge(x, to_b) for x in (b, a, translate(a, to_b))),
            )
            for a, b in (map(np.asarray, batch) for batch in self.batches)
        ]
        if not rows:
            raise nothing("batches", "batch")
        logits = [np.concatenate(part).astype(np.float64) for part in zip(*rows)]
        (a_by_a, b_by_a, _), (b_by_b, a_by_b, _) = of_both = logits[:3], logits[3:]
        scores = {"accuracy": float(np.mean([np.mean(a_by_a > a_by_b), np.mean(b_by_b > b_by_a)]))}
        for domain, (own, other, translated) in zip("ab", of_both):
            scores[f"separation_{domain}"] = separation(own, other)
            scores[f"translated_separation_{domain}"] = separation(own, translated)
            apart = own.mean() - other.mean()
            if apart:
                moved = translated.mean() - other.mean()
                scores[f"moved_to_{domain}"] = float(moved / apart)
        return {**scores, "num_examples": len(a_by_a)}


def _check_same(images, made):
    if images.shape != made.shape:
        raise ValueError(
            "Images must be compared with translations of their own shape. "
            f"Received: images of shape {images.shape}, translations of shape {made.shape}"
        )
