"""GAN layers, one public class per file."""

from tfgan_suite.registration import collect

__all__ = collect(globals())
