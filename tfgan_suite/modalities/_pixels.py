"""What images and videos share: pixels of some channels, in [-1, 1]."""

import numpy as np

from tfgan_suite import drawing
from tfgan_suite.fields import SignedField
from tfgan_suite.modalities.modality import Modality


class Pixels(SignedField, Modality):
    """Examples whose last axis is the channels of pixels in [-1, 1]."""

    comes_in_unit_range = True

    @property
    def _advice(self):
        return f" in [-1, 1]; scale integer {self.noun} with `{self.noun} / 127.5 - 1`"

    @property
    def has_alpha(self):
        """Whether the last channel says how opaque the others are."""
        return self.channels in (2, 4)

    def encode(self, raw):
        """uint8 pixels in 0..255 as floats in [-1, 1]; floats stay as they are."""
        raw = np.asarray(raw)
        return raw.astype(np.float32) / 127.5 - 1.0 if raw.dtype == np.uint8 else raw

    def decode(self, examples):
        """uint8 pixels in 0..255, rounded; what lies outside is clipped."""
        return drawing.to_uint8(examples)
