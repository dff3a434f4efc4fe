"""Callbacks for `fit`."""

from tfgan_suite.learning_rates import OnPlayers
from tfgan_suite.registration import collect

__all__ = sorted([*collect(globals()), "OnPlayers"])
