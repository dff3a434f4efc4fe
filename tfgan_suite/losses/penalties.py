"""Penalties on the discriminator: `compile(penalties=[...])` adds them to its loss."""

import tensorflow as tf

from tfgan_suite.distribution import replica_rows
from tfgan_suite.losses.lookup import snake_case
from tfgan_suite.registration import public, register


@public
class Penalty:
    """A scalar added to the discriminator's loss: `weight * penalty`.

    A subclass implements `value` and is decorated with `registration.register`.

    Args:
        weight: factor of the penalty, >= 0.
        interval: lazy regularization (Karras et al. 2020, arXiv:1912.04958, section 3.1): the
            trainer computes the penalty in every `interval`-th discriminator update only, and
            multiplies it by `interval`. A positive integer.

    Raises:
        ValueError: if `weight` is negative or `interval` is not a positive integer.
    """

    def __init__(self, weight, interval=1):
        if not weight >= 0.0:
            raise ValueError(f"`weight` must be >= 0. Received: weight={weight!r}")
        if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
            raise ValueError(f"`interval` must be a positive integer. Received: interval={interval!r}")
        self.weight = float(weight)
        self.interval = interval

    @property
    def name(self):
        """Name in the logs."""
        return snake_case(type(self).__name__)

    def __call__(self, discriminator, real, fake, condition=None, *, seed=None):
        """Returns the weighted penalty.

        Args:
            discriminator: a callable from images, or from `[images, condition]`, to logits of
                shape `[N, ...]`.
            real: images of shape `[N, ...]`.
            fake: generated images of the same shape.
            condition: what the discriminator takes beside the images, or None.
            seed: int tensor of shape `[2]`, the source of all randomness; None draws one from
                Keras's global seed.

        Returns:
            float32 scalar: `weight` times the penalty (without the factor `interval`).

        Raises:
            ValueError: if the shapes of `real` and `fake` differ.
        """
        if not real.shape.is_compatible_with(fake.shape):
            raise ValueError(
                "Real and generated images must have the same shape. "
                f"Received: real.shape={tuple(real.shape)}, fake.shape={tuple(fake.shape)}"
            )
        if seed is None:
            seed = tf.random.uniform([2], maxval=tf.int32.max, dtype=tf.int32)
        real, fake = tf.cast(real, tf.float32), tf.cast(fake, tf.float32)
        return self.weight * self.value(_conditioned(discriminator, condition), real, fake, seed)

    def value(self, discriminator, real, fake, seed):
        """The unweighted penalty; `discriminator` takes images alone and gives float32 logits."""
        raise NotImplementedError(f"{type(self).__name__} must implement `value`.")

    def get_config(self):
        return {"weight": self.weight, "interval": self.interval}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _conditioned(discriminator, condition):
    def logits(images):
        inputs = images if condition is None else [images, condition]
        return tf.cast(discriminator(inputs), tf.float32)

    return logits


def input_gradients(discriminator, images):
    """Gradient of each image's logits with respect to that image.

    With several logits an image (PatchGAN), it is the gradient of their sum.

    Returns:
        float32 tensor of the shape of `images`; differentiable once more.

    Raises:
        ValueError: if the discriminator's output does not depend on the images.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images)
    gradients = tape.gradient(logits, images)
    if gradients is None:
        raise ValueError(
            "The discriminator's output does not depend on the images by differentiable "
            "operations, so a penalty on its gradient has no meaning."
        )
    return gradients


@register
class GradientPenalty(Penalty):
    """Keeps the norm of the critic's gradient near 1 (Gulrajani et al. 2017, arXiv:1704.00028, eq. 3).

        x_hat = e * x + (1 - e) * G(z),  e ~ U[0, 1] for each image
        penalty = mean (|grad D(x_hat)|_2 - target)^2

    TF-GAN's `wasserstein_gradient_penalty` refuses eager mode, so this one is ours. Like TF-GAN it
    has an epsilon inside the root: without it the gradient of the norm at zero would be NaN.

    Args:
        weight: lambda of the paper.
        target: the norm aimed at.
        one_sided: penalize only norms above the target (section 4 of the paper, "two-sided
            penalty", discusses both).
        epsilon: added to the squared norm.
        interval: see `Penalty`.
    """

    def __init__(self, weight=10.0, target=1.0, one_sided=False, epsilon=1e-10, interval=1):
        super().__init__(weight, interval)
        self.target = float(target)
        self.one_sided = bool(one_sided)
        self.epsilon = float(epsilon)

    def value(self, discriminator, real, fake, seed):
        # Uniform on [-1, 1) from the shared source of rows, moved to [0, 1).
        ones = [1] * (real.shape.rank - 1)
        e = 0.5 * (replica_rows(real.shape[0] or tf.shape(real)[0], ones, seed) + 1.0)
        gradients = input_gradients(discriminator, fake + e * (real - fake))
        axes = list(range(1, gradients.shape.rank))
        norms = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=axes) + self.epsilon)
        excess = norms - self.target
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
