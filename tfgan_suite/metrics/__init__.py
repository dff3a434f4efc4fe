"""Judges of generated samples: classifiers, coverage scores and evaluators."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
