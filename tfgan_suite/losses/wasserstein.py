"""The losses of critics: Wasserstein, and its hinge form."""

from tfgan_suite.losses._reduction import DEFAULT_REDUCTION
from tfgan_suite.losses.adversarial import WeightedLoss, check_finite
from tfgan_suite.losses.functions import (
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
    wasserstein_hinge_discriminator_loss,
    wasserstein_hinge_generator_loss,
)
from tfgan_suite.registration import register


@register
class Wasserstein(WeightedLoss):
    """The dual of the Wasserstein-1 distance (Arjovsky et al. 2017, arXiv:1701.07875, equation 2).

        L_D = mean D(G(z)) - mean D(x)     in (-inf, inf)
        L_G = -mean D(G(z))                in (-inf, inf)

    -L_D estimates the distance (up to a factor) if the critic is kept Lipschitz: by clipping its
    weights (`WassersteinGAN`) or by a penalty (`GradientPenalty`).

    Args:
        reduction: see `WeightedLoss`.

    Raises:
        ValueError: if `reduction` is unknown.
    """

    discriminator_function = staticmethod(wasserstein_discriminator_loss)
    generator_function = staticmethod(wasserstein_generator_loss)


@register
class Hinge(WeightedLoss):
    """The hinge loss of SNGAN (Miyato et al. 2018, arXiv:1802.05957, equations 16 and 17).

        L_D = mean max(0, m_r - D(x)) + mean max(0, m_g + D(G(z)))     in [0, inf)
        L_G = -mean D(G(z))                                            in (-inf, inf)

    The paper has m_r = m_g = 1, and Lim and Ye 2017 (arXiv:1705.02894) the same loss. The
    generator's loss is Wasserstein's, in TF-GAN too.

    Args:
        real_hinge: margin m_r of real images.
        generated_hinge: margin m_g of generated images.
        reduction: see `WeightedLoss`.

    Raises:
        ValueError: if a margin is not finite or `reduction` is unknown.
    """

    discriminator_function = staticmethod(wasserstein_hinge_discriminator_loss)
    generator_function = staticmethod(wasserstein_hinge_generator_loss)

    def __init__(self, real_hinge=1.0, generated_hinge=1.0, reduction=DEFAULT_REDUCTION):
        super().__init__(reduction)
        self.real_hinge, self.generated_hinge = check_finite(
            real_hinge=real_hinge, generated_hinge=generated_hinge
        )

    def discriminator_options(self):
        return {"real_hinge": self.real_hinge, "generated_hinge": self.generated_hinge}

    def get_config(self):
        return {**self.discriminator_options(), **super().get_config()}
