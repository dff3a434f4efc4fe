"""Convolution whose kernel is scaled by a style."""

import math

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.layers._checks import feature_maps, sizes, two_shapes
from tfgan_suite.layers._fir import check_filter, resample
from tfgan_suite.layers._random import check_seed
from tfgan_suite.layers.equalized_dense import EqualizedDense
from tfgan_suite.registration import register

RESAMPLING = (None, "up", "down")


@register
class ModulatedConv2D(keras.layers.Layer):
    """StyleGAN2's convolution: weights modulated by a style and demodulated again.

    Karras et al. 2019 (arXiv:1912.04958), eq. 1 and 3, for input channel i, output channel j and
    position k of the kernel:

        w'_ijk = s_i * w_ijk,   w''_ijk = w'_ijk / sqrt(sum_ik w'_ijk^2 + epsilon)

    s = A(w) is an affine map of the style vector, with an equalized learning rate and a bias that
    starts at 1. The kernel has an equalized learning rate too.

    Scales of the input channels, then one convolution for all images, then scales of the output
    channels: the same numbers as a kernel for each image, without grouped convolutions (which have
    no gradient on a CPU). Demodulation is computed in float32.

    With `resample="up"` a transposed convolution of stride 2 is followed by the filter, with
    `"down"` the filter by a convolution of stride 2 (odd sizes are rounded down).

    Call with `[x, w]`: x of shape `[N, H, W, C]`, w of shape `[N, D]`. Output: `[N, H', W',
    filters]`, where H' is H, 2 H or H // 2.

    Args:
        filters: output channels.
        kernel_size: odd; at most `len(taps) + 1` with `resample="up"`.
        demodulate: False for the layers to RGB.
        resample: None, `"up"` or `"down"`.
        taps: of the resampling filter.
        use_bias: whether to add a bias (after demodulation, zeros at first).
        epsilon: of the demodulation.
        seed: integer seed of the weights; None for Keras's global seed.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if an option is out of its range or the inputs have other shapes.
    """

    def __init__(
        self,
        filters,
        kernel_size=3,
        demodulate=True,
        resample=None,
        taps=(1, 3, 3, 1),
        use_bias=True,
        epsilon=1e-8,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = positive_int("filters", filters)
        self.taps = check_filter(taps)
        if resample not in RESAMPLING:
            raise ValueError(
                f"`resample` must be one of {RESAMPLING}. Received: resample={resample!r}"
            )
        limit = len(taps) + 1 if resample == "up" else math.inf
        if not positive_int("kernel_size", kernel_size) % 2 or kernel_size > limit:
            raise ValueError(
                "`kernel_size` must be odd, and at most len(taps) + 1 with resample='up'. "
                f"Received: kernel_size={kernel_size}, resample={resample!r}, taps={taps!r}"
            )
        self.kernel_size = kernel_size
        self.demodulate = bool(demodulate)
        self.resample = resample
        self.use_bias = bool(use_bias)
        self.epsilon = epsilon
        self.seed = check_seed(seed)

    def build(self, input_shape):
        x_shape, w_shape = two_shapes(self, input_shape, ("x", "w"))
        channels = feature_maps(self, x_shape)[3]
        self.affine = EqualizedDense(
            channels,
            initial_bias=1.0,
            # Another sequence than the kernel's.
            seed=None if self.seed is None else self.seed + 1,
            dtype=self.dtype_policy,
            name="affine",
        )
        self.affine.build(w_shape)
        shape = (self.kernel_size, self.kernel_size, channels, self.filters)
        self.kernel = self.add_weight(
            shape=shape,
            initializer=keras.initializers.RandomNormal(0.0, 1.0, seed=self.seed),
            autocast=False,
            name="kernel",
        )
        self.runtime_scale = 1.0 / math.sqrt(math.prod(shape[:-1]))
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, inputs):
        x, w = inputs
        kernel = self.kernel.value * self.runtime_scale
        wide = tf.float64 if x.dtype == tf.float64 else tf.float32
        s = tf.cast(self.affine(w), wide)
        y = self._convolve(x * tf.cast(s, x.dtype)[:, None, None, :], tf.cast(kernel, x.dtype))
        if self.demodulate:
            power = tf.reduce_sum(tf.square(tf.cast(kernel, wide)), axis=[0, 1])
            d = tf.math.rsqrt(tf.matmul(tf.square(s), power) + self.epsilon)
            y *= tf.cast(d, y.dtype)[:, None, None, :]
        return y + tf.cast(self.bias.value, y.dtype) if self.use_bias else y

    def _convolve(self, x, kernel):
        k, length = self.kernel_size, len(self.taps)
        if self.resample == "up":
            n, height, width, _ = sizes(x)
            # Each input pixel spreads the kernel over the output, as a convolution of zero-inserted
            # maps does; TensorFlow's transposed convolution would spread it mirrored.
            kernel = tf.transpose(kernel[::-1, ::-1], [0, 1, 3, 2])
            shape = [n, 2 * (height - 1) + k, 2 * (width - 1) + k, self.filters]
            x = tf.nn.conv2d_transpose(x, kernel, shape, 2, "VALID")
            extra = length - 2 - (k - 1)
            # The factor 4 = 2 * 2 of upsampling belongs to the filter.
            return 4.0 * resample(x, self.taps, padding=((extra + 1) // 2 + 1, extra // 2 + 1))
        if self.resample == "down":
            extra = length - 2 + k - 1
            x = resample(x, self.taps, padding=((extra + 1) // 2, extra // 2))
            return tf.nn.conv2d(x, kernel, 2, "VALID")
        return tf.nn.conv2d(x, kernel, 1, "SAME")

    def compute_output_shape(self, input_shape):
        (n, height, width, _), _ = input_shape
        scaled = {"up": lambda s: 2 * s, "down": lambda s: s // 2, None: lambda s: s}[self.resample]
        return (n, *(None if s is None else scaled(s) for s in (height, width)), self.filters)

    def get_config(self):
        names = ("filters", "kernel_size", "demodulate", "resample", "taps", "use_bias", "epsilon")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in (*names, "seed")},
        }
