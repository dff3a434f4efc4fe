"""Adversarial losses, auxiliary losses and penalties, each under its own name.

`adversarial`, `wasserstein`, `least_squares` and `relativistic` hold the pairs for
`compile(loss=...)`, `functions` the same under TF-GAN's names, `lookup` what finds them by name;
`penalties` what `compile(penalties=..., generator_penalties=...)` adds to either player's loss;
`auxiliary` what trainers and users add by themselves.
"""

from tfgan_suite.losses import auxiliary, penalties
from tfgan_suite.losses.auxiliary import *  # noqa: F403 - one face for all losses
from tfgan_suite.losses.penalties import *  # noqa: F403
from tfgan_suite.registration import collect

__all__ = sorted([*collect(globals()), *auxiliary.__all__, *penalties.__all__])
