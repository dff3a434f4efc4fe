"""Penalties on the norm of the discriminator's gradient with respect to its images."""

import tensorflow as tf

from tfgan_suite.losses._reduction import DEFAULT_REDUCTION, check_same_shape, weighted
from tfgan_suite.losses.penalties._arguments import as_images, check_at_least
from tfgan_suite.losses.penalties._draws import as_seed, rows_like
from tfgan_suite.losses.penalties._penalized_network import (
    PenalizedNetwork,
    input_gradients,
    squared_norms,
)
from tfgan_suite.losses.penalties.base import Penalty
from tfgan_suite.registration import public, register


def between(real, fake, seed, samples=1):
    """A point on the line between each pair of images, uniformly: `e * real + (1 - e) * fake`.

    With packs of several samples, on that between each pair of packs: e is the same in a pack.
    """
    firsts = real[::samples] if samples > 1 else real
    # Uniform on [-1, 1) from the shared source of rows, moved to [0, 1).
    e = 0.5 * (rows_like(firsts, [1] * (real.shape.rank - 1), seed, "uniform") + 1.0)
    if samples > 1:
        e = tf.repeat(e, samples, axis=0)
    return fake + e * (real - fake)


class _NormPenalty(Penalty):
    """mean (|grad D|_2 - target)^2 at points that a subclass chooses by `points`."""

    def __init__(self, weight=10.0, target=1.0, one_sided=False, epsilon=1e-10, interval=1):
        super().__init__(weight, interval)
        self.target = check_at_least(0.0, target=target)
        self.one_sided = bool(one_sided)
        self.epsilon = check_at_least(0.0, epsilon=epsilon)

    def points(self, real, fake, seed, samples):
        raise NotImplementedError

    def value(self, discriminator, real, fake, seed):
        gradients = input_gradients(
            discriminator, self.points(real, fake, seed, discriminator.rows_per_output)
        )
        excess = tf.sqrt(squared_norms(gradients) + self.epsilon) - self.target
        if self.one_sided:
            excess = tf.maximum(excess, 0.0)
        return tf.reduce_mean(tf.square(excess))

    def get_config(self):
        return {
            **super().get_config(),
            "target": self.target,
            "one_sided": self.one_sided,
            "epsilon": self.epsilon,
        }


@register
class GradientPenalty(_NormPenalty):
    """Keeps the critic's gradient norm near 1 (Gulrajani et al. 2017, arXiv:1704.00028, eq. 3).

        x_hat = e * x + (1 - e) * G(z),  e ~ U[0, 1] for each image
        penalty = mean (|grad D(x_hat)|_2 - target)^2     in [0, inf)

    TF-GAN's `wasserstein_gradient_penalty` refuses eager mode, so this one is ours. Like TF-GAN it
    has an epsilon inside the root: without it the gradient of the norm at zero would be NaN.
    TF-GAN's has (|grad D| / target - 1)^2, which differs by target^2; with several logits an image
    (PatchGAN) both take the gradient of their sum, while some code has a norm for each logit.

    Args:
        weight: lambda of the paper.
        target: the norm aimed at, >= 0.
        one_sided: penalize only norms above the target (section 4 of the paper, "two-sided
            penalty", discusses both; arXiv:1709.08894 argues for one side).
        epsilon: added to the squared norm, >= 0.
        interval: see `Penalty`.

    Raises:
        ValueError: if a number is out of its range.
    """

    bounds_slope = True

    def points(self, real, fake, seed, samples):
        return between(real, fake, seed, samples)


