"""Trainers: `keras.Model` subclasses whose `train_step` is the algorithm of a paper."""

from tfgan_suite.registration import collect
from tfgan_suite.trainers.base.averaging import HalfLife
from tfgan_suite.trainers.base.stages import Stage

__all__ = sorted([*collect(globals()), "HalfLife", "Stage"])
