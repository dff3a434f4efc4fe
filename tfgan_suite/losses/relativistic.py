"""Relativistic losses: D judges how much more real a real image is than a generated one.

Jolicoeur-Martineau 2018, "The relativistic discriminator: a key element missing from standard
GAN" (arXiv:1807.00734). With f(y) one of

    logistic        softplus(-y) = -log sigmoid(y)
    hinge           max(0, 1 - y)
    least squares   (1 - y)^2

the six pairs are

    standard   L_D = mean f(D(x) - D(G(z)))            one x against one G(z)
    average    L_D = mean f(D(x) - mean D(G(z))) + mean f(mean D(x) - D(G(z)))

and L_G is L_D with real and generated images exchanged; every value is in [0, inf). The means run
over the whole batch, over all replicas. As in the paper, least squares has no half (TF-GAN's
`least_squares_*` have one); the author's code halves the sum of the two terms of every average
pair.
"""

import tensorflow as tf

from tfgan_suite.distribution import mean_over_replicas
from tfgan_suite.losses._reduction import (
    DEFAULT_REDUCTION,
    as_float32,
    check_same_shape,
    example_weights,
    weighted,
)
from tfgan_suite.losses.adversarial import WeightedLoss
from tfgan_suite.registration import public, register

FORMS = {
    "logistic": lambda y: tf.nn.softplus(-y),
    "hinge": lambda y: tf.nn.relu(1.0 - y),
    "least_squares": lambda y: tf.math.squared_difference(1.0, y),
}


@public
def relativistic_discriminator_loss(
    discriminator_real_outputs,
    discriminator_gen_outputs,
    form="logistic",
    average=True,
    real_weights=1.0,
    generated_weights=1.0,
    reduction=DEFAULT_REDUCTION,
):
    """Relativistic loss of D; the formulas are at the head of the module `relativistic`.

    By default TF-GAN's function of this name, the relativistic average GAN in logistic form, whose
    own version takes no weights.

    Args:
        discriminator_real_outputs: logits of real images, any rank.
        discriminator_gen_outputs: logits of generated images, of the same shape.
        form: `"logistic"`, `"hinge"` or `"least_squares"`.
        average: compare with the mean of the other kind; False compares row by row.
        real_weights: weights of the real images, in the outer mean alone: the mean that they are
            compared with is that of all images.
        generated_weights: weights of the generated images. A row-by-row comparison has the product
            of the two weights.
        reduction: TF-GAN's name of a reduction.

    Returns:
        The loss; a scalar, or with `"none"` a tensor of the shape of the logits.

    Raises:
        ValueError: if the shapes differ, the weights do not fit, or the form is unknown.
    """
    if form not in FORMS:
        raise ValueError(f"`form` must be one of {tuple(FORMS)}. Received: form={form!r}")
    real, fake = as_float32(
        tf.convert_to_tensor(d) for d in (discriminator_real_outputs, discriminator_gen_outputs)
    )
    check_same_shape(real, fake, ("discriminator_real_outputs", "discriminator_gen_outputs"))
    f = FORMS[form]
    if not average:
        weights = example_weights(real_weights, real, "real_weights") * example_weights(
            generated_weights, fake, "generated_weights"
        )
        return weighted(f(real - fake), weights, reduction)
    mean_real, mean_fake = (mean_over_replicas(tf.reduce_mean(d)) for d in (real, fake))
    return weighted(f(real - mean_fake), real_weights, reduction, "real_weights") + weighted(
        f(mean_real - fake), generated_weights, reduction, "generated_weights"
    )


@public
def relativistic_generator_loss(
    discriminator_real_outputs,
    discriminator_gen_outputs,
    *,
    real_weights=1.0,
    generated_weights=1.0,
    **options,
):
    """Relativistic loss of G: that of D with real and generated images exchanged.

    See `relativistic_discriminator_loss`, also for the options `form`, `average` and `reduction`.
    """
    return relativistic_discriminator_loss(
        discriminator_gen_outputs,
        discriminator_real_outputs,
        real_weights=generated_weights,
        generated_weights=real_weights,
        **options,
    )


class _Relativistic(WeightedLoss):
    """The part common to the six pairs; a subclass states its form and what it compares with."""

    generator_needs_real = True
    discriminator_function = staticmethod(relativistic_discriminator_loss)
    form = None
    average = None

    @property
    def has_means_over_batch(self):
        return self.average

    def generator_loss(self, real_logits, fake_logits, *, real_weights=1.0, generated_weights=1.0):
        return self.discriminator_loss(
            fake_logits, real_logits, real_weights=generated_weights, generated_weights=real_weights
        )

    def discriminator_options(self):
        return {"form": self.form, "average": self.average}


@register
class RelativisticStandardLogistic(_Relativistic):
    """Relativistic standard GAN, RSGAN (arXiv:1807.00734, section 4.1).

        L_D = mean softplus(D(G(z)) - D(x)),  L_G = mean softplus(D(x) - D(G(z)))

    Both in [0, inf).
    """

    form, average = "logistic", False


@register
class RelativisticStandardHinge(_Relativistic):
    """Row-by-row relativistic hinge loss (arXiv:1807.00734, section 4.2).

        L_D = mean max(0, 1 - D(x) + D(G(z))),  L_G = mean max(0, 1 + D(x) - D(G(z)))

    Both in [0, inf).
    """

    form, average = "hinge", False


@register
class RelativisticStandardLeastSquares(_Relativistic):
    """Row-by-row relativistic least squares (arXiv:1807.00734, section 4.2).

        L_D = mean (D(x) - D(G(z)) - 1)^2,  L_G = mean (D(G(z)) - D(x) - 1)^2

    Both in [0, inf).
    """

    form, average = "least_squares", False


@register
class RelativisticAverageLogistic(_Relativistic):
    """Relativistic average GAN, RaSGAN (arXiv:1807.00734, section 4.3): TF-GAN's relativistic pair.

        L_D = mean softplus(mean D(G(z)) - D(x)) + mean softplus(D(G(z)) - mean D(x))
        L_G = mean softplus(mean D(x) - D(G(z))) + mean softplus(D(x) - mean D(G(z)))

    Both in [0, inf).
    """

    form, average = "logistic", True


@register
class RelativisticAverageHinge(_Relativistic):
    """RaHingeGAN (arXiv:1807.00734, appendix).

        L_D = mean max(0, 1 - D(x) + mean D(G(z))) + mean max(0, 1 + D(G(z)) - mean D(x))
        L_G = mean max(0, 1 - D(G(z)) + mean D(x)) + mean max(0, 1 + D(x) - mean D(G(z)))

    Both in [0, inf).
    """

    form, average = "hinge", True


@register
class RelativisticAverageLeastSquares(_Relativistic):
    """RaLSGAN (arXiv:1807.00734, appendix).

        L_D = mean (D(x) - mean D(G(z)) - 1)^2 + mean (D(G(z)) - mean D(x) + 1)^2
        L_G = mean (D(G(z)) - mean D(x) - 1)^2 + mean (D(x) - mean D(G(z)) + 1)^2

    Both in [0, inf).
    """

    form, average = "least_squares", True
