"""Spectral normalization of the weights of a layer."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.distribution import assign_all
from tfgan_suite.layers._random import check_seed
from tfgan_suite.registration import register

_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)


@register
class SpectralNormalization(keras.layers.Wrapper):
    """Divides a layer's kernel by its largest singular value, as a reparametrisation.

    Spectral Normalization for Generative Adversarial Networks, Miyato et al. 2018
    (arXiv:1802.05957), eq. 8 and algorithm 1:

        W_bar = W / sigma(W),  sigma = u^T W v,
        v <- W^T u / |W^T u|,  u <- W v / |W v|   (`power_iterations` times in each training call)

    u and v are constants for the gradient and sigma is not: dW_bar/dW has the term of eq. 12. The
    kernel itself is never assigned. `keras.layers.SpectralNormalization` overwrites the kernel in
    every training call, leaves it unnormalized at inference and takes sigma for a constant.

    u is a weight that training calls move on and others leave alone: with `training=False` v comes
    from the stored u and nothing changes. Sigma is computed in float32 (float64 for a float64
    kernel) whatever the policy of the layer. A kernel of zeros stays one.

    W is the kernel as a matrix with a column for each output: `[h*w*in, out]` for dense and
    convolutional kernels, for transposed convolutions too (whose kernels Keras stores as
    `[h, w, out, in]`), `[h*w, in*multiplier]` for depthwise ones, `[number, dim]` for embeddings.
    As in the paper this is not the norm of the convolution as an operator, which is larger by at
    most the root of the number of times a pixel is used.

    Args:
        layer: a layer with one weight `kernel` or `embeddings`: Dense, Conv1D-3D and their
            transposed forms, DepthwiseConv1D-2D, Embedding.
        power_iterations: of each training call; the paper has 1.
        seed: integer seed of the initial u; None for Keras's global seed.
        **kwargs: `name` and `trainable`. The dtype is that of the layer's weights.

    Raises:
        ValueError: if the layer has no such weight or an activity regularizer (give the regularizer
            to a layer behind this one), or `power_iterations` is not a positive integer.
    """

    def __init__(self, layer, power_iterations=1, *, seed=None, **kwargs):
        if not isinstance(layer, keras.layers.Layer) or layer.activity_regularizer is not None:
            raise ValueError(
                "`layer` must be a Keras layer without an activity regularizer. "
                f"Received: layer={layer!r}"
            )
        # Not cast to float16 here: the wrapped layer casts for itself, sigma needs the full weight.
        kwargs["dtype"] = layer.variable_dtype
        super().__init__(layer, autocast=False, **kwargs)
        self.power_iterations = positive_int("power_iterations", power_iterations)
        self.seed = check_seed(seed)

    def build(self, input_shape=None):
        super().build(input_shape)
        for name in ("kernel", "embeddings"):
            self._weight = getattr(self.layer, name, None)
            if isinstance(self._weight, keras.Variable):
                break
        else:
            raise ValueError(
                "The wrapped layer must have one weight named `kernel` or `embeddings`. "
                f"Received: layer={self.layer!r}"
            )
        self.u = self.add_weight(
            shape=(1, self._matrix(tf.zeros(self._weight.shape)).shape[1]),
            initializer=keras.initializers.RandomNormal(0.0, 1.0, seed=self.seed),
            dtype="float64" if self._weight.dtype == "float64" else "float32",
            autocast=False,
            trainable=False,
            name="u",
        )

    def call(self, inputs, training=False):
        normalized = tf.cast(self.normalized_kernel(training), self._weight.dtype)
        # In this scope the layer reads W_bar in place of W, and gradients flow through it. All of
        # its variables are named, so that values from an outer scope are seen within.
        others = [(v, v.value) for v in self.layer.variables if v is not self._weight]
        with keras.StatelessScope([(self._weight, normalized), *others]):
            return self.layer(inputs)

    def normalized_kernel(self, training=False):
        """W_bar, of the kernel's shape; in training the power iteration moves on.

        Returns:
            Tensor in float32, or float64 for a float64 kernel.
        """
        kernel = tf.cast(self._weight.value, self.u.dtype)
        u, v, sigma = self._singular(kernel, self.power_iterations if training else 0)
        if training:
            assign_all([self.u], [u])
        return kernel / tf.where(sigma > 0, sigma, tf.ones_like(sigma))

    def sigma(self):
        """The estimate of the kernel's largest singular value that inference uses: a scalar."""
        return self._singular(tf.cast(self._weight.value, self.u.dtype), 0)[2]

    def _singular(self, kernel, iterations):
        w = self._matrix(kernel)
        constant = tf.stop_gradient(w)
        u = tf.convert_to_tensor(self.u.value)
        v = _unit(tf.matmul(u, constant, transpose_b=True))
        for iteration in range(iterations):
            if iteration:
                v = _unit(tf.matmul(u, constant, transpose_b=True))
            new = _unit(tf.matmul(v, constant))
            u = tf.where(tf.reduce_any(new != 0), new, u)  # zeros would never leave zero
        u, v = tf.stop_gradient(u), tf.stop_gradient(v)
        if not iterations:
            u = _unit(u)  # as initialized, u has any length
        return u, v, tf.reduce_sum(tf.matmul(v, w) * u)

    def _matrix(self, kernel):
        if isinstance(self.layer, _DEPTHWISE):
            return tf.reshape(kernel, [-1, kernel.shape[-2] * kernel.shape[-1]])
        if isinstance(self.layer, _TRANSPOSED):
            kernel = tf.linalg.matrix_transpose(kernel)
        return tf.reshape(kernel, [-1, kernel.shape[-1]])

    def get_config(self):
        return {
            **super().get_config(),
            "power_iterations": self.power_iterations,
            "seed": self.seed,
        }


def _unit(x):
    """Rows of length 1; zeros stay zeros, also where squares underflow."""
    return tf.math.l2_normalize(x, axis=-1, epsilon=1e-30)
