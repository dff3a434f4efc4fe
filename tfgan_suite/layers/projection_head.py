"""The end of a projection discriminator."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import two_shapes
from tfgan_suite.layers._condition import as_condition, check_num_classes, condition_map
from tfgan_suite.layers._random import fresh, seed_of
from tfgan_suite.layers.spectral_normalization import SpectralNormalization
from tfgan_suite.registration import register


@register
class ProjectionHead(keras.layers.Layer):
    """Logits of a conditional discriminator: how real, plus how well the condition fits.

    cGANs with Projection Discriminator, Miyato & Koyama 2018 (arXiv:1802.05637), eq. 3:

        logit = y^T V phi(x) + psi(phi(x)),   psi linear with a bias

    Feature maps are summed over their positions first (the paper's global sum pooling; the ReLU
    before it is the caller's).

    Call with `[features, condition]`: features `[N, H, W, C]` or `[N, C]`; the condition integer
    labels `[N]` or `[N, 1]` with `num_classes`, else a vector `[N, D]`. Output: `[N, 1]`. As a
    model's last layer give it `dtype="float32"`.

    Args:
        num_classes: number of classes; None for condition vectors.
        spectral_normalization: normalize V and the kernel of psi, as the paper does.
        kernel_initializer: of V and of the kernel of psi.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `num_classes` is not a positive integer, or the inputs have other shapes or
            the labels are not integers.
    """

    def __init__(
        self,
        num_classes=None,
        spectral_normalization=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = check_num_classes(num_classes)
        self.spectral_normalization = bool(spectral_normalization)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        features_shape, condition_shape = two_shapes(self, input_shape, ("features", "condition"))
        channels = features_shape[-1]
        if len(features_shape) not in (2, 4) or channels is None:
            raise ValueError(
                "Features must have shape (N, H, W, C) or (N, C). "
                f"Received: features of shape {features_shape}"
            )
        initializers = [fresh(self.kernel_initializer) for _ in range(2)]
        self.psi = keras.layers.Dense(
            1, kernel_initializer=initializers[0], dtype=self.dtype_policy, name="psi"
        )
        if self.spectral_normalization:
            seed = seed_of(initializers[0])
            self.psi = SpectralNormalization(self.psi, seed=seed, name="psi_normalized")
        self.psi.build((None, channels))
        self.v = condition_map(
            self, condition_shape, channels, initializers[1], self.spectral_normalization, "v"
        )

    def call(self, inputs):
        phi, condition = inputs
        if phi.shape.rank == 4:
            phi = tf.reduce_sum(phi, axis=[1, 2])
        fit = tf.reduce_sum(self.v(as_condition(self, condition)) * phi, axis=-1, keepdims=True)
        return fit + self.psi(phi)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "spectral_normalization": self.spectral_normalization,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
