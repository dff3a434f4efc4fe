"""The real images that generated ones are compared with, and what is computed of them once."""

import hashlib
import json
import warnings

import numpy as np
import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.fields import ENOUGH_PICTURES, unit_scale
from tfgan_suite.metrics._arrays import checked_labels, positive_integer
from tfgan_suite.metrics._cache import cache_root, cached, load_arrays, save_arrays
from tfgan_suite.metrics._images import checked_images
from tfgan_suite.metrics.classifier import checked_name
from tfgan_suite.metrics.feature_statistics import FeatureStatistics
from tfgan_suite.registration import public


@public
class ReferenceImages:
    """Real images, in an order that depends on their contents alone.

    Sorted by digest, the images are in an order that is as good as random and the same whatever
    pipeline they come through; so are their features, which are kept in the cache under the
    images' fingerprint and the extractor's description.

    Args:
        data: array of images `[N, H, W, C]` in [-1, 1], or a finite `tf.data.Dataset` of batches
            of such images or of tuples that start with them. Held in memory as float32. Of what
            `data.load` returns, the last images are read too where they fill no batch.
        name: what the set is called; letters, digits, ".", "_" and "-".
        split: which part of the data set this is, such as "test".
        max_samples: number of images to keep, the first in the order of the digests; by default
            all.
        labels: classes of an array of images, integers `[N]`, by which conditional generators are
            asked for classes as often as they come; of a dataset the integers `[B]` that its tuples
            have in the second place. None without.
        class_names: names of the classes in the order of the labels, by which those of a generator
            are found; None where the labels are the generator's.

    Warns of images that lie in [0, 1].

    Raises:
        ValueError: if there is no image, they differ in shape, or a value is NaN, infinite or out
            of range, the dataset never ends, there are fewer than `max_samples` images, or the
            labels are not as described.
    """

    def __init__(
        self, data, name, *, split=None, max_samples=None, labels=None, class_names=None
    ):
        self.name = checked_name(name)
        self.split = split
        self.class_names = class_names and tuple(map(str, class_names))
        parts = [
            (checked_images(batch, f"{name} images"), of_batch)
            for batch, of_batch in _batches(data, labels, name)
        ]
        batches = [batch for batch, _ in parts]
        if not batches:
            raise ValueError(f"{name!r} is empty: it must hold at least one batch.")
        shapes = {batch.shape[1:] for batch in batches}
        if len(shapes) > 1:
            raise ValueError(
                f"All images of {name!r} must have one shape. Received: shapes={sorted(shapes)}"
            )
        images = np.concatenate(batches)
        found = unit_scale(f"The images of {name!r}", float(images.min()), float(images.max()))
        if found and len(images) >= ENOUGH_PICTURES:
            warnings.warn(found)
        count = len(images) if max_samples is None else positive_integer(max_samples, "max_samples")
        if count > len(images):
            raise ValueError(
                f"`max_samples` must not exceed the number of images, {len(images)}. "
                f"Received: max_samples={max_samples}"
            )
        digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
        order = sorted(range(len(images)), key=digests.__getitem__)[:count]
        self.images = images[order]
        if labels is None:
            labels = _labels([of_batch for _, of_batch in parts])
        if labels is not None:
            most = np.inf if class_names is None else len(class_names)
            labels = checked_labels(labels, len(images), most, f"The labels of {name!r}")[order]
        self.labels = labels
        self.fingerprint = hashlib.sha256(
            repr(images.shape[1:]).encode() + b"".join(digests[index] for index in order)
        ).hexdigest()

    def __len__(self):
        return len(self.images)

    def class_frequencies(self, classes, names=None):
        """How often each of a generator's classes comes.

        Args:
            classes: their number K.
            names: their K names; None without.

        Returns:
            Tuple of K shares; None without labels, or if a class is none of the generator's.
        """
        if self.labels is None:
            return None
        labels = self.labels
        if names is not None and self.class_names is not None:
            places = [names.index(name) if name in names else classes for name in self.class_names]
            labels = np.array(places)[labels]
        if labels.max() >= classes:
            return None
        return tuple((np.bincount(labels, minlength=classes) / len(self)).tolist())

    @property
    def description(self):
        """JSON-able: which images these are, to stand beside every score against them."""
        return {
            "name": self.name,
            "split": self.split,
            "images": len(self),
            "image_shape": list(self.images.shape[1:]),
            "fingerprint": self.fingerprint,
        }

    def outputs(self, extractor, cache_dir=None):
        """What an extractor gives for the images, from the cache if it was computed before.

        Args:
            extractor: `FeatureExtractor`.
            cache_dir: folder of the cache; by default $TFGAN_SUITE_CACHE or ~/.cache/tfgan_suite.

        Returns:
            dict of "features" and, of a classifier, "logits", float32, one row for each of
            `images`.
        """

        def load(path):
            outputs = load_arrays(path)
            if len(outputs.get("features", ())) != len(self):
                raise ValueError(f"{str(path)!r} does not hold a row for each image.")
            return outputs

        path = self._cache_path(extractor, cache_dir, "features")
        return cached(path, load, lambda: extractor(self.images), save_arrays)

    def statistics(self, extractor, cache_dir=None):
        """`FeatureStatistics` of the images, from the cache if they were computed before.

        Args:
            extractor: `FeatureExtractor`.
            cache_dir: see `outputs`.
        """

        def make():
            return FeatureStatistics.from_features(self.outputs(extractor, cache_dir)["features"])

        path = self._cache_path(extractor, cache_dir, "statistics")
        return cached(path, FeatureStatistics.load, make, FeatureStatistics.save)

    def _cache_path(self, extractor, cache_dir, kind):
        key = json.dumps([self.fingerprint, extractor.description], sort_keys=True)
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        folder = cache_root(cache_dir) / "references"
        return folder / f"{self.name}-{extractor.name}-{digest}-{kind}.npz"


def _batches(data, labels, name):
    """Pairs of a batch of images and its labels, or what else stands there, or None."""
    if not isinstance(data, tf.data.Dataset):
        return [(data, labels)]
    if labels is not None:
        raise ValueError(
            f"The labels of a dataset are those that it yields. Received: {name!r} with `labels`"
        )
    if data.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            f"{name!r} never ends: hand in one pass over the set, without `repeat()`."
        )
    if isinstance(data, Batches):
        data = data.complete()
    batches = (b if isinstance(b, tuple) else (b,) for b in data.as_numpy_iterator())
    return ((batch[0], batch[1] if len(batch) > 1 else None) for batch in batches)


def _labels(parts):
    """The labels of all batches as one array; None where they have none."""
    parts = [None if part is None else np.asarray(part) for part in parts]
    # A dataset may have images or attributes in their place.
    if any(part is None or part.ndim != 1 or part.dtype.kind not in "iu" for part in parts):
        return None
    return np.concatenate(parts)
