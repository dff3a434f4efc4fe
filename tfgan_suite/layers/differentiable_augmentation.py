"""Augmentation of all that a discriminator sees."""

import keras
import tensorflow as tf

from tfgan_suite.layers._checks import feature_maps, sizes
from tfgan_suite.layers._random import check_seed, draw_rows
from tfgan_suite.registration import register

POLICY = ("color", "translation", "cutout")


@register
class DifferentiableAugmentation(keras.layers.Layer):
    """Augments real and generated images alike, with gradients through to the generator.

    Differentiable Augmentation for Data-Efficient GAN Training, Zhao et al. 2020
    (arXiv:2006.10738), eq. 6-7 and section 4. As the first layer of a discriminator it augments, in
    training calls, whatever D sees: real images in D's update, generated ones in D's and in G's,
    each with draws of its own. Calls with `training=False` get the images as they are.

    For each image, in this order:

    - color: adds b ~ U(-0.5, 0.5); scales the distance to the mean over channels by U(0, 2); scales
      the distance to the mean of the image by U(0.5, 1.5). Values may leave [-1, 1].
    - translation: moves the image by whole pixels, at most 1/8 of each size; zeros move in.
    - cutout: sets a rectangle of half of each size to 0, centred anywhere in the image.

    Input and output: `[N, H, W, C]` in [-1, 1].

    Args:
        policy: which of `"color"`, `"translation"` and `"cutout"`, as a tuple or as one string with
            commas.
        seed: integer seed of the draws; None for one from `keras.utils.set_random_seed`'s.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if the policy is empty or names something else, or the input has not rank 4.
    """

    def __init__(self, policy=POLICY, seed=None, **kwargs):
        super().__init__(**kwargs)
        names = policy.split(",") if isinstance(policy, str) else list(policy)
        names = [name.strip() for name in names]
        if not names or set(names) - set(POLICY):
            raise ValueError(f"`policy` must name some of {POLICY}. Received: policy={policy!r}")
        self.policy = tuple(name for name in POLICY if name in names)
        self.seed = check_seed(seed)
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        feature_maps(self, input_shape)

    def call(self, images, training=False):
        if not training:
            return images
        # All draws at once, whatever the policy, so that a seed means the same in all of them.
        draws = draw_rows(self.generator, images, [7])
        if "color" in self.policy:
            images = _color(images, tf.cast(draws[:, :3], images.dtype))
        if "translation" in self.policy:
            images = _translation(images, draws[:, 3:5])
        if "cutout" in self.policy:
            images = _cutout(images, draws[:, 5:7])
        return images

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "policy": self.policy, "seed": self.seed}


def _color(x, draws):
    brightness, saturation, contrast = tf.split(draws[:, None, None, :], 3, axis=-1)
    x += brightness - 0.5
    mean = tf.reduce_mean(x, axis=3, keepdims=True)
    x = mean + 2.0 * saturation * (x - mean)
    mean = tf.reduce_mean(x, axis=[1, 2, 3], keepdims=True)
    return mean + (0.5 + contrast) * (x - mean)


def _translation(x, draws):
    for axis in (1, 2):
        size = sizes(x)[axis]
        reach = size // 8 if isinstance(size, int) else tf.cast(size // 8, tf.int32)
        steps = tf.cast(tf.floor(draws[:, axis - 1] * tf.cast(2 * reach + 1, tf.float32)), tf.int32)
        # Beyond both edges there is a row of zeros.
        source = tf.clip_by_value(tf.range(size)[None] - (steps - reach)[:, None] + 1, 0, size + 1)
        padding = [[0, 0]] * 4
        padding[axis] = [1, 1]
        x = tf.gather(tf.pad(x, padding), source, axis=axis, batch_dims=1)
    return x


def _cutout(x, draws):
    inside = True
    for axis in (1, 2):
        size = sizes(x)[axis]
        length = (size + 1) // 2
        # Centres from 0 to `size`, or to size - 1 where the rectangle has an odd size.
        places = tf.cast(size + 1 - length % 2, tf.float32)
        first = tf.cast(tf.floor(draws[:, axis - 1] * places), tf.int32) - length // 2
        distance = tf.range(size)[None] - first[:, None]
        within = (distance >= 0) & (distance < length)
        inside &= within[:, :, None, None] if axis == 1 else within[:, None, :, None]
    return tf.where(inside, tf.zeros([], x.dtype), x)
