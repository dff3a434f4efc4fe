"""Adversarial losses: what generator and discriminator play for, as serializable pairs.

The numbers come from TF-GAN's functions (`tfgan.losses.wargs`); the classes add what Keras needs:
a name, a config, and float32 logits (some of TF-GAN's losses keep the low-precision dtype of
mixed-precision logits in their result).
"""

from tfgan_suite.losses.functions import (
    minimax_discriminator_loss,
    minimax_generator_loss,
    modified_discriminator_loss,
    modified_generator_loss,
    wasserstein_discriminator_loss,
    wasserstein_generator_loss,
)
from tfgan_suite.registration import public, register


@public
class AdversarialLoss:
    """A pair of losses, one for each player, both to be minimized.

    It is not a `keras.losses.Loss`: a relativistic loss needs the logits of real and generated
    images for both players. A subclass implements the two methods and `get_config`, and is
    decorated with `registration.register`.
    """

    # Whether `generator_loss` looks at `real_logits`. Trainers pass None when it does not, which
    # saves a pass of the discriminator.
    generator_needs_real = False

    def discriminator_loss(self, real_logits, fake_logits):
        """Scalar float32 loss of D, from its logits (any rank) on real and generated images."""
        raise NotImplementedError(f"{type(self).__name__} must implement `discriminator_loss`.")

    def generator_loss(self, real_logits, fake_logits):
        """Scalar float32 loss of G; `real_logits` may be None unless `generator_needs_real`."""
        raise NotImplementedError(f"{type(self).__name__} must implement `generator_loss`.")

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        options = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({options})"


def check_label_smoothing(label_smoothing):
    """Returns `label_smoothing` if it lies in [0, 1); raises ValueError otherwise."""
    if not 0.0 <= label_smoothing < 1.0:
        raise ValueError(
            f"`label_smoothing` must be in [0, 1). Received: label_smoothing={label_smoothing!r}"
        )
    return float(label_smoothing)


class _SmoothedLoss(AdversarialLoss):
    """What the two cross-entropy pairs share: smoothing of D's label for real images."""

    def __init__(self, label_smoothing=0.25):
        self.label_smoothing = check_label_smoothing(label_smoothing)

    def get_config(self):
        return {"label_smoothing": self.label_smoothing}


@register
class Minimax(_SmoothedLoss):
    """The zero-sum game of Goodfellow et al. 2014 (arXiv:1406.2661, equation 1).

    With D the sigmoid of the logits:

        L_D = -mean log D(x) - mean log(1 - D(G(z)))
        L_G = -L_D

    Args:
        label_smoothing: in [0, 1). As in TF-GAN, 0.25 moves D's target for *real* images from 1 to
            1 - 0.25 / 2 = 0.875 and leaves the target of generated ones at 0. The paper has 0. The
            generator's loss is not smoothed; its real part is the constant that TF-GAN uses, so
            `real_logits` never matter to it.

    Raises:
        ValueError: if `label_smoothing` is outside [0, 1).
    """

    def discriminator_loss(self, real_logits, fake_logits):
        return minimax_discriminator_loss(real_logits, fake_logits, self.label_smoothing)

    def generator_loss(self, real_logits, fake_logits):
        # TF-GAN: minus the unsmoothed discriminator loss with all-one logits for real images.
        return minimax_generator_loss(fake_logits)


@register
class ModifiedMinimax(_SmoothedLoss):
    """The non-saturating game of Goodfellow et al. 2014 (arXiv:1406.2661, section 3).

    With D the sigmoid of the logits:

        L_D = -mean log D(x) - mean log(1 - D(G(z)))
        L_G = -mean log D(G(z))

    Args:
        label_smoothing: in [0, 1), see `Minimax`.

    Raises:
        ValueError: if `label_smoothing` is outside [0, 1).
    """

    def discriminator_loss(self, real_logits, fake_logits):
        return modified_discriminator_loss(real_logits, fake_logits, self.label_smoothing)

    def generator_loss(self, real_logits, fake_logits):
        return modified_generator_loss(fake_logits)


@register
class Wasserstein(AdversarialLoss):
    """The dual of the Wasserstein-1 distance (Arjovsky et al. 2017, arXiv:1701.07875, equation 2).

        L_D = mean D(G(z)) - mean D(x)
        L_G = -mean D(G(z))

    -L_D estimates the distance (up to a factor) if the critic is kept Lipschitz: by clipping its
    weights (`WassersteinGAN`) or by a penalty (`GradientPenalty`).
    """

    def discriminator_loss(self, real_logits, fake_logits):
        return wasserstein_discriminator_loss(real_logits, fake_logits)

    def generator_loss(self, real_logits, fake_logits):
        return wasserstein_generator_loss(fake_logits)