@register
class DRAGAN(_NormPenalty):
    """Keeps the gradient's norm near 1 around real images (Kodali et al. 2017, "On Convergence and
    Stability of GANs", arXiv:1705.07215, equation 1).

        penalty = mean (|grad D(x + d)|_2 - target)^2,  d ~ N(0, stddev^2 I)     in [0, inf)

    Deviation: the authors' code draws d uniformly from [0, 0.5 * the batch's standard deviation)
    and then a point on the line from x to x + d; this is the formula of the paper.

    Args:
        weight: lambda of the paper, 10 there.
        target: k of the paper, the norm aimed at, >= 0; 1 there.
        stddev: standard deviation of the noise in units of pixel values (images are in [-1, 1]),
            >= 0; the square root of the paper's c. Deviation: the paper suggests c = 10, which is
            no small neighbourhood of images in [-1, 1]; the authors ask to fit c to the range.
        one_sided: penalize only norms above the target.
        epsilon: added to the squared norm, >= 0.
        interval: see `Penalty`.

    Raises:
        ValueError: if a number is out of its range.
    """

    def __init__(
        self, weight=10.0, target=1.0, stddev=0.25, one_sided=False, epsilon=1e-10, interval=1
    ):
        super().__init__(weight, target, one_sided, epsilon, interval)
        self.stddev = check_at_least(0.0, stddev=stddev)

    def points(self, real, fake, seed, samples):
        return real + self.stddev * rows_like(real, real.shape[1:], seed, "normal")

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}


@register
class R1(Penalty):
    """Zero-centered penalty on real images (Mescheder et al. 2018, arXiv:1801.04406, equation 9).

        penalty = 1/2 mean |grad D(x)|_2^2     in [0, inf)

    The half is the paper's, so `weight` is its gamma: StyleGAN's `r1_gamma` is this weight, and
    the number of code without the half is twice as large here. The gradient is that of the logits,
    not of the sigmoid.

    Args:
        weight: gamma of the paper.
        interval: see `Penalty`; StyleGAN2 computes R1 in every 16th update.
    """

    def __init__(self, weight=10.0, interval=1):
        super().__init__(weight, interval)

    def value(self, discriminator, real, fake, seed):
        return 0.5 * tf.reduce_mean(squared_norms(input_gradients(discriminator, real)))


@register
class R2(Penalty):
    """Zero-centered gradient penalty on generated images (arXiv:1801.04406, equation 10).

        penalty = 1/2 mean |grad D(G(z))|_2^2     in [0, inf)

    Args:
        weight: gamma of the paper; see `R1` for the half.
        interval: see `Penalty`.
    """

    def __init__(self, weight=10.0, interval=1):
        super().__init__(weight, interval)

    def value(self, discriminator, real, fake, seed):
        return 0.5 * tf.reduce_mean(squared_norms(input_gradients(discriminator, fake)))


@public
def wasserstein_gradient_penalty(
    real_data,
    generated_data,
    generator_inputs,
    discriminator_fn,
    discriminator_scope=None,
    epsilon=1e-10,
    target=1.0,
    one_sided=False,
    weights=1.0,
    reduction=DEFAULT_REDUCTION,
    seed=None,
):
    """TF-GAN's gradient penalty, which works in eager mode too.

        mean (|grad D(x_hat)|_2 / target - 1)^2,  x_hat = x + e * (G(z) - x),  e ~ U[0, 1]

    See `GradientPenalty`, which trainers use and which is not divided by `target`.

    Args:
        real_data: real images `[N, ...]`.
        generated_data: generated images of the same shape.
        generator_inputs: the second argument of `discriminator_fn`.
        discriminator_fn: `f(images, generator_inputs)`, as in TF-GAN, to logits, or to a tuple
            whose first item they are.
        discriminator_scope: ignored: variables are not reused by scopes any more.
        epsilon: added to the squared norm.
        target: the norm aimed at, > 0.
        one_sided: penalize only norms above the target.
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.
        seed: int tensor of shape `[2]`; None draws one from TensorFlow's global seed.

    Returns:
        The penalty; a scalar, or `[N]` with the reduction `"none"`.

    Raises:
        ValueError: if the shapes differ, or the logits do not depend on the images.
    """
    real, fake = as_images(real_data=real_data, generated_data=generated_data)
    check_same_shape(real, fake, ("real_data", "generated_data"))
    discriminator = PenalizedNetwork(lambda images: discriminator_fn(images, generator_inputs))
    gradients = input_gradients(discriminator, between(real, fake, as_seed(seed)))
    excess = tf.sqrt(squared_norms(gradients) + epsilon) / target - 1.0
    if one_sided:
        excess = tf.maximum(excess, 0.0)
    return weighted(tf.square(excess), weights, reduction)
