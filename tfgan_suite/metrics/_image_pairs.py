"""What metrics of pairs of images share: their checks, and the mean over a stream of pairs."""

import tensorflow as tf

from tfgan_suite.metrics._images import RANGE_TOLERANCE
from tfgan_suite.metrics._streaming import MeanMetric


class MeanOfPairs(MeanMetric):
    """Mean of a score over pairs of images, a float64 sum and count merged over replicas."""

    def update_state(self, first, second, sample_weight=None):
        """Adds pairs of images, both `[B, H, W, C]` in [-1, 1], and weights `[B]` of the pairs."""
        first, second = image_pair(first, second)
        # Side by side, so that a pair is refused as a whole.
        reach = 1 + RANGE_TOLERANCE
        first, second = tf.split(
            self.accept(tf.concat([first, second], axis=-1), -reach, reach), 2, axis=-1
        )
        # tf.image computes similarities of float32 images in [0, 1].
        self.add(self.score((first + 1) / 2, (second + 1) / 2), sample_weight)

    def score(self, first, second):
        """Returns one number for each pair of float32 images in [0, 1]."""
        raise NotImplementedError


def image_pair(first, second):
    """Returns two batches of images as float32 tensors, or raises a ValueError on their shapes."""
    pair = [tf.convert_to_tensor(images) for images in (first, second)]
    for images in pair:
        if not images.dtype.is_floating or images.shape.rank != 4:
            raise ValueError(
                "Images must be floating point of the shape [B, height, width, channels] with "
                f"values in [-1, 1]. Received: shape={images.shape}, dtype={images.dtype.name}"
            )
    shapes = [tuple(images.shape) for images in pair]
    if any(None not in sizes and sizes[0] != sizes[1] for sizes in zip(*shapes)):
        raise ValueError(
            "Pairs of images must have one shape and number. "
            f"Received: {shapes[0]} and {shapes[1]}"
        )
    return [tf.cast(images, tf.float32) for images in pair]


def check_side(images, smallest, what):
    """Raises a ValueError if a side of images `[B, H, W, C]` is below `smallest` pixels."""
    sides = [side for side in images.shape[1:3] if side is not None]
    if any(side < smallest for side in sides):
        raise ValueError(
            f"{what} needs images of at least {smallest} x {smallest} pixels. "
            f"Received: shape={tuple(images.shape)}"
        )


def nothing(name, one):
    """The error of an evaluator whose data, an argument of this name, held not one element."""
    return ValueError(f"`{name}` must hold at least one {one}. Received: none")
