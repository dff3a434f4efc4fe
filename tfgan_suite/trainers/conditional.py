"""The conditional game of Mirza & Osindero 2014."""

from tfgan_suite.interface import takes_condition
from tfgan_suite.registration import register
from tfgan_suite.trainers.gan import GAN


@register
class ConditionalGAN(GAN):
    """Conditional Generative Adversarial Nets, Mirza & Osindero 2014 (arXiv:1411.1784), eq. 2.

        min_G max_D  V(D, G) = E log D(x|y) + E log(1 - D(G(z|y)|y))

    Both players are told y, the condition of the real image; generated images are made for the same
    y and judged with it. With any loss, and whatever way y takes into the networks: concatenation,
    conditional batch normalization (G) or projection (D; Miyato & Koyama 2018, arXiv:1802.05637).
    Default is the generator's loss that does not saturate, that of `ModifiedMinimaxGAN`.

    y are class labels, which the networks look up or take as one-hot vectors, or any other
    `Condition`, such as attributes or vectors `[N, D]`. The data is `(images, y)`; labels in it are
    integers `[N]` or `[N, 1]`, or one-hot `[N, K]`, whatever the networks take.

    Args:
        generator: functional `keras.Model` of `[latents, y]`; see `GAN`.
        discriminator: functional `keras.Model` of `[images, y]`; see `GAN`.
        latent_dim: see `GAN`.
        num_classes: number of classes where the networks take one-hot labels, which then can be
            chosen by their number in pictures and in exported models; None for integer labels,
            whose number of classes the networks know, and for other vectors.
        **kwargs: see `GAN`.

    Raises:
        ValueError: as `GAN`, or if a network takes no condition, or `num_classes` is not that of
            the networks. `fit` and `evaluate` raise it for a label out of range.
    """

    default_loss = "modified_minimax"

    def __init__(self, generator, discriminator, latent_dim, *, num_classes=None, **kwargs):
        self.given_classes = num_classes
        super().__init__(generator, discriminator, latent_dim, **kwargs)
        for role, network in (("generator", generator), ("discriminator", discriminator)):
            if not takes_condition(network):
                raise ValueError(
                    "Both networks of a conditional GAN take the condition as a second input. "
                    f"Received: {role} {network.name!r} with one input"
                )

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, y in step.minibatches:                   # for k steps do
            g_z, tape = self.generate(step, x, y)       #   m pairs (x, y), m latents z ~ p(z)
            self.update_discriminator(step, x, g_z, y)  #   ascend log D(x|y) + log(1-D(G(z|y)|y))
        if not self.shared_latents:
            g_z, tape = self.generate(step, x, y)       # m latents z ~ p(z)
        self.update_generator(step, x, g_z, y, tape)    # descend -log D(G(z|y)|y)
        return step.end()

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
