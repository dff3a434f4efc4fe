"""What a monitor measures: figures that do not depend on the scale of logits and pixels."""

import math
import warnings

import numpy as np
from scipy.cluster.vq import kmeans2, vq

from tfgan_suite.generation.given_conditions import packed
from tfgan_suite.generation.given_rows import spread_rows
from tfgan_suite.metrics import mean_distance, separation, vendi_score

_SIDE = 32  # pixels: larger images are averaged down to this before they are compared
_FEWEST = 8  # examples from which anything can be told
_GROUP = 8  # real examples in a group, on average
_OF_THE_PROBE = ("g_loss", "d_loss", "g_gradient_norm", "d_gradient_norm", "g_signal")


class Figures:
    """Measures a trainer on fixed images and fixed latents; the figures are those of `GANMonitor`.

    Args:
        real: real images; see `GANMonitor`.
        held_out: further ones, or None.
        examples: images to use.
        features: function from images to features, or None for pixels.
        seed: integer seed of the latents.
    """

    def __init__(self, real, held_out, examples, features, seed):
        self._sources = {"real": real, "held_out": held_out}
        self._examples, self._features, self._seed = examples, features, seed
        self._batches = None

    def prepare(self, modality):
        """Reads the images, once; raises ValueError if nothing can be compared with them.

        Args:
            modality: the `Modality` of what the generator makes.
        """
        if self._batches is not None:
            return
        self._modality = modality
        batches = {
            name: None if source is None else spread_rows(source, self._examples, name)
            for name, source in self._sources.items()
        }
        real = batches["real"][0]
        if len(real) < _FEWEST:
            raise ValueError(
                f"`real` must hold at least {_FEWEST} images. Received: {len(real)} images"
            )
        features = self._features_of(real)
        self._bandwidth = mean_distance(features) / 2.0
        if not self._bandwidth > 0.0:
            raise ValueError(
                "`real` must hold different images, or there is no variety to compare with. "
                f"Received: {len(real)} images that are all alike"
            )
        self._real_diversity = vendi_score(features, self._bandwidth)
        self._groups, labels = _groups_of(self._coarse(features, real), len(real))
        self._real_modes = _effective_number(labels)
        self._batches = batches

    def __call__(self, trainer):
        """Returns the dict of figures of a trainer as it is now."""
        held_out = self._batches["held_out"]
        seen = trainer.probe(
            _given(self._batches["real"]),
            self._seed,
            held_out=None if held_out is None else _given(held_out),
        )
        real, fake = seen["real_logits"].astype("float64"), seen["fake_logits"].astype("float64")
        middle = (real.mean() + fake.mean()) / 2.0
        gap = "wasserstein" if "wasserstein" in trainer.logit_metrics else "logit_gap"
        figures = {
            **{name: float(seen[name]) for name in _OF_THE_PROBE},
            "real_accuracy": float(np.mean(real > middle)),
            "fake_accuracy": float(np.mean(fake < middle)),
            "separation": separation(real, fake),
            gap: float(real.mean() - fake.mean()),
            **self._variety(seen["generated"]),
        }
        if held_out is not None:
            held_out_logits = seen["held_out_logits"].astype("float64")
            figures["held_out_accuracy"] = float(np.mean(held_out_logits > middle))
            figures["memorization"] = separation(real, held_out_logits)
        return figures

    def _variety(self, generated):
        if not np.isfinite(generated).all():
            return {"diversity": math.nan, "modes": math.nan}
        features = self._features_of(generated)
        labels, _ = vq(self._coarse(features, generated), self._groups)
        return {
            "diversity": vendi_score(features, self._bandwidth) / self._real_diversity,
            "modes": _effective_number(labels) / self._real_modes,
        }

    def _features_of(self, images):
        if self._features is not None:
            return np.asarray(self._features(images))
        return self._modality.flattened(images, _SIDE)

    def _coarse(self, features, images):
        """The features in which images are grouped: those given, or coarser ones."""
        if self._features is not None:
            return features.astype(np.float64)
        return self._modality.flattened(images, _SIDE // 2)


def _given(batch):
    """Examples, or `(examples, condition)`, as `probe` takes them."""
    examples, *conditions = batch
    return (examples, packed(conditions)) if conditions else examples


def _groups_of(points, count):
    """Centres of groups of 8 on average, and each point's group: k-means, from a fixed seed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a group may end up empty, and then has no part in anything
        return kmeans2(points, max(1, count // _GROUP), minit="++", seed=0)


def _effective_number(labels):
    """The exponential of the entropy of the shares of the labels."""
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(np.exp(-np.sum(shares * np.log(shares))))
