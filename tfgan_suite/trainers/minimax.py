"""The zero-sum game of Goodfellow et al. 2014."""

from tfgan_suite.registration import register
from tfgan_suite.trainers.base.logit_statistics import OF_A_CLASSIFIER
from tfgan_suite.trainers.gan import GAN


@register
class MinimaxGAN(GAN):
    """Generative Adversarial Nets, Goodfellow et al. 2014 (arXiv:1406.2661), algorithm 1.

        min_G max_D  V(D, G) = E log D(x) + E log(1 - D(G(z)))

    The generator's gradient vanishes where D wins; `ModifiedMinimaxGAN` is the remedy of the same
    paper. Deviation: the default loss smooths D's label for real images, as TF-GAN does; pass
    `compile(loss=losses.Minimax(label_smoothing=0.0))` for the paper's V. Default optimizers are
    those of DCGAN (the paper has gradient ascent with momentum).

    Takes the arguments of `GAN`.
    """

    default_loss = "minimax"
    logit_metrics = OF_A_CLASSIFIER

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, y in step.minibatches:                   # for k steps do
            g_z, tape = self.generate(step, x, y)       #   m latents z ~ p_g(z), m examples x
            self.update_discriminator(step, x, g_z, y)  #   ascend log D(x) + log(1 - D(G(z)))
        if not self.shared_latents:
            g_z, tape = self.generate(step, x, y)       # m latents z ~ p_g(z)
        self.update_generator(step, x, g_z, y, tape)    # descend log(1 - D(G(z)))
        return step.end()
