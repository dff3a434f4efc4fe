"""Low-pass filter of feature maps."""

import keras

from tfgan_suite.layers._checks import feature_maps
from tfgan_suite.layers._fir import check_filter, resample
from tfgan_suite.registration import register


@register
class Blur(keras.layers.Layer):
    """Filters each map by the same low-pass filter on both axes; zeros surround the image.

    As StyleGAN (Karras et al. 2018, arXiv:1812.04948, appendix C), after Zhang 2019
    (arXiv:1904.11486). With an even number of taps the result is half a pixel off.

    Input and output: `[N, H, W, C]`.

    Args:
        taps: of the filter; scaled to sum to 1.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `taps` is no filter or the input has not rank 4.
    """

    def __init__(self, taps=(1, 3, 3, 1), **kwargs):
        super().__init__(**kwargs)
        self.taps = check_filter(taps)

    def build(self, input_shape):
        feature_maps(self, input_shape)

    def call(self, x):
        extra = len(self.taps) - 1
        return resample(x, self.taps, padding=((extra + 1) // 2, extra // 2))

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "taps": self.taps}
