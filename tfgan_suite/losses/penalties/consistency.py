"""Consistency regularization: D judges an augmented image as the image itself."""

import keras
import tensorflow as tf

from tfgan_suite.losses.penalties._arguments import check_at_least
from tfgan_suite.losses.penalties._draws import other_seed, rows_like
from tfgan_suite.losses.penalties.base import GeneratorPenalty, Penalty
from tfgan_suite.registration import public, register


@public
def flip_and_shift(images, seed, shift=0.125):
    """Flips each image from left to right with probability 1/2, and shifts it in both directions.

    Args:
        images: float tensor `[N, H, W, C]`.
        seed: int tensor of shape `[2]`.
        shift: the largest shift, as a fraction of the side. What enters at the border is the image
            mirrored there.

    Returns:
        A tensor of the same shape.

    Raises:
        ValueError: if `images` has not four dimensions of known size behind the batch.
    """
    if images.shape.rank != 4 or None in images.shape[1:]:
        raise ValueError(
            "Flips and shifts are for images [N, H, W, C]; give another `transform` for other "
            f"data. Received: images.shape={tuple(images.shape)}"
        )
    flip, vertical, horizontal = tf.unstack(rows_like(images, [3], seed, "uniform"), axis=1)

    def moved(images, axis, amounts):
        size = images.shape[axis]
        limit = min(int(shift * size), size - 1)
        offsets = tf.cast(tf.floor(amounts * (limit + 0.5) + 0.5), tf.int32)
        index = tf.abs(tf.range(size) + offsets[:, None])
        index = (size - 1) - tf.abs((size - 1) - index)
        return tf.gather(images, index, axis=axis, batch_dims=1) if axis == 1 else tf.transpose(
            tf.gather(tf.transpose(images, [0, 2, 1, 3]), index, axis=1, batch_dims=1), [0, 2, 1, 3]
        )

    images = moved(moved(images, 1, vertical), 2, horizontal)
    return tf.where((flip < 0.0)[:, None, None, None], images[:, :, ::-1], images)


def _distance(discriminator, first, second):
    """Mean squared difference of the logits of two batches of images."""
    difference = tf.math.squared_difference(discriminator(first), discriminator(second))
    return tf.reduce_mean(difference)


class _Consistency(Penalty):
    """The part common to CR and bCR: the transform."""

    def __init__(self, weight, transform, interval):
        super().__init__(weight, interval)
        if transform is not None and not callable(transform):
            raise ValueError(
                "`transform` must be a function f(images, seed) that returns images, or None. "
                f"Received: transform={transform!r}"
            )
        self.transform = transform

    def augmented(self, images, seed):
        return (self.transform or flip_and_shift)(images, seed)

    def get_config(self):
        transform = self.transform and keras.saving.serialize_keras_object(self.transform)
        return {**super().get_config(), "transform": transform}

    @classmethod
    def from_config(cls, config):
        transform = config.get("transform")
        if isinstance(transform, dict):
            transform = keras.saving.deserialize_keras_object(transform)
        return cls(**{**config, "transform": transform})


@register
class ConsistencyRegularization(_Consistency):
    """CR (Zhang et al. 2019, "Consistency Regularization for Generative Adversarial Networks",
    arXiv:1910.12027).

        penalty = mean (D(x) - D(T(x)))^2     in [0, inf)

    The mean runs over all logits (the paper has one for each image).

    Args:
        weight: lambda of the paper.
        transform: T, a function `f(images, seed)` of float images and an int tensor of shape `[2]`,
            registered with Keras if the trainer is to be saved; None for `flip_and_shift`, the
            paper's choice. All replicas hand it the same seed: draw from it by
            `distribution.replica_rows`, or they all transform their images alike.
        interval: see `Penalty`.

    Raises:
        ValueError: if `transform` is not callable, or as in `Penalty`.
    """

    def __init__(self, weight=10.0, transform=None, interval=1):
        super().__init__(weight, transform, interval)

    def value(self, discriminator, real, fake, seed):
        return _distance(discriminator, real, self.augmented(real, seed))


