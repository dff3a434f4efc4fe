"""Calling a generator, whatever it takes and makes, and pictures of what it makes."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
