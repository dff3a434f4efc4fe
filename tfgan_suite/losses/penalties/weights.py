"""Penalties on a network's weights, for either player."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.losses._reduction import at_least_float32
from tfgan_suite.losses.penalties.base import Penalty
from tfgan_suite.registration import public, register

# Layers whose kernels have the input channels last.
_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)


def kernels(network):
    """The trainable kernels of a network: `[(variable, function to a matrix [inputs, outputs])]`.

    Kernels are the weights called `kernel` of layers of any kind, as TF-GAN's filter has it, but
    not those of depthwise convolutions, which mix no channels.
    """
    found = []
    for layer in network._flatten_layers():
        kernel = getattr(layer, "kernel", None)
        is_weight = any(kernel is variable for variable in layer.trainable_variables)
        if not is_weight or isinstance(layer, _DEPTHWISE) or any(kernel is k for k, _ in found):
            continue
        found.append((kernel, _outputs_first if isinstance(layer, _TRANSPOSED) else _outputs_last))
    return found


def _outputs_last(kernel):
    return tf.reshape(kernel, [-1, kernel.shape[-1]])


def _outputs_first(kernel):
    rank = kernel.shape.rank
    return _outputs_last(tf.transpose(kernel, [*range(rank - 2), rank - 1, rank - 2]))


@public
class WeightPenalty(Penalty):
    """A penalty on the weights of one network, whatever it computes.

    It goes into `compile(penalties=[...])` for the discriminator's weights and into
    `compile(generator_penalties=[...])` for the generator's, and is called with the network alone.
    """

    player = None

    def __call__(self, network, *_, step=None, **__):
        """Returns the weighted penalty, and updates the memory of a penalty that has one.

        Args:
            network: a built `keras.Model`. What else the trainer hands over is ignored.
            step: see `Penalty`'s call.

        Returns:
            float32 (or float64) scalar: `weight` times the penalty, without the factor `interval`.

        Raises:
            ValueError: if the network has no trainable kernel.
        """
        value, statistics = self.compute(network, step=step)
        self.remember(statistics)
        return value

    def compute(self, network, *_, step=None, **__):
        """As the call, but updates nothing: returns the weighted penalty and its `statistics`."""
        self.build(network)
        return self.weighted(self.value(self.matrices(network)), step)

    def matrices(self, network):
        """The kernels as matrices `[inputs, outputs]`, at least in float32."""
        found = kernels(network)
        if not found:
            raise ValueError(
                f"{type(self).__name__} needs a network with trainable kernels. "
                f"Received: network={network!r}"
            )
        return [to_matrix(at_least_float32(kernel.value)) for kernel, to_matrix in found]

    def value(self, matrices):
        """The unweighted penalty of the kernels."""
        raise NotImplementedError(f"{type(self).__name__} must implement `value`.")


@register
class OrthogonalRegularization(WeightPenalty):
    """Keeps filters apart, without fixing their norm (BigGAN: Brock et al. 2018, arXiv:1809.11096,
    equation 3).

        penalty = sum over kernels |W^T W * (1 - I)|_F^2     in [0, inf)

    with W the kernel as a matrix `[inputs, outputs]`, and * taken elementwise. Keras's
    `OrthogonalRegularizer` differs: it divides by the filters' norms and takes only dense kernels.
    The authors' code adds the gradient of half of this.

    Args:
        weight: beta of the paper.
        interval: see `Penalty`.
    """

    def __init__(self, weight=1e-4, interval=1):
        super().__init__(weight, interval)

    def value(self, matrices):
        total = 0.0
        for w in matrices:
            # |W^T W|_F = |W W^T|_F: the smaller of the products will do.
            wide = w.shape[0] < w.shape[1]
            products = tf.matmul(w, w, transpose_a=not wide, transpose_b=wide)
            diagonal = tf.reduce_sum(tf.square(w), axis=0)  # of W^T W
            total += tf.reduce_sum(tf.square(products)) - tf.reduce_sum(tf.square(diagonal))
        return total


@register
class SpectralNormRegularization(WeightPenalty):
    """TF-GAN's spectral norm regularizer, for whole networks.

        penalty = sum over kernels sigma(W)     in [0, inf)

    sigma is the largest singular value of the kernel as a matrix `[inputs, outputs]`, from
    `iterations` rounds of power iteration on a vector u that is kept from update to update and
    saved with the trainer. As in TF-GAN, u and v count as constants for the gradient, which is then
    u v^T. Yoshida and Miyato 2017 (arXiv:1705.10941, equation 3) have 1/2 sum sigma^2 instead.
    TF-GAN also flattens the kernels of transposed convolutions with the *input* channels as
    columns; here the columns are the outputs.

    Args:
        weight: TF-GAN's `scale`.
        iterations: rounds of power iteration in an update, at least 1.
        interval: see `Penalty`.

    Raises:
        ValueError: if `iterations` is not a positive integer, or as in `Penalty`.
    """

    has_memory = True

    def __init__(self, weight=0.01, iterations=1, interval=1):
        super().__init__(weight, interval)
        self.iterations = positive_int("iterations", iterations)

    def build(self, network):
        sizes = [matrix_rows(kernel, to_matrix) for kernel, to_matrix in kernels(network)]
        if self.memory is not None and [v.shape[0] for v in self.memory.variables] != sizes:
            raise ValueError(
                "A SpectralNormRegularization keeps the singular vectors of one network: make "
                f"another one for each. Received: network={network!r}"
            )
        super().build(network)

    def initial_memory(self, network):
        # Not drawn from a global seed: the first vectors are forgotten within a few updates.
        rng = np.random.default_rng(0)
        sizes = [matrix_rows(kernel, to_matrix) for kernel, to_matrix in kernels(network)]
        vectors = [rng.normal(size=size) for size in sizes]
        return {f"u{i}": u / np.linalg.norm(u) for i, u in enumerate(vectors)}

    def value(self, matrices):
        total, vectors = 0.0, []
        for w, variable in zip(matrices, self.memory.variables):
            constant = tf.stop_gradient(w)
            u = tf.cast(variable.value, w.dtype)
            for _ in range(self.iterations):
                v = tf.nn.l2_normalize(tf.linalg.matvec(constant, u, transpose_a=True))
                u = tf.nn.l2_normalize(tf.linalg.matvec(constant, v))
            total += tf.tensordot(u, tf.linalg.matvec(w, v), 1)
            vectors.append(u)
        return total, vectors

    def get_config(self):
        return {**super().get_config(), "iterations": self.iterations}


def matrix_rows(kernel, to_matrix):
    """Number of rows of a kernel's matrix."""
    outputs = kernel.shape[-2] if to_matrix is _outputs_first else kernel.shape[-1]
    return int(np.prod(kernel.shape)) // int(outputs)
