"""A labelled image set in memory, in an order that depends on its contents alone."""

import hashlib

import numpy as np
import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.metrics._arrays import checked_labels
from tfgan_suite.metrics._images import checked_images

# Public sets hold a few duplicates; more of the test set than this in the training set is a leak.
MAX_TEST_OVERLAP = 0.1


class LabelledImages:
    """Images with integer labels, read from a dataset and sorted by content.

    A `tf.data` pipeline may be shuffled anew at each iteration. Sorting by the digest of each
    (image, label) pair makes what is trained on it, and the fingerprint under which that is kept,
    a function of the set, whatever order it came in.

    Args:
        data: a finite `tf.data.Dataset` of `(images, labels)` batches, or one such pair of
            arrays. Images `[B, H, W, C]` in [-1, 1], labels integers `[B]` in [0, num_classes).
            The set is held in memory as float32. Random augmentation changes the fingerprint at
            every reading: leave it out.
        num_classes: number of classes.
        name: what the errors call the set.

    Raises:
        ValueError: if the data are not as described, infinite or empty.
    """

    def __init__(self, data, num_classes, name):
        pairs = [_checked_pair(batch, num_classes, name) for batch in _batches(data, name)]
        if not pairs:
            raise ValueError(f"`{name}` is empty: it must hold at least one batch.")
        shapes = {images.shape[1:] for images, _ in pairs}
        if len(shapes) > 1:
            raise ValueError(
                f"All images of `{name}` must have one shape. Received: shapes={sorted(shapes)}"
            )
        images = np.concatenate([images for images, _ in pairs])
        labels = np.concatenate([labels for _, labels in pairs])
        digests = [
            hashlib.sha256(image.tobytes() + label.tobytes()).digest()
            for image, label in zip(images, labels)
        ]
        order = sorted(range(len(digests)), key=digests.__getitem__)
        self.images = images[order]
        self.labels = labels[order]
        self.image_shape = images.shape[1:]
        self.digests = [digests[index] for index in order]
        self.fingerprint = hashlib.sha256(
            repr(self.image_shape).encode() + b"".join(self.digests)
        ).hexdigest()

    def __len__(self):
        return len(self.labels)


def check_held_out(train, test):
    """Raises a ValueError unless two `LabelledImages` can serve for training and for testing."""
    if train.image_shape != test.image_shape:
        raise ValueError(
            "`train` and `test` must hold images of one shape. "
            f"Received: train {train.image_shape}, test {test.image_shape}"
        )
    seen = set(train.digests)
    overlap = sum(digest in seen for digest in test.digests)
    if overlap > MAX_TEST_OVERLAP * len(test):
        raise ValueError(
            "`test` must be held out of `train`, or its accuracy says nothing about new images. "
            f"Received: {overlap} of {len(test)} test images are in `train` too"
        )


def _batches(data, name):
    if isinstance(data, (tuple, list)) and len(data) == 2:
        return [data]
    if not isinstance(data, tf.data.Dataset):
        raise ValueError(
            f"`{name}` must be a tf.data.Dataset of (images, labels) batches or a pair of "
            f"arrays. Received: {type(data).__name__}"
        )
    if not isinstance(data.element_spec, tuple) or len(data.element_spec) != 2:
        raise ValueError(
            f"`{name}` must yield pairs (images, labels). Received: {data.element_spec}"
        )
    if data.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            f"`{name}` never ends: hand in one pass over the set, without `repeat()`."
        )
    return (data.complete() if isinstance(data, Batches) else data).as_numpy_iterator()


def _checked_pair(pair, num_classes, name):
    images = checked_images(pair[0], f"{name} images")
    labels = checked_labels(pair[1], len(images), num_classes, f"`{name}` labels")
    return images, labels.astype("<i8")
