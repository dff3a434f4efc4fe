"""A pool of generated images from earlier steps."""

import keras
import tensorflow as tf

from tfgan_suite.checks import positive_int
from tfgan_suite.distribution import assign_all
from tfgan_suite.latents import stateless_rows
from tfgan_suite.layers._checks import fraction
from tfgan_suite.layers._random import check_seed, shared_seed
from tfgan_suite.registration import register


@register
class ImageHistoryPool(keras.layers.Layer):
    """Shows a discriminator older generated images among the new ones.

    Shrivastava et al. 2016 (arXiv:1612.07828), section 2.3, as used by CycleGAN, Zhu et al. 2017
    (arXiv:1703.10593), section 4: a pool of 50 images. Image by image, as TF-GAN's
    `features.tensor_pool` does with whole batches:

        while the pool is not full: store the image and return it
        then: take a random image out of the pool, store the new one in its place,
              return the old one with probability `probability`, else the new one

    So an image is returned at most twice: when it comes, and when it leaves. (The authors' code
    stores an image only where it returns an old one.) Outside of training the input is returned
    and nothing stored.

    The pool is part of the layer's weights and so of every checkpoint. Under several replicas they
    share one pool, through which their images pass in the order of the replicas, as on one device;
    they must have batches of equal size. Gradients do not pass.

    Input and output: `[N, ...]`, all sizes but N known.

    Args:
        size: images in the pool.
        probability: of returning an old image once the pool is full.
        seed: integer seed of the choices; None for one from `keras.utils.set_random_seed`'s.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: if `size` is not a positive integer, `probability` not in [0, 1], or a size of
            the input other than N is unknown.
    """

    def __init__(self, size=50, probability=0.5, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.size = positive_int("size", size)
        self.probability = fraction("probability", probability)
        self.seed = check_seed(seed)
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        row = tuple(input_shape)[1:]
        if None in row:
            raise ValueError(
                "ImageHistoryPool must know the shape of its images. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self.pool = self.add_weight(
            shape=(self.size, *row), initializer="zeros", trainable=False, name="pool"
        )
        self.stored = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", trainable=False, name="stored"
        )

    def call(self, images, training=False):
        images = tf.stop_gradient(images)
        if not training:
            return images
        context = tf.distribute.get_replica_context()
        replicas = context.num_replicas_in_sync if context else 1
        arrived = images if replicas == 1 else context.all_gather(images, axis=0)
        # Images by number: those in the pool come first, those that arrived after them.
        everything = tf.concat([tf.cast(self.pool.value, images.dtype), arrived], axis=0)
        returned, slots, stored = self._exchange(tf.shape(arrived)[0])
        assign_all([self.pool, self.stored], [tf.gather(everything, slots), stored])
        if replicas > 1:
            rows = tf.shape(images)[0]
            returned = tf.slice(returned, [context.replica_id_in_sync_group * rows], [rows])
        return tf.ensure_shape(tf.gather(everything, returned), images.shape)

    def _exchange(self, arrived):
        """Plays the pool's game with the numbers of the images alone.

        Args:
            arrived: scalar, how many images arrived.

        Returns:
            Which image is returned for each that arrived; which image is in each slot of the pool
            afterwards; how many slots are in use.
        """
        size = self.size
        seed = shared_seed(self.generator)
        # Uniform on [-1, 1); rows do not depend on how many replicas the images came from.
        draws = 0.5 * (stateless_rows([arrived, 2], seed, "uniform") + 1.0)
        chosen = tf.minimum(tf.cast(draws[:, 0] * size, tf.int32), size - 1)
        wants_old = draws[:, 1] < self.probability

        def pass_through(i, returned, slots, stored):
            full = stored >= size
            # Not by indexing, for which XLA would compile again at each value of `stored`.
            slot = tf.where(full, tf.gather(chosen, i), stored)
            result = tf.where(full & tf.gather(wants_old, i), tf.gather(slots, slot), size + i)
            returned = tf.tensor_scatter_nd_update(returned, [[i]], [result])
            slots = tf.tensor_scatter_nd_update(slots, [[slot]], [size + i])
            return i + 1, returned, slots, tf.minimum(stored + 1, size)

        start = (
            tf.constant(0),
            tf.zeros([arrived], tf.int32),
            tf.range(size),
            tf.convert_to_tensor(self.stored.value),
        )
        _, returned, slots, stored = tf.while_loop(
            lambda i, *_: i < arrived, pass_through, start, parallel_iterations=1
        )
        return returned, slots, stored

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "probability": self.probability,
            "seed": self.seed,
        }
