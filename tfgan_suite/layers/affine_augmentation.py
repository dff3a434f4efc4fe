"""Images that are rotated, sheared, scaled and moved a little before a discriminator sees them."""

import keras
import tensorflow as tf

from tfgan_suite.checks import non_negative
from tfgan_suite.layers._affine_images import rotation, sample, scaling, stacked, translation
from tfgan_suite.layers._checks import feature_maps
from tfgan_suite.layers._random import check_seed, draw_rows
from tfgan_suite.registration import register

_DRAWS = 6  # uniform numbers for each image


@register
class AffineAugmentation(keras.layers.Layer):
    """Moves every image by a small random affine map, real and generated ones alike.

    As the first layer of a discriminator it does what `DifferentiableAugmentation` does with other
    transformations (Zhao et al. 2020, arXiv:2006.10738, eq. 6-7): in training calls D sees real and
    generated images through draws of their own, with gradients through to the generator; calls with
    `training=False` get the images as they are.

    With a network Q on the body of D (InfoGAN) it also says what a code is *not* to be: a slant, a
    width or a place that the draws blur is a poor way to tell the values of a code, so that these
    come to differ in what the draws leave alone. Clusters of images have been told in this way by
    Hu et al. 2017, "Learning Discrete Representations via Information Maximizing Self-Augmented
    Training" (arXiv:1702.08720), and the categories of InfoGAN by Ojha et al. 2019,
    "Elastic-InfoGAN" (arXiv:1910.01112), both by a loss that compares an image with itself moved.

    Each image is rotated, then sheared, scaled and moved, by numbers that are uniform and
    independent. It is resampled once, bilinearly, mirrored at the edges.

    Input and output: `[N, H, W, C]`; H and W known and at least 2.

    Args:
        rotation: the largest angle to either side, in radians.
        shear: the largest slant to either side, columns per row.
        scale: logarithm of the largest factor of height and of width, each drawn by itself.
        translation: the largest way up, down, left and right, as a fraction of height and width.
        seed: integer seed of the draws; None for one from `keras.utils.set_random_seed`'s.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if a number is negative or not finite, or the input has another shape.
    """

    def __init__(
        self, rotation=0.175, shear=0.35, scale=0.2, translation=0.05, seed=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.rotation = non_negative("rotation", rotation)
        self.shear = non_negative("shear", shear)
        self.scale = non_negative("scale", scale)
        self.translation = non_negative("translation", translation)
        self.seed = check_seed(seed)
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        _, height, width, _ = feature_maps(self, input_shape, (1, 2, 3))
        if min(height, width) < 2:
            raise ValueError(
                "AffineAugmentation takes images of at least 2x2 pixels. "
                f"Received: input_shape={tuple(input_shape)}"
            )

    def call(self, images, training=False):
        if not training:
            return images
        _, height, width, _ = images.shape
        units = 2.0 * draw_rows(self.generator, images, [_DRAWS]) - 1.0
        angle, slant, *factors, x, y = tf.unstack(units, axis=1)
        angle = self.rotation * angle
        # From the result's positions to the image's: the last map below is the first there.
        maps = rotation(tf.cos(angle), tf.sin(angle))
        for factor in (
            stacked([[1, self.shear * slant, 0], [0, 1, 0], [0, 0, 1]]),
            scaling(*(tf.exp(self.scale * factor) for factor in factors)),
            translation(self.translation * width * x, self.translation * height * y),
        ):
            maps = tf.matmul(maps, factor)
        return sample(images, maps)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "rotation": self.rotation,
            "shear": self.shear,
            "scale": self.scale,
            "translation": self.translation,
            "seed": self.seed,
        }
