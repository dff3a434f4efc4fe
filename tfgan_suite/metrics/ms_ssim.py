"""Multiscale structural similarity, of pairs and as a measure of diversity."""

import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import positive_integer
from tfgan_suite.metrics._image_pairs import MeanOfPairs, check_side
from tfgan_suite.metrics._images import checked_images
from tfgan_suite.registration import public, register

# Wang, Simoncelli & Bovik 2003, section 4.2: the weights of the five scales.
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

_PAIRS_PER_CALL = 64


@register
class MSSSIM(MeanOfPairs):
    """Multiscale structural similarity, from 0 to 1, the mean over pairs of images in [-1, 1].

    `tf.image.ssim_multiscale` of the images shifted to [0, 1], the mean over their channels. Each
    scale halves the image, and the last must still hold the window: five scales of 11 pixels need
    161 pixels. Deviation: with fewer scales the first weights are used, divided by their sum.

    References:
        Wang et al. 2003, "Multiscale structural similarity for image quality assessment",
        Asilomar Conference on Signals, Systems and Computers.

    Args:
        scales: number of scales, 1 to 5.
        filter_size: side of the Gaussian window in pixels.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on shapes that differ or images too small for the scales; by
            `result` if there was no image, or a value was NaN, infinite or outside [-1, 1] by more
            than 1e-3.
    """

    def __init__(self, scales=len(SCALE_WEIGHTS), filter_size=11, name="ms_ssim"):
        super().__init__(name)
        self.scales = positive_integer(scales, "scales")
        self.filter_size = positive_integer(filter_size, "filter_size")
        if scales > len(SCALE_WEIGHTS):
            raise ValueError(
                f"`scales` must be at most {len(SCALE_WEIGHTS)}. Received: scales={scales}"
            )

    @property
    def min_image_size(self):
        """Smallest side in pixels: halved (and rounded up) for each scale, it holds the window."""
        return (self.filter_size - 1) * 2 ** (self.scales - 1) + 1

    def score(self, first, second):
        what = f"MS-SSIM with {self.scales} scales and a window of {self.filter_size} pixels"
        check_side(first, self.min_image_size, what)
        weights = SCALE_WEIGHTS[: self.scales]
        return tf.image.ssim_multiscale(
            first,
            second,
            max_val=1.0,
            power_factors=[weight / sum(weights) for weight in weights],
            filter_size=self.filter_size,
        )

    def get_config(self):
        return {**super().get_config(), "scales": self.scales, "filter_size": self.filter_size}


@public
def ms_ssim_diversity(images, labels=None, *, pairs=100, scales=5, filter_size=11, seed=0):
    """Mean MS-SSIM of random pairs of images of a class: the higher, the less diverse.

    Compare with the same of real images: a generator whose classes are much higher has collapsed.

    References:
        Odena et al. 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs",
        arXiv:1610.09585, section 4.2: 100 pairs of each class.

    Args:
        images: floating point array of shape `[N, H, W, C]` in [-1, 1], both sides at least
            `(filter_size - 1) * 2**(scales - 1) + 1` pixels.
        labels: integers of shape `[N]`; by default all images are of one class.
        pairs: pairs to draw of each class, each of two different images.
        scales: see `MSSSIM`.
        filter_size: see `MSSSIM`.
        seed: int, of the pairs.

    Returns:
        A JSON-able dict:
            "ms_ssim": the mean over the classes;
            "class_ms_ssim": dict from the class, as a string, to its mean;
            "pairs_per_class", "scales", "filter_size".

    Raises:
        ValueError: if the images or labels are not as described, too small, or a class has a
            single image.
    """
    images = checked_images(images)
    pairs = positive_integer(pairs, "pairs")
    labels = np.zeros(len(images), int) if labels is None else np.asarray(labels)
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be integers of shape [{len(images)}]. "
            f"Received: shape={labels.shape}, dtype={labels.dtype}"
        )
    rng = np.random.default_rng(seed)
    means = {}
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            raise ValueError(
                f"A pair needs two images of a class. Received: 1 image of class {label}"
            )
        metric = MSSSIM(scales, filter_size)
        first = rng.integers(0, len(members), pairs)
        # Any of the others: an image is not paired with itself.
        second = (first + rng.integers(1, len(members), pairs)) % len(members)
        for start in range(0, pairs, _PAIRS_PER_CALL):
            part = slice(start, start + _PAIRS_PER_CALL)
            metric.update_state(images[members[first[part]]], images[members[second[part]]])
        means[str(label)] = float(metric.result())
    return {
        "ms_ssim": float(np.mean(list(means.values()))),
        "class_ms_ssim": means,
        "pairs_per_class": pairs,
        "scales": scales,
        "filter_size": filter_size,
    }
