"""The mutual information of InfoGAN's codes and images."""

import math

import tensorflow as tf

from tfgan_suite.losses._reduction import (
    DEFAULT_REDUCTION,
    at_least_float32,
    check_same_shape,
    weighted,
)
from tfgan_suite.registration import public


@public
def categorical_information_loss(codes, logits, weights=1.0, reduction=DEFAULT_REDUCTION):
    """InfoGAN's loss of a categorical code (Chen et al. 2016, arXiv:1606.03657, equation 5).

        -mean log Q(c | G(z, c))     in [0, inf)

    Its negative, plus the constant entropy H(c) that is left out here, is a lower bound of the
    mutual information of code and image. Both G and Q minimize it, with the weight lambda = 1 of
    the paper.

    Args:
        codes: one-hot float `[N, K]`, or integer classes `[N]`.
        logits: Q's, `[N, K]`.
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes do not match.
    """
    logits, codes = at_least_float32(logits), tf.convert_to_tensor(codes)
    if codes.dtype.is_integer and codes.shape.rank == logits.shape.rank - 1:
        codes = tf.one_hot(codes, logits.shape[-1])
    check_same_shape(codes, logits, ("codes", "logits"))
    losses = tf.nn.softmax_cross_entropy_with_logits(tf.cast(codes, logits.dtype), logits)
    return weighted(losses, weights, reduction)


@public
def continuous_information_loss(
    codes, mean, log_stddev=None, weights=1.0, reduction=DEFAULT_REDUCTION
):
    """InfoGAN's loss of continuous codes: Q is a factored Gaussian (arXiv:1606.03657, equation 5).

        mean sum_j [1/2 ((c_j - mean_j) / stddev_j)^2 + log stddev_j + 1/2 log 2 pi]

    in (-inf, inf), or at least J/2 log 2 pi with a fixed standard deviation of 1 and J codes. The
    sum over the codes of an example is the log-density of the paper.

    Args:
        codes: float `[N, J]`.
        mean: Q's means, `[N, J]`.
        log_stddev: logarithms of Q's standard deviations, `[N, J]`; None for 0.
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes do not match.
    """
    codes, mean = at_least_float32(codes), at_least_float32(mean)
    check_same_shape(codes, mean, ("codes", "mean"))
    log_stddev = tf.zeros_like(mean) if log_stddev is None else at_least_float32(log_stddev)
    check_same_shape(log_stddev, mean, ("log_stddev", "mean"))
    scaled = (codes - mean) * tf.exp(-log_stddev)
    densities = 0.5 * tf.square(scaled) + log_stddev + 0.5 * math.log(2.0 * math.pi)
    return weighted(tf.reduce_sum(densities, axis=-1), weights, reduction)
