"""Auxiliary losses: what is added to an adversarial loss to say more about the images wanted."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
