"""Data sources to `tf.data` pipelines of images in [-1, 1]."""

from tfgan_suite.batches import Batches
from tfgan_suite.registration import collect

__all__ = sorted([*collect(globals()), Batches.__name__])
