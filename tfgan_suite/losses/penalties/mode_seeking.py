"""The mode seeking loss as a penalty of the generator."""

import tensorflow as tf

from tfgan_suite.losses.auxiliary.diversity import mode_seeking_loss
from tfgan_suite.losses.penalties._arguments import check_at_least
from tfgan_suite.losses.penalties.base import GeneratorPenalty
from tfgan_suite.registration import register


@register
class ModeSeeking(GeneratorPenalty):
    """Pushes images of different latents apart (Mao et al. 2019, arXiv:1903.05628).

        penalty = mean 1 / (d_I(G(z_1), G(z_2)) / d_z(z_1, z_2) + epsilon)     in [0, 1 / epsilon]

    Rows of the minibatch are compared in pairs, the first with the second, the third with the
    fourth: z_2 is the z_1 of the other, with the condition of this one. (A last row without another
    is compared with the first.) So replicas whose shares are even compare what one device would.
    See `mode_seeking_loss`.

    Args:
        weight: lambda_ms of the paper.
        epsilon: keeps the penalty finite where G ignores z, at least 1e-12.
        interval: see `Penalty`.

    Raises:
        ValueError: if a number is out of its range, or the minibatch has one row.
    """

    def __init__(self, weight=1.0, epsilon=1e-5, interval=1):
        super().__init__(weight, interval)
        self.epsilon = check_at_least(1e-12, epsilon=epsilon)

    def value(self, generator, latents, seed):
        if latents.shape[0] == 1:
            raise ValueError(
                "ModeSeeking compares rows of a minibatch, so it needs at least two. "
                f"Received: latents.shape={tuple(latents.shape)}"
            )
        rows = latents.shape[0] or tf.shape(latents)[0]
        partners = tf.bitwise.bitwise_xor(tf.range(rows), 1)
        others = tf.gather(latents, tf.where(partners < rows, partners, 0))
        return mode_seeking_loss(
            generator(latents), generator(others), latents, others, epsilon=self.epsilon
        )

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
