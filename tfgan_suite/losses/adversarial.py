"""Adversarial losses: what generator and discriminator play for, as serializable pairs.

The numbers come from TF-GAN's functions (`tfgan.losses.wargs`); the classes add what Keras needs:
a name, a config, and float32 logits (some of TF-GAN's losses keep the low-precision dtype of
mixed-precision logits in their result).
"""

import math

from tfgan_suite.configured import Configured
from tfgan_suite.losses._reduction import DEFAULT_REDUCTION, MEANS, check_reduction
from tfgan_suite.losses.functions import (
    minimax_discriminator_loss,
    minimax_generator_loss,
    modified_discriminator_loss,
    modified_generator_loss,
)
from tfgan_suite.registration import public, register


@public
class AdversarialLoss(Configured):
    """A pair of losses, one for each player, both to be minimized.

    It is not a `keras.losses.Loss`: a relativistic loss needs the logits of real and generated
    images for both players. A subclass implements the two methods and `get_config`, and is
    decorated with `registration.register`.
    """

    # Whether `generator_loss` looks at `real_logits`. Trainers pass None when it does not, which
    # saves a pass of the discriminator.
    generator_needs_real = False
    # Whether a row's loss depends on means over the whole batch, over all replicas. Replicas meet
    # for them, which they cannot inside the loop over micro-batches.
    has_means_over_batch = False

    def discriminator_loss(self, real_logits, fake_logits):
        """Scalar float32 loss of D, from its logits (any rank) on real and generated images."""
        raise NotImplementedError(f"{type(self).__name__} must implement `discriminator_loss`.")

    def generator_loss(self, real_logits, fake_logits):
        """Scalar float32 loss of G; `real_logits` may be None unless `generator_needs_real`."""
        raise NotImplementedError(f"{type(self).__name__} must implement `generator_loss`.")


class WeightedLoss(AdversarialLoss):
    """A pair whose examples can be weighted: both methods take two keywords more.

        discriminator_loss(real_logits, fake_logits, *, real_weights=1.0, generated_weights=1.0)
        generator_loss(real_logits, fake_logits, *, real_weights=1.0, generated_weights=1.0)

    A weight is a number, or one number for each example (`[N]`), or a tensor that broadcasts to the
    logits and has their rank. A generator's loss that does not see the real logits does not see
    their weights either.

    A subclass names its two functions, as they are in TF-GAN, and their options.

    Args:
        reduction: what the weighted sum is divided by: `"weighted_sum_by_nonzero_weights"` (the
            number of weights that are not zero; TF-GAN's default), `"weighted_mean"` (the sum of
            the weights) or `"weighted_sum_over_batch_size"` (the number of logits). Without weights
            they are the same. The functions of this package have `"weighted_sum"` and `"none"` too.

    Raises:
        ValueError: if `reduction` is none of these.
    """

    # Functions of both logits, and of the logits of generated images.
    discriminator_function = None
    generator_function = None

    def __init__(self, reduction=DEFAULT_REDUCTION):
        self.reduction = check_reduction(reduction, MEANS)

    def discriminator_loss(
        self, real_logits, fake_logits, *, real_weights=1.0, generated_weights=1.0
    ):
        return self.discriminator_function(
            real_logits,
            fake_logits,
            real_weights=real_weights,
            generated_weights=generated_weights,
            reduction=self.reduction,
            **self.discriminator_options(),
        )

    def generator_loss(self, real_logits, fake_logits, *, real_weights=1.0, generated_weights=1.0):
        return self.generator_function(
            fake_logits,
            weights=generated_weights,
            reduction=self.reduction,
            **self.generator_options(),
        )

    def discriminator_options(self):
        """Further keywords of `discriminator_function`."""
        return {}

    def generator_options(self):
        """Further keywords of `generator_function`."""
        return {}

    def get_config(self):
        return {"reduction": self.reduction}


def check_label_smoothing(label_smoothing):
    """Returns `label_smoothing` if it lies in [0, 1); raises ValueError otherwise."""
    if not 0.0 <= label_smoothing < 1.0:
        raise ValueError(
            f"`label_smoothing` must be in [0, 1). Received: label_smoothing={label_smoothing!r}"
        )
    return float(label_smoothing)


def check_finite(**numbers):
    """Raises ValueError for a number that is infinite or NaN; returns the numbers as floats."""
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise ValueError(f"`{name}` must be finite. Received: {name}={number!r}")
    return [float(number) for number in numbers.values()]


class _SmoothedLoss(WeightedLoss):
    """What the two cross-entropy pairs share: smoothing of D's label for real images."""

    def __init__(self, label_smoothing=0.25, reduction=DEFAULT_REDUCTION):
        super().__init__(reduction)
        self.label_smoothing = check_label_smoothing(label_smoothing)

    def discriminator_options(self):
        return {"label_smoothing": self.label_smoothing}

    def get_config(self):
        return {"label_smoothing": self.label_smoothing, **super().get_config()}


@register
class Minimax(_SmoothedLoss):
    """The zero-sum game of Goodfellow et al. 2014 (arXiv:1406.2661, equation 1).

    With D the sigmoid of the logits:

        L_D = -mean log D(x) - mean log(1 - D(G(z)))     in [0, inf)
        L_G = -L_D                                       in (-inf, 0]

    Args:
        label_smoothing: in [0, 1). As in TF-GAN, 0.25 moves D's target for *real* images from 1 to
            1 - 0.25 / 2 = 0.875 and leaves the target of generated ones at 0. The paper has 0. The
            generator's loss is not smoothed; its real part is the constant that TF-GAN uses, so
            `real_logits` never matter to it.
        reduction: see `WeightedLoss`.

    Raises:
        ValueError: if `label_smoothing` is outside [0, 1) or `reduction` is unknown.
    """

    discriminator_function = staticmethod(minimax_discriminator_loss)
    # TF-GAN: minus the unsmoothed discriminator loss with all-one logits for real images.
    generator_function = staticmethod(minimax_generator_loss)


@register
class ModifiedMinimax(_SmoothedLoss):
    """The non-saturating game of Goodfellow et al. 2014 (arXiv:1406.2661, section 3).

    With D the sigmoid of the logits:

        L_D = -mean log D(x) - mean log(1 - D(G(z)))     in [0, inf)
        L_G = -mean log D(G(z))                          in [0, inf)

    Args:
        label_smoothing: in [0, 1), see `Minimax`.
        reduction: see `WeightedLoss`.

    Raises:
        ValueError: if `label_smoothing` is outside [0, 1) or `reduction` is unknown.
    """

    discriminator_function = staticmethod(modified_discriminator_loss)
    generator_function = staticmethod(modified_generator_loss)


@register
class Logistic(WeightedLoss):
    """The non-saturating game as StyleGAN writes it (Karras et al. 2018, arXiv:1812.04948).

        L_D = mean softplus(-D(x)) + mean softplus(D(G(z)))     in [0, inf)
        L_G = mean softplus(-D(G(z)))                           in [0, inf)

    With D the logits. It is `ModifiedMinimax` without label smoothing, the loss of section 3 of
    Goodfellow et al. 2014; StyleGAN adds `R1` to it.

    Args:
        reduction: see `WeightedLoss`.

    Raises:
        ValueError: if `reduction` is unknown.
    """

    discriminator_function = staticmethod(modified_discriminator_loss)
    generator_function = staticmethod(modified_generator_loss)

    def discriminator_options(self):
        return {"label_smoothing": 0.0}
