"""Per-pixel noise, the source of a generator's fine detail."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import feature_maps, sizes
from tfgan_suite.layers._random import check_seed, draw_rows
from tfgan_suite.registration import register

INFERENCE = ("fixed", "none", "random")


@register
class NoiseInjection(keras.layers.Layer):
    """Adds one map of normal noise, the same for all channels up to a learned factor.

        y = x + strength * noise,  noise ~ N(0, 1) of shape [N, H, W, 1]

    StyleGAN, Karras et al. 2018 (arXiv:1812.04948), section 2, has a strength for each channel;
    StyleGAN2 (arXiv:1912.04958) a single one. Strengths start at 0. In training each call draws
    new noise, different on every replica.

    At inference the noise is fixed by default: one map, drawn from the seed when the layer is
    built and kept as a weight. A random map would make a served generator answer differently after
    every restart; export refuses such a generator.

    Input and output: `[N, H, W, C]`.

    Args:
        per_channel: a strength for each channel.
        inference: `"fixed"` (needs H and W known), `"none"` (x itself) or `"random"`.
        seed: integer seed of the noise; None for one from `keras.utils.set_random_seed`'s.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `inference` is unknown, or the input has not rank 4 or not the sizes needed.
    """

    def __init__(self, per_channel=False, inference="fixed", seed=None, **kwargs):
        super().__init__(**kwargs)
        if inference not in INFERENCE:
            raise ValueError(
                f"`inference` must be one of {INFERENCE}. Received: inference={inference!r}"
            )
        self.per_channel = bool(per_channel)
        self.inference = inference
        self.seed = check_seed(seed)
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        fixed = self.inference == "fixed"
        _, height, width, channels = feature_maps(self, input_shape, (1, 2, 3) if fixed else (3,))
        self.strength = self.add_weight(
            shape=(channels,) if self.per_channel else (), initializer="zeros", name="strength"
        )
        if fixed:
            self.noise = self.add_weight(
                shape=(height, width, 1),
                initializer=keras.initializers.RandomNormal(0.0, 1.0, seed=self.seed),
                trainable=False,
                name="noise",
            )

    def call(self, x, training=False):
        if training or self.inference == "random":
            _, height, width, _ = sizes(x)
            noise = draw_rows(self.generator, x, [height, width, 1], "normal")
        elif self.inference == "fixed":
            noise = self.noise.value
        else:
            return x
        return x + tf.cast(self.strength.value, x.dtype) * tf.cast(noise, x.dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "per_channel": self.per_channel,
            "inference": self.inference,
            "seed": self.seed,
        }
