"""PSNR and SSIM of pairs of images, for generators that have one right answer."""

import tensorflow as tf

from tfgan_suite.metrics._arrays import positive_integer
from tfgan_suite.metrics._image_pairs import MeanOfPairs, check_side
from tfgan_suite.registration import register


@register
class PSNR(MeanOfPairs):
    """Peak signal-to-noise ratio in decibels, the mean over pairs of images in [-1, 1].

    `10 log10(4 / MSE)` with the mean squared error over all pixels and channels of a pair.
    Infinite if any two images are equal: it says nothing there.

    Args:
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on shapes that differ; by `result` if there was no image, or
            a value was NaN, infinite or outside [-1, 1] by more than 1e-3.
    """

    def __init__(self, name="psnr"):
        super().__init__(name)

    def score(self, first, second):
        return tf.image.psnr(first, second, max_val=1.0)


@register
class SSIM(MeanOfPairs):
    """Structural similarity, at most 1, the mean over pairs of images in [-1, 1].

    `tf.image.ssim` of the images shifted to [0, 1], the mean over their channels.

    References:
        Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural
        Similarity", IEEE Transactions on Image Processing 13(4).

    Args:
        filter_size: side of the Gaussian window in pixels; 11 in the paper.
        name: name of the metric.

    Raises:
        ValueError: by `update_state` on shapes that differ or sides below `filter_size`; by
            `result` as `PSNR` does.
    """

    def __init__(self, filter_size=11, name="ssim"):
        super().__init__(name)
        self.filter_size = positive_integer(filter_size, "filter_size")

    def score(self, first, second):
        check_side(first, self.filter_size, "SSIM")
        return tf.image.ssim(first, second, max_val=1.0, filter_size=self.filter_size)

    def get_config(self):
        return {**super().get_config(), "filter_size": self.filter_size}
