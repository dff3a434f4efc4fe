"""The random jitter of pix2pix and CycleGAN: enlarge, cut out at random, mirror."""

import tensorflow as tf

from tfgan_suite.data import augmentation

# Isola et al. 2017 (arXiv:1611.07004), appendix 6.2: 286 pixels for 256.
ENLARGEMENT = 286 / 256


def plan_jitter(size, jitter, mirror):
    """Decides to what size images are brought, and what then happens to them at random.

    Args:
        size: `(height, width)` that is asked for, or None.
        jitter: whether images are enlarged and cut out at random.
        mirror: whether they are mirrored with probability 1/2.

    Returns:
        The size to resize to, and a list of functions of a batch and an int32 seed `[2]`.

    Raises:
        ValueError: if there is jitter without a size, or an option is no boolean.
    """
    for name, value in (("jitter", jitter), ("mirror", mirror)):
        if not isinstance(value, bool):
            raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")
    mirroring = [augmentation.flip] if mirror else []
    if not jitter:
        return size, mirroring
    if size is None:
        raise ValueError("`jitter` needs an `image_size`. Received: image_size=None")
    larger = tuple(max(side + 1, round(side * ENLARGEMENT)) for side in size)
    return larger, [lambda images, seed: random_crop(images, seed, size), *mirroring]


def random_crop(images, seed, size):
    """Cuts a window out of each image of a batch, every position as likely.

    Args:
        images: `[N, H, W, C]`.
        seed: int32 tensor `[2]`.
        size: `(height, width)` of the windows, at most H and W.

    Returns:
        `[N, height, width, C]`.
    """
    for axis, length in enumerate(size, start=1):
        spare = images.shape[axis] - length
        own_seed = tf.random.experimental.stateless_fold_in(seed, axis)
        count = [tf.shape(images)[0], 1]
        begin = tf.random.stateless_uniform(count, own_seed, 0, spare + 1, tf.int32)
        images = tf.gather(images, begin + tf.range(length), axis=axis, batch_dims=1)
    return images
