"""Losses between an image and what it should be: pixels, cycles, identity."""

import tensorflow as tf

from tfgan_suite.losses._reduction import (
    DEFAULT_REDUCTION,
    at_least_float32,
    check_same_shape,
    weighted,
)
from tfgan_suite.registration import public


def differences(first, second, names):
    """Two float tensors of the same shape, at least in float32; ValueError otherwise."""
    first, second = at_least_float32(first), at_least_float32(second)
    check_same_shape(first, second, names)
    for name, tensor in zip(names, (first, second)):
        if not tensor.dtype.is_floating:
            raise ValueError(
                f"`{name}` must be float, in [-1, 1] for images. "
                f"Received: {name} of dtype {tensor.dtype.name}"
            )
    return first - second


@public
def pixel_l1_loss(targets, outputs, weights=1.0, reduction=DEFAULT_REDUCTION):
    """Mean absolute difference (pix2pix: Isola et al. 2016, arXiv:1611.07004, equation 3).

        mean |targets - outputs|     in [0, 2] for images

    The mean runs over examples, pixels and channels. The paper's lambda is 100.

    Args:
        targets: images `[N, ...]`.
        outputs: images of the same shape.
        weights: a number, one for each example, or a mask that broadcasts to the images.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes differ, the images are not float or the weights do not fit.
    """
    difference = differences(targets, outputs, ("targets", "outputs"))
    return weighted(tf.abs(difference), weights, reduction)


@public
def pixel_l2_loss(targets, outputs, weights=1.0, reduction=DEFAULT_REDUCTION):
    """Mean squared difference: mean (targets - outputs)^2, in [0, 4] for images.

    See `pixel_l1_loss` for the arguments. There is no half.
    """
    difference = differences(targets, outputs, ("targets", "outputs"))
    return weighted(tf.square(difference), weights, reduction)


@public
def cycle_consistency_loss(
    data_x,
    reconstructed_data_x,
    data_y,
    reconstructed_data_y,
    weights=1.0,
    reduction=DEFAULT_REDUCTION,
):
    """Cycle consistency (CycleGAN: Zhu et al. 2017, arXiv:1703.10593, equation 2).

        (mean |x - G(F(x))| + mean |y - F(G(y))|) / 2     in [0, 2] for images

    TF-GAN's function of this name, with weights. The half is TF-GAN's: the paper and its code add
    the two, so the paper's lambda of 10 is a weight of 20 here.

    Args:
        data_x: images of the domain X, `[N, ...]`.
        reconstructed_data_x: those images after a cycle.
        data_y: images of the domain Y.
        reconstructed_data_y: those images after a cycle.
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes of data and reconstruction differ.
    """
    x = differences(data_x, reconstructed_data_x, ("data_x", "reconstructed_data_x"))
    y = differences(data_y, reconstructed_data_y, ("data_y", "reconstructed_data_y"))
    return 0.5 * (
        weighted(tf.abs(x), weights, reduction) + weighted(tf.abs(y), weights, reduction)
    )


@public
def identity_loss(data, translated_data, weights=1.0, reduction=DEFAULT_REDUCTION):
    """A translator into a domain leaves its images alone (arXiv:1703.10593, section 5.2).

        mean |y - G(y)|     in [0, 2] for images

    One direction; CycleGAN adds both, with half the weight of the cycles.

    Args:
        data: images of the target domain, `[N, ...]`.
        translated_data: what the translator into that domain makes of them.
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes differ.
    """
    difference = differences(data, translated_data, ("data", "translated_data"))
    return weighted(tf.abs(difference), weights, reduction)
