"""A learned map for each channel, where latents become feature maps."""

import keras

from tfgan_suite.checks import positive_int
from tfgan_suite.registration import register


@register
class LearnedBasis(keras.layers.Layer):
    """Vectors to feature maps: each component scales a learned map of its own.

        y[n, i, j, c] = x[n, c] * basis[i, j, c]

    With a dense layer before it, this is the beginning of R3GAN's generator (Huang et al. 2024,
    arXiv:2501.05441, section 4), where the maps are 4x4 and start as N(0, 1).

    Input `[N, C]`, output `[N, height, width, C]`.

    Args:
        height: of the maps.
        width: of the maps.
        basis_initializer: of the maps, `[height, width, C]`.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer, or the input has not rank 2.
    """

    def __init__(self, height=4, width=4, basis_initializer=None, **kwargs):
        super().__init__(**kwargs)
        self.height = positive_int("height", height)
        self.width = positive_int("width", width)
        if basis_initializer is None:
            basis_initializer = keras.initializers.RandomNormal(0.0, 1.0)
        self.basis_initializer = keras.initializers.get(basis_initializer)

    def build(self, input_shape):
        shape = tuple(input_shape)
        if len(shape) != 2 or not isinstance(shape[1], int):
            raise ValueError(
                "LearnedBasis takes vectors of shape (N, C), C known. "
                f"Received: input_shape={input_shape}"
            )
        self.basis = self.add_weight(
            shape=(self.height, self.width, shape[1]),
            initializer=self.basis_initializer,
            name="basis",
        )

    def call(self, x):
        return x[:, None, None, :] * self.basis

    def compute_output_shape(self, input_shape):
        n, channels = input_shape
        return (n, self.height, self.width, channels)

    def get_config(self):
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "basis_initializer": keras.initializers.serialize(self.basis_initializer),
        }
