"""The Wasserstein GAN, with weight clipping or with a gradient penalty."""

import keras
import tensorflow as tf

from tfgan_suite.distribution import assign_all
from tfgan_suite.registration import register
from tfgan_suite.trainers.gan import GAN


@register
class WassersteinGAN(GAN):
    """Wasserstein GAN, in both forms.

    Weight clipping: Arjovsky et al. 2017 (arXiv:1701.07875), algorithm 1. All weights of the critic
    are clipped to [-c, c] after each of its updates. `compile()` has the paper's defaults: RMSprop
    with learning rate 5e-5 for both players.

    Gradient penalty: Gulrajani et al. 2017 (arXiv:1704.00028), algorithm 1. With
    `compile(penalties=[losses.GradientPenalty(10.0)])` nothing is clipped and the default is the
    paper's Adam with learning rate 1e-4 and betas 0 and 0.9. The critic should have no BatchNorm.

    The logs have `wasserstein`, the critic's estimate of the distance: mean D(x) - mean D(G(z)).

    Args:
        generator: see `GAN`.
        discriminator: the critic; see `GAN`. No sigmoid at its end.
        latent_dim: see `GAN`.
        discriminator_steps: updates of the critic for each of the generator (n_critic).
        weight_clip: c > 0; None for no clipping; `"auto"` for the paper's 0.01, or none if a
            penalty that `bounds_slope`, as `GradientPenalty` does, is compiled.
        **kwargs: see `GAN`.

    Raises:
        ValueError: as `GAN`, or if `weight_clip` is not positive.
    """

    default_loss = "wasserstein"
    logit_metrics = (*GAN.logit_metrics, "wasserstein")

    def __init__(
        self,
        generator,
        discriminator,
        latent_dim,
        *,
        discriminator_steps=5,
        weight_clip="auto",
        **kwargs,
    ):
        super().__init__(
            generator, discriminator, latent_dim, discriminator_steps=discriminator_steps, **kwargs
        )
        is_number = isinstance(weight_clip, (int, float)) and not isinstance(weight_clip, bool)
        if weight_clip not in ("auto", None) and not (is_number and weight_clip > 0):
            raise ValueError(
                "`weight_clip` must be a positive number, None or 'auto'. "
                f"Received: weight_clip={weight_clip!r}"
            )
        self.weight_clip = weight_clip

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, y in step.minibatches:                   # for t = 0, ..., n_critic do
            g_z, tape = self.generate(step, x, y)       #   x ~ P_r,  z ~ p(z)
            self.update_discriminator(step, x, g_z, y)  #   w <- w + grad_w [f_w(x) - f_w(g(z))]
            #                                           #   w <- clip(w, -c, c)
        if not self.shared_latents:
            g_z, tape = self.generate(step, x, y)       # z ~ p(z)
        self.update_generator(step, x, g_z, y, tape)    # theta <- theta + grad_theta f_w(g(z))
        return step.end()

    @property
    def clip_value(self):
        """The c in force once compiled, or None."""
        if self.weight_clip == "auto":
            penalties = self.players["discriminator"].penalties_on(self.discriminator)
            return None if any(penalty.bounds_slope for penalty in penalties) else 0.01
        return self.weight_clip

    def constrain_discriminator(self):
        c = self.clip_value
        if c is not None:
            weights = self.discriminator.trainable_variables
            assign_all(weights, [tf.clip_by_value(w.value, -c, c) for w in weights])

    def describe_logits(self, real_logits, fake_logits):
        """Mean outputs of the critic on real and generated images, and their difference."""
        logs = super().describe_logits(real_logits, fake_logits)
        return {**logs, "wasserstein": logs["real_logits"] - logs["fake_logits"]}

    def default_optimizers(self):
        """RMSprop (Arjovsky et al.) with clipping, Adam (Gulrajani et al.) with the penalty."""
        if self.clip_value is None:
            return tuple(keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9) for _ in range(2))
        return tuple(keras.optimizers.RMSprop(5e-5) for _ in range(2))

    def get_config(self):
        return {**super().get_config(), "weight_clip": self.weight_clip}
