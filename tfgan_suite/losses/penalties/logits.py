"""Penalties on the discriminator's outputs themselves."""

import tensorflow as tf

from tfgan_suite.losses.penalties._arguments import check_at_least
from tfgan_suite.losses.penalties.base import Penalty
from tfgan_suite.registration import register


@register
class Drift(Penalty):
    """Keeps a critic's outputs near 0 (Karras et al. 2017, arXiv:1710.10196, appendix A.1).

        penalty = mean D(x)^2     in [0, inf)

    A Wasserstein loss does not change if a constant is added to D; this fixes the constant.

    Args:
        weight: epsilon_drift of the paper.
        interval: see `Penalty`.
    """

    def __init__(self, weight=0.001, interval=1):
        super().__init__(weight, interval)

    def value(self, discriminator, real, fake, seed):
        return tf.reduce_mean(tf.square(discriminator(real)))


@register
class LeCam(Penalty):
    """Regularization for little data (Tseng et al. 2021, "Regularizing Generative Adversarial
    Networks under Limited Data", arXiv:2104.03310, equation 4).

        penalty = mean (D(x) - a_F)^2 + mean (D(G(z)) - a_R)^2     in [0, inf)

    a_R and a_F are exponential moving averages of D on real and on generated images, and are saved
    with the trainer. The first update has no averages yet: its penalty is 0, and its means become
    the averages. Deviation: the averages move after the penalty was computed, in the authors' code
    before; so they are the same on all replicas.

    Args:
        weight: lambda of the paper; 0.3 in the authors' script for all of CIFAR-10.
        decay: of the moving averages, in [0, 1); 0.99 in the authors' code for StyleGAN2.
        rectified: as in the authors' code, which penalizes only D(x) above a_F and D(G(z)) below
            a_R: mean max(0, D(x) - a_F)^2 + mean max(0, a_R - D(G(z)))^2. It is steadier in early
            training, where D may yet prefer generated images. False is the paper's formula.
        interval: see `Penalty`. The averages see only the updates in which it is computed.

    Raises:
        ValueError: if `decay` is outside [0, 1), or as in `Penalty`.
    """

    has_memory = True

    def __init__(self, weight=0.3, decay=0.99, rectified=False, interval=1):
        super().__init__(weight, interval)
        self.decay = check_at_least(0.0, decay=decay)
        if self.decay >= 1.0:
            raise ValueError(f"`decay` must be in [0, 1). Received: decay={decay!r}")
        self.rectified = bool(rectified)

    def initial_memory(self, network):
        return {"real_average": 0.0, "fake_average": 0.0, "updates": 0.0}

    def value(self, discriminator, real, fake, seed):
        self.build(discriminator.network)
        real_logits, fake_logits = discriminator(real), discriminator(fake)
        a_real, a_fake, updates = (
            tf.cast(v.value, real_logits.dtype) for v in self.memory.variables
        )
        above, below = real_logits - a_fake, a_real - fake_logits
        if self.rectified:
            above, below = tf.nn.relu(above), tf.nn.relu(below)
        penalty = tf.reduce_mean(tf.square(above)) + tf.reduce_mean(tf.square(below))
        penalty = tf.where(updates > 0, penalty, tf.zeros_like(penalty))
        return penalty, [tf.reduce_mean(real_logits), tf.reduce_mean(fake_logits), tf.ones([])]

    def updated_memory(self, old, statistics):
        *averages, updates = old
        rate = tf.where(updates > 0, 1.0 - self.decay, 1.0)
        moved = [a + rate * (s - a) for a, s in zip(averages, statistics)]
        return [*moved, updates + 1.0]

    def get_config(self):
        return {**super().get_config(), "decay": self.decay, "rectified": self.rectified}
