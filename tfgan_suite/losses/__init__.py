"""Adversarial losses and penalties: see `adversarial`, `penalties` and `lookup`."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
