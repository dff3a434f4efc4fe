"""From an opened source to batches of float32 images in [-1, 1]."""

import math
import os

import tensorflow as tf

from tfgan_suite.data import augmentation
from tfgan_suite.data.channels import plan_channels
from tfgan_suite.data.resizing import plan_size

# What may wait in the shuffle buffer where images are not cached.
_SHUFFLE_BYTES = 2**30
_CHUNK = 32


def examples(source, *, size, resize, channels, labels, shuffle, seed, cache, repeat):
    """The examples one by one: read and resized once, cached, shuffled anew in every epoch.

    Args:
        source: a `Source`.
        size: `(height, width)` or `None`.
        resize, channels, labels, shuffle, seed, cache, repeat: as `data.load` takes them.

    Returns:
        `(dataset, read)`: a dataset of `(example,)` or `(example, label)`, the images uint8 or
        float32; and the function that turns a batch of its examples into images, or `None` if
        they are images already.

    Raises:
        ValueError: if the source cannot give what was asked for.
    """
    if labels and source.num_classes is None:
        raise ValueError(f"{source.name} has no labels. Received: labels=True")
    prepare, shape = _plan(source, size, resize, channels)
    dataset = source.elements(labels)
    # In memory already and nothing to do: read whole batches, at the end.
    late = source.in_memory and prepare is None
    if cache and not late:
        _check_memory(source, shape)
        dataset = _read(dataset, source, prepare).cache()
    if shuffle:
        # The buffer refers to cached images, it does not copy them; else it holds payloads.
        room = source.num_examples if cache else max(1, _SHUFFLE_BYTES // source.element_bytes)
        buffer_size = min(source.num_examples, room)
        dataset = _seeded(dataset, seed, lambda inputs: inputs.shuffle(buffer_size, seed=1))
    if repeat:
        # Right behind the shuffling: an iterator loses its place in the seeds of coming epochs if
        # it is saved when a step in between has drained an epoch that it has not passed on yet.
        dataset = dataset.repeat()
    if not cache and not late:
        dataset = _read(dataset, source, prepare)
    return dataset, source.read if late else None


def batches(dataset, read, *, batch_size, seed, steps, drop_remainder):
    """Batches examples and finishes whole batches: read, scale to [-1, 1], augment.

    Args:
        dataset, read: what `examples` returns.
        batch_size, seed, drop_remainder: as `data.load` takes them.
        steps: what `augmentation.resolve` returns.

    Returns:
        A `tf.data.Dataset` of float32 images, or of `(images, int32 labels)`.
    """

    def finish(batch, random=None):
        images, *labels = batch
        images = to_unit_range(read(images) if read else images)
        if steps:
            images = augmentation.apply(steps, images, tf.bitcast(random, tf.int32))
        return (images, *labels) if labels else images

    dataset = dataset.batch(batch_size, drop_remainder=drop_remainder)
    if steps:
        dataset = _seeded(dataset, seed, _with_random_numbers)
        dataset = _map(dataset, finish)
    else:
        dataset = _map(dataset, lambda *batch: finish(batch))
    options = tf.data.Options()
    options.deterministic = True
    # Replicas of several workers take turns on examples; whole files are too few to share out.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return dataset.prefetch(tf.data.AUTOTUNE).with_options(options)


def to_unit_range(images):
    """Maps uint8 in 0..255 to float32 in [-1, 1]; float images are there already."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0 if images.dtype == tf.uint8 else images


def _plan(source, size, resize, channels):
    """Returns `(prepare or None, shape)`: what to do to examples, and what comes out."""
    if not source.has_images:
        if size is not None or channels is not None:
            raise ValueError(
                f"{source.name} are points, not images. "
                f"Received: image_size={size}, channels={channels}"
            )
        return None, source.shape
    recolour, count = plan_channels(source, channels)
    rescale, size = plan_size(source, size, resize)
    if recolour is None and rescale is None:
        return None, source.shape

    shape = (*size, count)

    def prepare(images):
        images = to_unit_range(images)
        for convert in (recolour, rescale):
            images = convert(images) if convert else images
        if source.dtype == tf.uint8:
            # A quarter of the memory of float32, and what a resized image file would hold.
            images = tf.cast(tf.round((images + 1.0) * 127.5), tf.uint8)
        return tf.ensure_shape(images, (*images.shape[:-3], *shape))

    return prepare, shape


def _read(dataset, source, prepare):
    """Turns payloads into prepared examples, in parallel and in order."""

    def read(payload, *label):
        return (source.read(payload), *label)

    def finish(images, *label):
        return (prepare(images) if prepare else images, *label)

    if None in source.shape or not (prepare or source.vectorized):
        return _map(dataset, lambda *example: finish(*read(*example)))
    # Small images cost more in calls than in arithmetic: take some at a time.
    if source.vectorized:
        chunks = _map(dataset.batch(_CHUNK), read)
    else:
        chunks = _map(dataset, read).batch(_CHUNK)
    known = tf.data.experimental.assert_cardinality(dataset.cardinality())
    return _map(chunks, finish).unbatch().apply(known)


def _check_memory(source, shape):
    """Refuses a cache that would push the process out of memory hours into a run."""
    try:
        physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Not every system tells.
        return
    needed = source.num_examples * math.prod(shape) * source.dtype.size
    if needed > physical / 2:
        raise ValueError(
            f"A cache of {source.name} at {shape} would take {needed / 1e9:.1f} GB, more than half "
            f"of this machine's {physical / 1e9:.1f} GB; give cache=False or a smaller image_size. "
            "Received: cache=True"
        )


def _map(dataset, function):
    # Nothing to convert but the user's augmentations, and those are converted where they are traced.
    function = tf.autograph.experimental.do_not_convert(function)
    return dataset.map(function, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _with_random_numbers(dataset):
    numbers = tf.data.Dataset.random(seed=2, rerandomize_each_iteration=True)
    return tf.data.Dataset.zip(dataset, numbers)


def _seeded(dataset, seed, transform):
    """Applies `transform` so that its random numbers depend on `seed` alone.

    Outside of a function they would also depend on the global seed of `tf.random.set_seed`; inside,
    the seed of the function's own graph takes its place.
    """

    def apply(inputs):
        tf.random.set_seed(seed)
        return transform(inputs)

    # Called as it is, the function would be counted as traced again for every data set loaded, and
    # TensorFlow would warn of that.
    return tf.function(apply, autograph=False).get_concrete_function(dataset)(dataset)