@register
class BalancedConsistencyRegularization(_Consistency):
    """bCR (Zhao et al. 2020, "Improved Consistency Regularization for GANs", arXiv:2002.04724,
    section 2.2, algorithm 1).

        penalty = mean (D(x) - D(T(x)))^2
                  + fake_ratio * mean (D(G(z)) - D(T(G(z))))^2     in [0, inf)

    Real and generated images are transformed with draws of their own.

    Args:
        weight: the paper's lambda_real, 10 there.
        fake_ratio: the paper's lambda_fake / lambda_real, >= 0; it has 10 for both.
        transform: see `ConsistencyRegularization`.
        interval: see `Penalty`.

    Raises:
        ValueError: if a number is out of its range, or `transform` is not callable.
    """

    def __init__(self, weight=10.0, fake_ratio=1.0, transform=None, interval=1):
        super().__init__(weight, transform, interval)
        self.fake_ratio = check_at_least(0.0, fake_ratio=fake_ratio)

    def value(self, discriminator, real, fake, seed):
        on_real = _distance(discriminator, real, self.augmented(real, seed))
        augmented = self.augmented(fake, other_seed(seed, 1))
        return on_real + self.fake_ratio * _distance(discriminator, fake, augmented)

    def get_config(self):
        return {**super().get_config(), "fake_ratio": self.fake_ratio}


class _LatentNoise(Penalty):
    """The part common to both players' zCR: latents a little beside the first ones."""

    def __init__(self, weight, stddev, interval):
        super().__init__(weight, interval)
        self.stddev = check_at_least(0.0, stddev=stddev)

    def near(self, latents, seed):
        return latents + self.stddev * rows_like(latents, latents.shape[1:], seed, "normal")

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}


@register
class LatentConsistencyRegularization(_LatentNoise):
    """The discriminator's part of zCR (arXiv:2002.04724, section 2.3, algorithm 2).

        penalty = mean (D(G(z)) - D(G(z + d)))^2,  d ~ N(0, stddev^2 I)     in [0, inf)

    Its other part is the generator's `LatentDiversityRegularization`. G is not trained here, and z
    are latents of its own, not those of the images in the adversarial loss.

    Args:
        weight: the paper's lambda_dis, 5 there.
        stddev: standard deviation of d, >= 0; the paper's sigma_noise, 0.03 there.
        interval: see `Penalty`.

    Raises:
        ValueError: if a number is out of its range.
    """

    needs_latents = True

    def __init__(self, weight=5.0, stddev=0.03, interval=1):
        super().__init__(weight, stddev, interval)

    def value(self, discriminator, real, fake, seed, generator, latents):
        near = self.near(latents, seed)
        first, second = (tf.stop_gradient(generator(z)) for z in (latents, near))
        return _distance(discriminator, first, second)


@register
class LatentDiversityRegularization(_LatentNoise, GeneratorPenalty):
    """The generator's part of zCR (arXiv:2002.04724, section 2.3, algorithm 2): other latents,
    other images.

        penalty = -mean (G(z) - G(z + d))^2,  d ~ N(0, stddev^2 I)     in (-inf, 0]

    Deviation: the paper writes a squared norm; the mean runs over pixels too, so that the weight
    does not depend on the size of the images.

    Args:
        weight: the paper's lambda_gen, 0.5 there.
        stddev: standard deviation of d, >= 0; the paper's sigma_noise, 0.03 there.
        interval: see `Penalty`.

    Raises:
        ValueError: if a number is out of its range.
    """

    def __init__(self, weight=0.5, stddev=0.03, interval=1):
        super().__init__(weight, stddev, interval)

    def value(self, generator, latents, seed):
        near = self.near(latents, seed)
        return -tf.reduce_mean(tf.math.squared_difference(generator(latents), generator(near)))
