"""Instance normalization."""

import keras

from tfgan_suite.registration import register


@register
class InstanceNormalization(keras.layers.GroupNormalization):
    """Normalizes each channel of each image by its own mean and variance over positions.

    Instance Normalization, Ulyanov et al. 2016 (arXiv:1607.08022), eq. 3:

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    This is Keras's group normalization with a group for each channel, under the field's name and
    with the epsilon of CycleGAN and pix2pix. Statistics in float32. Input, output: `[N, H, W, C]`.

    Args:
        epsilon: added to the variance.
        center: whether to have beta (zeros at first).
        scale: whether to have gamma (ones at first).
        **kwargs: of `keras.layers.GroupNormalization`, except `groups` and `axis`.
    """

    def __init__(self, epsilon=1e-5, center=True, scale=True, **kwargs):
        super().__init__(groups=-1, axis=-1, epsilon=epsilon, center=center, scale=scale, **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["groups"], config["axis"]
        return config
