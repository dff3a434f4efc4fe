"""Truncation: fewer kinds of examples, and better ones."""

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import non_negative
from tfgan_suite.registration import public


@public
def truncate(prior, latents, psi):
    """Latents drawn towards the middle of their prior.

    The noise of each row is scaled by psi, codes stay as they are: what exported models do with
    their input `truncation`. Fewer different examples come of it, and fewer bad ones; the trade of
    Brock et al. 2018 (arXiv:1809.11096), section 3.1, who draw anew what lies outside instead.

    Args:
        prior: of `tfgan_suite.latents`.
        latents: float array `[N, D]`.
        psi: number >= 0; 1 changes nothing, 0 gives one example.

    Returns:
        float32 array `[N, D]`.

    Raises:
        ValueError: if psi is negative or not finite.

    Example:
        >>> truncate(LatentPrior(2), [[1.0, -2.0]], 0.5).tolist()
        [[0.5, -1.0]]
    """
    latents = tf.constant(latents, tf.float32)
    psis = tf.fill([latents.shape[0]], tf.constant(non_negative("truncation", psi), tf.float32))
    return np.asarray(prior.truncate(latents, psis))
