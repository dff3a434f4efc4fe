"""The path length regularization of StyleGAN2."""

import tensorflow as tf

from tfgan_suite.losses.penalties._arguments import check_at_least
from tfgan_suite.losses.penalties._draws import rows_like
from tfgan_suite.losses.penalties._penalized_network import input_gradients, squared_norms
from tfgan_suite.losses.penalties.base import GeneratorPenalty
from tfgan_suite.registration import register


@register
class PathLength(GeneratorPenalty):
    """A step in latent space changes the image as much everywhere (Karras et al. 2020,
    "Analyzing and Improving the Image Quality of StyleGAN", arXiv:1912.04958, equation 4).

        penalty = mean (|J^T y|_2 - a)^2,  J = dG(z)/dz,  y ~ N(0, I) / sqrt(H W)     in [0, inf)

    a is the moving average of the lengths |J^T y|, and is saved with the trainer. J^T y is the
    gradient of G(z).y: no Jacobian is built. For the Euclidean metric of the paper's w, hand it the
    synthesis network and w; a trainer hands its generator and z. Vectors in place of images count
    as one pixel.

    Deviations from the authors' code: a in the penalty is the average before this batch, so that it
    is the same on all replicas (theirs has moved by `decay` of the way, each replica's by its own
    images); and it uses the whole minibatch, theirs half of it.

    Args:
        weight: the authors' pl_weight.
        decay: how far a moves to each batch's mean length, in [0, 1] (the authors' pl_decay).
        epsilon: added to the squared length, >= 0: no NaN where G is flat.
        interval: see `Penalty`; StyleGAN2 has 4.

    Raises:
        ValueError: if `decay` is outside [0, 1], or as in `Penalty`.
    """

    has_memory = True

    def __init__(self, weight=2.0, decay=0.01, epsilon=1e-10, interval=4):
        super().__init__(weight, interval)
        self.decay = check_at_least(0.0, decay=decay)
        if self.decay > 1.0:
            raise ValueError(f"`decay` must be in [0, 1]. Received: decay={decay!r}")
        self.epsilon = check_at_least(0.0, epsilon=epsilon)

    def initial_memory(self, network):
        return {"mean_length": 0.0}

    def value(self, generator, latents, seed):
        self.build(generator.network)

        def noise(images):
            y = rows_like(images, images.shape[1:], seed, "normal")
            pixels = 1
            for size in images.shape[1:-1]:
                pixels *= size
            return y / tf.sqrt(tf.cast(pixels, y.dtype))

        gradients = input_gradients(generator, latents, noise, ("generator", "latents"))
        lengths = tf.sqrt(squared_norms(gradients) + self.epsilon)
        (mean_length,) = self.memory.variables
        deviations = lengths - tf.cast(mean_length.value, lengths.dtype)
        return tf.reduce_mean(tf.square(deviations)), [tf.reduce_mean(lengths)]

    def updated_memory(self, old, statistics):
        return [old[0] + self.decay * (statistics[0] - old[0])]

    def get_config(self):
        return {**super().get_config(), "decay": self.decay, "epsilon": self.epsilon}
