"""The three families' training loops written out once more, in plain eager TensorFlow.

Nothing of the trainers is used: losses are formulas, the optimizer is w <- w - rate * gradient, and
latents come from the documented seeds `[seed, step * 4096 + draw]`.
"""

import dataclasses

import numpy as np
import tensorflow as tf

DRAWS_PER_STEP = 4096


def cross_entropy(real, fake):
    """-mean log D(x) - mean log(1 - D(G(z)))."""
    return tf.reduce_mean(tf.math.softplus(-real)) + tf.reduce_mean(tf.math.softplus(fake))


DISCRIMINATOR_LOSSES = {
    "minimax": cross_entropy,
    "modified_minimax": cross_entropy,
    "wasserstein": lambda real, fake: tf.reduce_mean(fake) - tf.reduce_mean(real),
}
GENERATOR_LOSSES = {
    "minimax": lambda fake: -tf.reduce_mean(tf.math.softplus(fake)),
    "modified_minimax": lambda fake: tf.reduce_mean(tf.math.softplus(-fake)),
    "wasserstein": lambda fake: -tf.reduce_mean(fake),
}


def latents(rows, dim, seed):
    """Standard normal latents by Box and Muller from the bits of Philox."""
    seed = tf.constant(seed, tf.int64)
    bits = tf.random.stateless_uniform([rows, dim, 2], seed, None, None, tf.int32, alg="philox")
    u, v = np.moveaxis((bits.numpy() >> 8) / 2.0**23, -1, 0)  # in [-1, 1)
    return tf.constant(np.sqrt(-2.0 * np.log((1.0 - u) / 2.0)) * np.cos(np.pi * v), tf.float32)


@dataclasses.dataclass
class Reference:
    """A training run over minibatches `[steps, k, batch, ...]`; changes the networks in place."""

    family: str
    generator: object
    discriminator: object
    seed: int
    latent_dim: int
    rate: float
    shared_latents: bool = False
    simultaneous: bool = False
    clip: float | None = None

    def run(self, minibatches):
        for step, group in enumerate(minibatches):
            self.draw = step * DRAWS_PER_STEP
            for x in group[:-1]:
                self.update_discriminator(x, self.latents(x))
            x = group[-1]
            z = self.latents(x)
            if self.simultaneous:
                generator_gradients = self.generator_gradients(z)
                self.update_discriminator(x, z)
            else:
                self.update_discriminator(x, z)
                generator_gradients = self.generator_gradients(
                    z if self.shared_latents else self.latents(x)
                )
            self.descend(self.generator, generator_gradients)

    def latents(self, x):
        self.draw += 1
        return latents(len(x), self.latent_dim, [self.seed, self.draw - 1])

    def update_discriminator(self, x, z):
        images = self.generator(z)
        weights = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            loss = DISCRIMINATOR_LOSSES[self.family](
                self.discriminator(x), self.discriminator(images)
            )
        self.descend(self.discriminator, tape.gradient(loss, weights))
        if self.clip is not None:
            for weight in weights:
                weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))

    def generator_gradients(self, z):
        with tf.GradientTape() as tape:
            loss = GENERATOR_LOSSES[self.family](self.discriminator(self.generator(z)))
        return tape.gradient(loss, self.generator.trainable_variables)

    def descend(self, network, gradients):
        for weight, gradient in zip(network.trainable_variables, gradients, strict=True):
            weight.assign(weight.value - self.rate * gradient)
