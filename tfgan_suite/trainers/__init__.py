"""Trainers: `keras.Model` subclasses whose `train_step` is the algorithm of a paper."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
