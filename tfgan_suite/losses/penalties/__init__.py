"""Penalties: what `compile(penalties=..., generator_penalties=...)` adds to a player's loss."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
