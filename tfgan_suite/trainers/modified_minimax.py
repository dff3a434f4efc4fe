"""The non-saturating game of Goodfellow et al. 2014."""

from tfgan_suite.registration import register
from tfgan_suite.trainers.base.logit_statistics import OF_A_CLASSIFIER
from tfgan_suite.trainers.gan import GAN


@register
class ModifiedMinimaxGAN(GAN):
    """Algorithm 1 of Goodfellow et al. 2014 (arXiv:1406.2661) with the generator of section 3.

    D plays as in `MinimaxGAN`. G, instead of descending log(1 - D(G(z))), ascends log D(G(z)): the
    same fixed point, and strong gradients where D rejects the generated images. This is the game of
    DCGAN (Radford et al. 2015, arXiv:1511.06434) and of most of the literature since.

    Deviation: the default loss smooths D's label for real images, as TF-GAN does; pass
    `compile(loss=losses.ModifiedMinimax(label_smoothing=0.0))` for the paper's. Default optimizers
    are those of DCGAN.

    Takes the arguments of `GAN`.
    """

    default_loss = "modified_minimax"
    logit_metrics = OF_A_CLASSIFIER

    def train_step(self, data):
        if self.simultaneous:
            return self.simultaneous_step(data)
        step = self.begin(data)
        for x, y in step.minibatches:                     # for k steps do
            fakes, tape = self.generate(step, x, y)       #   G(z) for m latents z ~ p_g(z)
            self.update_discriminator(step, x, fakes, y)  #   ascend log D(x) + log(1 - D(G(z)))
        if not self.shared_latents:
            fakes, tape = self.generate(step, x, y)
        self.update_generator(step, x, fakes, y, tape)    # ascend log D(G(z))
        return step.end()
