"""Augmentation that becomes stronger as the discriminator overfits."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.distribution import assign_all
from tfgan_suite.layers._affine_images import sample
from tfgan_suite.layers._augmentation_pipeline import NORMALS, UNIFORMS, color, geometry
from tfgan_suite.layers._checks import feature_maps, fraction, positive
from tfgan_suite.layers._random import check_seed, draw_rows
from tfgan_suite.registration import register

KINDS = ("blit", "geometry", "color")


@register
class AdaptiveAugmentation(keras.layers.Layer):
    """Augments what D sees with a probability p that follows the overfitting of D (ADA).

    Training Generative Adversarial Networks with Limited Data, Karras et al. 2020
    (arXiv:2006.06676). As the first layer of a discriminator it augments the images of all training
    calls, each transformation with probability p and gradients through to the generator. After an
    update of D, hand D's outputs on real images to `adapt`, which holds the heuristic (eq. 1)

        r_t = E[sign(D(real))]

    at `target`: every `interval` calls p moves by a fixed amount towards more augmentation if r_t
    is above the target, towards less if below. p can go from 0 to 1 in `images_to_full` images.
    p and the counts behind r_t are weights, and so part of every checkpoint.

    Transformations (the paper's "bgc", with its appendix B's distributions):

    - blit: flip in x, rotation by quarters, translation by whole pixels up to 1/8 of a size;
    - geometry: isotropic and anisotropic scaling, rotations, fractional translation;
    - color: brightness, contrast, luma flip, hue rotation, saturation (for grey images the first
      three). Values may leave [-1, 1].

    Deviations: images are resampled once, bilinearly, mirrored at the edges, where the paper
    oversamples with a wavelet filter; image-space filtering, noise and cutout are left out (the
    paper found no gain from them).

    Input and output: `[N, H, W, C]` in [-1, 1]; H and W known and at least 2, C 1 or 3.

    Args:
        kinds: which of `"blit"`, `"geometry"` and `"color"`.
        target: of r_t, in (-1, 1).
        interval: calls of `adapt` between changes of p.
        images_to_full: real images in which p could rise from 0 to 1.
        initial_probability: p at first.
        seed: integer seed of the draws; None for one from `keras.utils.set_random_seed`'s.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if an option is out of its range or the input has another shape.
    """

    # Trainers hand D's outputs on real images to the `adapt` of layers that say so.
    adapts_to_real_logits = True

    def __init__(
        self,
        kinds=KINDS,
        target=0.6,
        interval=4,
        images_to_full=500_000,
        initial_probability=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if isinstance(kinds, str) or not kinds or set(kinds) - set(KINDS):
            raise ValueError(f"`kinds` must be some of {KINDS}. Received: kinds={kinds!r}")
        if not -1.0 < target < 1.0:
            raise ValueError(f"`target` must be in (-1, 1). Received: target={target!r}")
        self.kinds = tuple(kind for kind in KINDS if kind in kinds)
        self.target = float(target)
        self.interval = positive_int("interval", interval)
        self.images_to_full = positive("images_to_full", images_to_full)
        self.initial_probability = fraction("initial_probability", initial_probability)
        self.seed = check_seed(seed)
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        _, height, width, channels = feature_maps(self, input_shape, (1, 2, 3))
        if channels not in (1, 3) or min(height, width) < 2:
            raise ValueError(
                "AdaptiveAugmentation takes grey or RGB images of at least 2x2 pixels. "
                f"Received: input_shape={tuple(input_shape)}"
            )

        def state(name, initial=0.0):
            return self.add_weight(
                shape=(),
                initializer=keras.initializers.Constant(initial),
                dtype="float32",
                autocast=False,
                trainable=False,
                name=name,
            )

        self.p = state("p", self.initial_probability)
        self.signs, self.images, self.calls = state("signs"), state("images"), state("calls")

    def call(self, images, training=False):
        if not training:
            return images
        _, height, width, channels = images.shape
        p = tf.convert_to_tensor(self.p.value)
        uniforms = draw_rows(self.generator, images, [UNIFORMS])
        normals = draw_rows(self.generator, images, [NORMALS], "normal")
        if "blit" in self.kinds or "geometry" in self.kinds:
            images = sample(images, geometry(p, uniforms, normals, height, width, self.kinds))
        if "color" in self.kinds:
            matrix = color(p, uniforms, normals)
            if channels == 1:
                # Grey in all three channels, their mean after.
                offset = tf.reduce_mean(matrix[:, :, 3:], axis=1, keepdims=True)
                factor = tf.reduce_mean(tf.reduce_sum(matrix[:, :, :3], axis=2), axis=1)
                matrix = tf.concat([factor[:, None, None], offset], axis=2)
            matrix = tf.cast(matrix, images.dtype)
            images = tf.einsum("nhwc,ndc->nhwd", images, matrix[:, :, :channels])
            images += matrix[:, None, None, :, channels]
        return images

    def adapt(self, real_logits):
        """Notes D's outputs on real images, and at every `interval`-th call moves p.

        Works in eager mode, in `tf.function` and on several replicas, whose outputs are put
        together.

        Args:
            real_logits: D's outputs on real images of one training step, `[N, ...]`; several
                outputs for an image (PatchGAN) count by the mean of their signs.

        Raises:
            ValueError: if the layer has not been built.
        """
        if not self.built:
            raise ValueError("AdaptiveAugmentation must be called on images before `adapt`.")
        signs = tf.sign(tf.cast(real_logits, tf.float32))
        per_image = tf.reduce_mean(tf.reshape(signs, [tf.shape(signs)[0], -1]), axis=1)
        sums = [tf.reduce_sum(per_image), tf.cast(tf.shape(signs)[0], tf.float32)]
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            sums = context.all_reduce(tf.distribute.ReduceOp.SUM, sums)
        signs, images = self.signs.value + sums[0], self.images.value + sums[1]
        calls = self.calls.value + 1.0
        due = calls >= self.interval
        r_t = tf.math.divide_no_nan(signs, images)
        moved = self.p.value + tf.sign(r_t - self.target) * images / self.images_to_full
        p = tf.where(due, tf.clip_by_value(moved, 0.0, 1.0), self.p.value)
        counts = [tf.where(due, 0.0, count) for count in (signs, images, calls)]
        assign_all([self.p, self.signs, self.images, self.calls], [p, *counts])

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "kinds": self.kinds,
            "target": self.target,
            "interval": self.interval,
            "images_to_full": self.images_to_full,
            "initial_probability": self.initial_probability,
            "seed": self.seed,
        }
