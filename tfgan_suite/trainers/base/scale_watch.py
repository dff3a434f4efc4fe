"""A watch for pictures in [0, 1] where networks take and make them in [-1, 1]."""

import math
import warnings

from tfgan_suite.fields import ENOUGH_PICTURES, unit_scale


class ScaleWatch:
    """Warns once of pictures none of which has a value below 0.

    A generator that ends in tanh would learn the upper half of its range, and what it makes would
    be drawn and judged as washed out.

    Args:
        what: what the pictures are, the beginning of a message.
    """

    def __init__(self, what):
        self.what, self.warned = what, False
        self.begin()

    def begin(self):
        """What is seen from now on are other data."""
        self.count, self.low, self.high = 0, math.inf, -math.inf

    def see(self, count, low, high, enough=ENOUGH_PICTURES):
        """Takes note of some pictures.

        Args:
            count: number of them.
            low, high: the least and the largest of their values.
            enough: number of pictures on which something can be said.
        """
        self.count += count
        self.low, self.high = min(self.low, low), max(self.high, high)
        found = unit_scale(self.what, self.low, self.high)
        if found and self.count >= enough and not self.warned:
            self.warned = True
            warnings.warn(f"{found} in the {self.count} that were looked at")
