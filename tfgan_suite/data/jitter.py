"""The random jitter of pix2pix and CycleGAN: enlarge, cut out at random, mirror."""

import tensorflow as tf

from tfgan_suite.data import augmentation

# Isola et al. 2017 (arXiv:1611.07004), appendix 6.2: 286 pixels for 256.
ENLARGEMENT = 286 / 256


def plan_jitter(sizes, jitter, mirror):
    """Decides to what size images are brought, and what then happens to them at random.

    Args:
        sizes: `(height, width)` that is asked for, or None, of each image of an example: what
            happens to one happens to the others.
        jitter: whether images are enlarged and cut out at random.
        mirror: whether they are mirrored with probability 1/2.

    Returns:
        The sizes to resize to, and a list of functions of a batch (a tuple of as many batches,
        where an example has several images) and an int32 seed `[2]`.

    Raises:
        ValueError: if there is jitter without a size, or an option is no boolean.
    """
    for name, value in (("jitter", jitter), ("mirror", mirror)):
        if not isinstance(value, bool):
            raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")
    mirroring = [_on_each(len(sizes) * [augmentation.flip])] if mirror else []
    if not jitter:
        return sizes, mirroring
    if None in sizes:
        raise ValueError("`jitter` needs an `image_size`. Received: image_size=None")
    # In whole pixels of the smallest, so that windows of the others can be the same.
    smallest = min(sizes)
    enlarged = [max(side + 1, round(side * ENLARGEMENT)) for side in smallest]
    larger = [
        tuple(round(side * big / small) for side, big, small in zip(size, enlarged, smallest))
        for size in sizes
    ]
    crops = [
        lambda images, seed, size=size: random_crop(images, seed, size, smallest, enlarged)
        for size in sizes
    ]
    return larger, [_on_each(crops), *mirroring]


def _on_each(functions):
    """One function of a tuple of batches; of one batch, where there is one function."""

    def on_each(images, seed):
        if len(functions) == 1:
            return functions[0](images, seed)
        return tuple(one(part, seed) for one, part in zip(functions, images, strict=True))

    return on_each


def random_crop(images, seed, size, smallest, enlarged):
    """Cuts a window out of each image of a batch, every position as likely.

    Args:
        images: `[N, H, W, C]`.
        seed: int32 tensor `[2]`.
        size: `(height, width)` of the windows, at most H and W.
        smallest, enlarged: the same of the smallest images that are cut out like these, and what
            they are cut out of: its pixels are the steps between positions.

    Returns:
        `[N, height, width, C]`.
    """
    for axis, (length, small, big) in enumerate(zip(size, smallest, enlarged), start=1):
        own_seed = tf.random.experimental.stateless_fold_in(seed, axis)
        count = [tf.shape(images)[0], 1]
        begin = tf.random.stateless_uniform(count, own_seed, 0, big - small + 1, tf.int32)
        begin = begin * (images.shape[axis] - length) // (big - small)
        images = tf.gather(images, begin + tf.range(length), axis=axis, batch_dims=1)
    return images
