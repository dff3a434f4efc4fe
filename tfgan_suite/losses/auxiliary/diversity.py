"""Losses against mode collapse."""

import tensorflow as tf

from tfgan_suite.losses._reduction import (
    DEFAULT_REDUCTION,
    at_least_float32,
    check_same_shape,
    weighted,
)
from tfgan_suite.registration import public


@public
def mode_seeking_loss(
    first_images,
    second_images,
    first_latents,
    second_latents,
    epsilon=1e-5,
    weights=1.0,
    reduction=DEFAULT_REDUCTION,
):
    """Mode seeking loss of MSGAN (Mao et al. 2019, arXiv:1903.05628).

        mean 1 / (d_I(G(z_1), G(z_2)) / d_z(z_1, z_2) + epsilon)     in [0, 1 / epsilon]

    The paper maximizes the ratio of the distances; like the authors' code, this minimizes its
    inverse. The distances are mean absolute differences. Deviation: the ratio is taken for each
    example, theirs over the whole batch, which would depend on the number of replicas.

    Args:
        first_images: G(z_1), `[N, ...]`.
        second_images: G(z_2), of the same shape and for the same conditions.
        first_latents: z_1, `[N, latent_dim]`.
        second_latents: z_2.
        epsilon: keeps the loss finite where G ignores z.
        weights: a number or one for each example.
        reduction: TF-GAN's name of a reduction.

    Raises:
        ValueError: if the shapes differ.
    """
    images = [at_least_float32(i) for i in (first_images, second_images)]
    latents = [at_least_float32(z) for z in (first_latents, second_latents)]
    check_same_shape(*images, ("first_images", "second_images"))
    check_same_shape(*latents, ("first_latents", "second_latents"))

    def distances(first, second):
        return tf.reduce_mean(tf.abs(first - second), axis=list(range(1, first.shape.rank)))

    between_images, between_latents = distances(*images), distances(*latents)
    # The inverse of d_I / d_z + epsilon, without a division by d_z.
    inverse = between_latents / (between_images + epsilon * between_latents)
    return weighted(inverse, weights, reduction)
