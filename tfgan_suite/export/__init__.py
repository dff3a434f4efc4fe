"""Generators as SavedModels for TensorFlow Serving: `export` writes one, `verify` checks one."""

from tfgan_suite.export.exporting import export
from tfgan_suite.export.verification import verify

__all__ = ["export", "verify"]
