"""Modalities: what examples are, one file for each kind of data."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
