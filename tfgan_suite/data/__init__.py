"""Data sources to `tf.data` pipelines of images in [-1, 1]."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
