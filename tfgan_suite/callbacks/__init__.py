"""Callbacks for `fit`."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
