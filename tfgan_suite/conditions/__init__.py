"""Conditions: what generation can depend on, one file for each kind."""

from tfgan_suite.conditions.labels import balanced_labels, check_labels
from tfgan_suite.registration import collect

__all__ = collect(globals())
