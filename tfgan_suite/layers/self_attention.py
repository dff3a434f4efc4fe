"""Self-attention over the positions of a feature map."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import feature_maps, sizes
from tfgan_suite.layers._random import fresh
from tfgan_suite.layers.spectral_normalization import SpectralNormalization
from tfgan_suite.registration import register


@register
class SelfAttention(keras.layers.Layer):
    """Self-Attention Generative Adversarial Networks, Zhang et al. 2018 (arXiv:1805.08318).

    Eq. 1-3:

        beta[i, j] = softmax_j (f(x_i) . g(x_j)),  o_i = v(sum_j beta[i, j] h(x_j)),
        y = gamma * o + x

    f (queries), g (keys), h (values) and v are 1x1 convolutions without bias. gamma is a scalar
    weight that starts at 0, so at first the layer is the identity. The scores are not divided by
    the root of the depth. The softmax is computed in float32.

    As in the authors' code, and not in the paper's equations, keys and values are max-pooled to a
    quarter of the positions, and values have half the channels of x.

    Input and output: `[N, H, W, C]`.

    Args:
        reduction: f and g have C // reduction channels (at least 1).
        value_reduction: h has C // value_reduction channels (at least 1).
        pooling: whether to pool keys and values by 2x2; an odd last row or column is left out.
        spectral_normalization: normalize the four kernels (`SpectralNormalization`).
        kernel_initializer: of the four convolutions.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if a reduction is no positive integer, the input has not rank 4, or pooling
            meets a map of less than 2x2.
    """

    def __init__(
        self,
        reduction=8,
        value_reduction=2,
        pooling=True,
        spectral_normalization=False,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.reduction = positive_int("reduction", reduction)
        self.value_reduction = positive_int("value_reduction", value_reduction)
        self.pooling = bool(pooling)
        self.spectral_normalization = bool(spectral_normalization)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        *_, height, width, channels = feature_maps(self, input_shape)
        if self.pooling and any(size is not None and size < 2 for size in (height, width)):
            raise ValueError(
                "Keys and values are pooled by 2x2; use pooling=False for smaller maps. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        depth = max(1, channels // self.reduction)
        value_depth = max(1, channels // self.value_reduction)
        self.query = self._convolution("query", depth, channels)
        self.key = self._convolution("key", depth, channels)
        self.values = self._convolution("values", value_depth, channels)
        self.output_projection = self._convolution("output", channels, value_depth)
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")

    def call(self, x):
        n, height, width, channels = sizes(x)
        queries = self._positions(self.query(x))
        keys = self._positions(self._pooled(self.key(x)))
        values = self._positions(self._pooled(self.values(x)))
        scores = tf.matmul(queries, keys, transpose_b=True)
        if scores.dtype != tf.float64:
            scores = tf.cast(scores, tf.float32)
        beta = tf.cast(tf.nn.softmax(scores), values.dtype)
        o = tf.reshape(tf.matmul(beta, values), [n, height, width, values.shape[-1]])
        return x + tf.cast(self.gamma.value, x.dtype) * self.output_projection(o)

    def _convolution(self, name, filters, channels):
        layer = keras.layers.Conv2D(
            filters,
            1,
            use_bias=False,
            kernel_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name=name,
        )
        if self.spectral_normalization:
            layer = SpectralNormalization(layer, name=f"{name}_normalized")
        layer.build((None, None, None, channels))
        return layer

    def _pooled(self, x):
        if not self.pooling:
            return x
        n, height, width, channels = sizes(x)
        # By reshaping: XLA lacks the second derivative of max pooling in all dtypes but float32.
        x = x[:, : height // 2 * 2, : width // 2 * 2]
        return tf.reduce_max(
            tf.reshape(x, [n, height // 2, 2, width // 2, 2, channels]), axis=[2, 4]
        )

    @staticmethod
    def _positions(x):
        n, height, width, channels = sizes(x)
        return tf.reshape(x, [n, height * width, channels])

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "reduction": self.reduction,
            "value_reduction": self.value_reduction,
            "pooling": self.pooling,
            "spectral_normalization": self.spectral_normalization,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
