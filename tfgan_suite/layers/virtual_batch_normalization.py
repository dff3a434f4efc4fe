"""Batch normalization by the statistics of a fixed reference batch."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import positive, sizes, two_shapes
from tfgan_suite.layers._statistics import moments
from tfgan_suite.registration import register


@register
class VirtualBatchNormalization(keras.layers.Layer):
    """Normalizes each example by the statistics of a reference batch and of itself.

    Improved Techniques for Training GANs, Salimans et al. 2016 (arXiv:1606.03498), section 3.4.
    With R reference examples, an example has weight 1 / (R + 1) in its statistics and the reference
    batch the rest; the reference batch is normalized by its own statistics. As TF-GAN's `VBN`;
    the variance comes from squared deviations, where TF-GAN's difference of squares cancels.

    The reference passes through the network beside the batch, since its statistics in each layer
    depend on the weights below:

        reference = layers.ReferenceBatch(images)(x)
        conv = keras.layers.Conv2D(...)
        x, reference = VirtualBatchNormalization()([conv(x), conv(reference)])

    A row of the result depends on no other row of x: a generator with it can be served.

    Call with `[x, reference]`: shapes `[N, ..., C]` and `[R, ..., C]`. Output: both, normalized.
    Statistics in float32.

    Args:
        epsilon: added to the variance.
        center: whether to have an offset (zeros at first).
        scale: whether to have a scale (ones at first).
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `epsilon` is not positive, or the inputs are not two of the same shape
            (but for N and R).
    """

    def __init__(self, epsilon=1e-3, center=True, scale=True, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = positive("epsilon", epsilon)
        self.center = bool(center)
        self.scale = bool(scale)

    def build(self, input_shape):
        x_shape, reference_shape = two_shapes(self, input_shape, ("x", "reference"))
        if x_shape[1:] != reference_shape[1:] or len(x_shape) < 2 or x_shape[-1] is None:
            raise ValueError(
                "x and the reference batch must have the same shape (N, ..., C) but for N. "
                f"Received: input_shape={[x_shape, reference_shape]}"
            )
        shape = (x_shape[-1],)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape, initializer="ones", autocast=False, name="gamma"
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape, initializer="zeros", autocast=False, name="beta"
            )

    def call(self, inputs):
        x, reference = (t if t.dtype == tf.float64 else tf.cast(t, tf.float32) for t in inputs)
        axes = list(range(x.shape.rank - 1))
        r_mean, r_variance = moments(reference, axes)
        # With positions to average over, a single example has a variance of its own.
        x_mean, x_variance = x, tf.zeros_like(x)
        if axes[1:]:
            x_mean, x_variance = moments(x, axes[1:])
        weight = 1.0 / (tf.cast(sizes(reference)[0], x.dtype) + 1.0)
        mean = weight * x_mean + (1.0 - weight) * r_mean
        variance = weight * (x_variance + tf.square(x_mean - mean)) + (1.0 - weight) * (
            r_variance + tf.square(r_mean - mean)
        )
        return (
            tf.cast(self._normalized(x, mean, variance), inputs[0].dtype),
            tf.cast(self._normalized(reference, r_mean, r_variance), inputs[1].dtype),
        )

    def _normalized(self, x, mean, variance):
        y = (x - mean) * tf.math.rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            y *= tf.cast(self.gamma.value, y.dtype)
        return y if self.beta is None else y + tf.cast(self.beta.value, y.dtype)

    def compute_output_shape(self, input_shape):
        return tuple(tuple(shape) for shape in input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
        }
