"""The real images that generated ones are compared with, and what is computed of them once."""

import hashlib
import json

import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import positive_integer
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
            of such images or of tuples that start with them. Held in memory as float32.
        name: what the set is called; letters, digits, ".", "_" and "-".
        split: which part of the data set this is, such as "test".
        max_samples: number of images to keep, the first in the order of the digests; by default
            all.

    Raises:
        ValueError: if there is no image, they differ in shape, or a value is NaN, infinite or out
            of range, the dataset never ends, or there are fewer than `max_samples` images.
    """

    def __init__(self, data, name, *, split=None, max_samples=None):
        self.name = checked_name(name)
        self.split = split
        batches = [checked_images(batch, f"{name} images") for batch in _batches(data, name)]
        if not batches:
            raise ValueError(f"{name!r} is empty: it must hold at least one batch.")
        shapes = {batch.shape[1:] for batch in batches}
        if len(shapes) > 1:
            raise ValueError(
                f"All images of {name!r} must have one shape. Received: shapes={sorted(shapes)}"
            )
        images = np.concatenate(batches)
        count = len(images) if max_samples is None else positive_integer(max_samples, "max_samples")
        if count > len(images):
            raise ValueError(
                f"`max_samples` must not exceed the number of images, {len(images)}. "
                f"Received: max_samples={max_samples}"
            )
        digests = [hashlib.sha256(image.tobytes()).digest() for image in images]
        order = sorted(range(len(images)), key=digests.__getitem__)[:count]
        self.images = images[order]
        self.fingerprint = hashlib.sha256(
            repr(images.shape[1:]).encode() + b"".join(digests[index] for index in order)
        ).hexdigest()

    def __len__(self):
        return len(self.images)

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


def _batches(data, name):
    if not isinstance(data, tf.data.Dataset):
        return [data]
    if data.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            f"{name!r} never ends: hand in one pass over the set, without `repeat()`."
        )
    return (
        batch[0] if isinstance(batch, tuple) else batch for batch in data.as_numpy_iterator()
    )
