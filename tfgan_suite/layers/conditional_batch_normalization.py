"""Batch normalization whose scale and offset depend on a condition."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import two_shapes
from tfgan_suite.layers._condition import as_condition, check_num_classes, condition_map
from tfgan_suite.layers._random import fresh
from tfgan_suite.layers.batch_normalization import BatchNormalization
from tfgan_suite.registration import register


@register
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalization with a scale and an offset for each class, or from a vector.

        y = (1 + s(c)) * (x - mean) / sqrt(variance + epsilon) + b(c)

    With `num_classes`, s and b are tables with a row for each class: Dumoulin et al. 2016
    (arXiv:1610.07629), eq. 5, as used in GANs by Miyato & Koyama 2018 (arXiv:1802.05637). Without,
    they are linear maps without bias of a vector: BigGAN, Brock et al. 2018 (arXiv:1809.11096,
    appendix B), where the vector is a class embedding shared by all layers, concatenated with this
    layer's chunk of the latents; the caller concatenates.

    Statistics are those of `keras.layers.BatchNormalization`: of the replica's own batch in
    training unless `synchronized`, moving averages at inference. (BigGAN uses "standing" statistics
    instead: set them by a few hundred training calls on latents.)

    Call with `[x, condition]`: x of shape `[N, ..., C]`; the condition integer labels `[N]` or
    `[N, 1]` with `num_classes`, else a vector `[N, D]`. Output: the shape of x.

    Args:
        num_classes: number of classes; None for condition vectors.
        momentum: of the moving averages.
        epsilon: added to the variance.
        synchronized: compute training statistics over all replicas.
        spectral_normalization: normalize the two maps (BigGAN does so in its generator).
        condition_initializer: of the two maps. None for zeros, plain batch normalization at first;
            or, with spectral normalization, for "glorot_normal" (BigGAN has orthogonal ones; the
            normalization takes the scale away).
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `num_classes` is not a positive integer, or the inputs have other shapes or
            the labels are not integers.
    """

    def __init__(
        self,
        num_classes=None,
        momentum=0.99,
        epsilon=1e-5,
        synchronized=False,
        spectral_normalization=False,
        condition_initializer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = check_num_classes(num_classes)
        self.spectral_normalization = bool(spectral_normalization)
        self.condition_initializer = keras.initializers.get(condition_initializer)
        self.normalization = BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            synchronized=synchronized,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape):
        x_shape, condition_shape = two_shapes(self, input_shape, ("x", "condition"))
        self.normalization.build(x_shape)

        def mapping(name):
            initializer = fresh(self.condition_initializer)
            if initializer is None:
                initializer = "glorot_normal" if self.spectral_normalization else "zeros"
            return condition_map(
                self, condition_shape, x_shape[-1], initializer, self.spectral_normalization, name
            )

        self.scale, self.offset = mapping("scale"), mapping("offset")

    def call(self, inputs, training=None):
        x, condition = inputs
        condition = as_condition(self, condition)
        shape = [-1, *[1] * (x.shape.rank - 2), x.shape[-1]]
        scale = 1.0 + tf.reshape(self.scale(condition), shape)
        return scale * self.normalization(x, training=training) + tf.reshape(
            self.offset(condition), shape
        )

    def get_config(self):
        normalization = self.normalization
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": normalization.momentum,
            "epsilon": normalization.epsilon,
            "synchronized": normalization.synchronized,
            "spectral_normalization": self.spectral_normalization,
            "condition_initializer": keras.initializers.serialize(self.condition_initializer)
            if self.condition_initializer
            else None,
        }
