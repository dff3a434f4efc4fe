"""What the layers that change the size of feature maps share."""

import keras

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import feature_maps
from tfgan_suite.layers._fir import check_filter


class ResamplingLayer(keras.layers.Layer):
    """Base: a factor of both sizes and a filter.

    Args:
        factor: of both sizes.
        taps: of the filter, at least `factor`; None for none.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `factor` is not a positive integer, `taps` is no filter or too short, or the
            input has not rank 4.
    """

    # What a filter of less than `factor` taps would do.
    too_short = None

    def __init__(self, factor=2, taps=(1, 3, 3, 1), **kwargs):
        super().__init__(**kwargs)
        self.factor = positive_int("factor", factor)
        self.taps = None if taps is None else check_filter(taps)
        if taps is not None and len(taps) < factor:
            raise ValueError(
                f"The filter must have at least `factor` taps, or {self.too_short}. "
                f"Received: taps={taps!r}, factor={factor}"
            )

    def build(self, input_shape):
        feature_maps(self, input_shape)

    def resized(self, size):
        """What `size` pixels become."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        n, *sizes, channels = input_shape
        return (n, *(None if s is None else self.resized(s) for s in sizes), channels)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "taps": self.taps}
