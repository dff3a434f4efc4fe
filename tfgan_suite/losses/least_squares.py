"""The least-squares loss of LSGAN."""

from tfgan_suite.losses._reduction import DEFAULT_REDUCTION
from tfgan_suite.losses.adversarial import WeightedLoss, check_finite
from tfgan_suite.losses.functions import (
    least_squares_discriminator_loss,
    least_squares_generator_loss,
)
from tfgan_suite.registration import register


@register
class LeastSquares(WeightedLoss):
    """Least squares GAN (Mao et al. 2016, arXiv:1611.04076, equation 2).

        L_D = 1/2 mean (D(x) - b)^2 + 1/2 mean (D(G(z)) - a)^2     in [0, inf)
        L_G = 1/2 mean (D(G(z)) - c)^2                             in [0, inf)

    D is unbounded: no sigmoid. The paper and TF-GAN have the halves; the code of CycleGAN and
    pix2pixHD has none in L_G and one on each sum of L_D in some versions, so their weights of other
    losses mean twice as much here. TF-GAN's functions have one `real_label` for b and c.

    Args:
        real_label: b. Less than 1, for example 0.9, is one-sided label smoothing.
        fake_label: a.
        generator_label: c, what G wants D to say of its images. The paper's other choice, which
            minimizes a Pearson chi^2 divergence (equation 8), is a=-1, b=1, c=0.
        reduction: see `WeightedLoss`.

    Raises:
        ValueError: if a label is not finite or `reduction` is unknown.
    """

    discriminator_function = staticmethod(least_squares_discriminator_loss)
    generator_function = staticmethod(least_squares_generator_loss)

    def __init__(
        self, real_label=1.0, fake_label=0.0, generator_label=1.0, reduction=DEFAULT_REDUCTION
    ):
        super().__init__(reduction)
        self.real_label, self.fake_label, self.generator_label = check_finite(
            real_label=real_label, fake_label=fake_label, generator_label=generator_label
        )

    def discriminator_options(self):
        return {"real_label": self.real_label, "fake_label": self.fake_label}

    def generator_options(self):
        return {"real_label": self.generator_label}

    def get_config(self):
        return {
            **self.discriminator_options(),
            "generator_label": self.generator_label,
            **super().get_config(),
        }
