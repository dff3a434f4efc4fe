"""From an opened source to batches of float32 images in [-1, 1]."""

import math

import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.data import augmentation, memory
from tfgan_suite.data.description import describe_source
from tfgan_suite.data.parallelism import PREFETCHED, as_is, parallel_map
from tfgan_suite.data.preparation import plan_examples, to_unit_range
from tfgan_suite.data_order import DataOrder, epochs_from, remaining, shuffled
from tfgan_suite.files import strict
from tfgan_suite.provenance import digest

# What may wait in the shuffle buffer where images are not cached.
_SHUFFLE_BYTES = 2**30
_CHUNK = 32


def minibatches(
    source,
    *,
    size,
    resize,
    channels,
    labels,
    shuffle,
    seed,
    cache,
    batch_size,
    steps,
    drop_remainder,
    repeat,
    interpolation=None,
    separate=None,
    asked=None,
):
    """Minibatches of a source: read and resized once, cached, shuffled anew in every epoch, scaled
    to [-1, 1], augmented.

    Args:
        source: a `Source`.
        size: `(height, width)` or `None`. Of a source of several parts `size`, `channels` and
            `interpolation` are tuples of one for each.
        steps: what `augmentation.resolve` returns.
        resize, channels, interpolation, labels, shuffle, seed, cache, batch_size, drop_remainder,
            repeat: as `data.load` takes them.
        separate: what makes several images of a minibatch of one; or None.
        asked: JSON-able dict of further options, or of the same as users know them, for the
            provenance.

    Returns:
        `Batches` of float32 images, or of `(images, int32 labels)`.

    Raises:
        ValueError: if the source cannot give what was asked for.
    """
    if labels and source.condition is None:
        raise ValueError(f"{source.name} has no labels. Received: labels=True")
    prepare, signature = plan_examples(source, size, resize, channels, interpolation)
    held = source.elements(labels)
    # In memory already and nothing to do: read whole batches, at the end.
    late = source.in_memory and prepare is None
    if cache and not late:
        held = _read(held, source, prepare).cache()
        memory.reserve(held, *_size_of_cache(source, signature))
    read = source.read if late else None if cache else _batch_reader(source, prepare, signature)
    # The buffer refers to cached images, it does not copy them; else it holds payloads.
    room = source.num_examples if cache else max(1, _SHUFFLE_BYTES // source.element_bytes)
    buffer_size = min(source.num_examples, room)
    count = source.num_examples

    def examples(epoch, skipped):
        """One epoch, from its example number `skipped` on."""
        return (shuffled(held, buffer_size, seed, epoch) if shuffle else held).skip(skipped)

    def one_epoch(epoch, skipped, limit):
        batched = examples(epoch, skipped * batch_size).batch(batch_size, drop_remainder)
        return _numbered(batched, epoch, skipped).take(remaining(limit, skipped))

    def finish(epoch, number, batch):
        images, *rest = batch
        images = tf.nest.map_structure(to_unit_range, read(images) if read else images)
        if steps:
            images = augmentation.apply(steps, images, _augmentation_seed(seed, epoch, number))
        if separate is not None:
            return separate(images)
        if not labels:
            return images
        if source.labels is None:
            return images, rest[0]
        # Fails, with the label, for one that is out of range.
        classes = tf.range(source.labels.classes)
        return images, tf.gather(classes, rest[0], name="labels_must_be_in_range")

    def begin(epoch, batch, limit=None, skip=0):
        if not repeat:
            return _finished(epochs_from(one_epoch, epoch, batch, limit, skip), finish)
        # Of ints and of tensors.
        epoch, skipped = batch * batch_size // count, batch * batch_size % count
        endless = epochs_from(lambda e, s, _: examples(e, s), epoch, skipped)
        endless = endless.batch(batch_size, drop_remainder=True)
        # Numbered from the beginning: a minibatch may belong to two epochs.
        return _finished(_numbered(endless, -1, batch), finish)

    options = {
        "image_size": size,
        "resize": resize,
        "channels": channels,
        "interpolation": interpolation,
        "labels": labels and _digest_of_names(source.condition),
        # A smaller buffer makes another order.
        "shuffle": shuffle and (buffer_size >= count or f"in a buffer of {buffer_size}"),
        "seed": seed,
        "batch_size": batch_size,
        "drop_remainder": drop_remainder,
        "repeat": repeat,
        **(asked or {}),
    }

    def complete():
        # They are read once, in whatever order: no second cache.
        once = {"shuffle": False, "cache": False, "drop_remainder": False, "repeat": False}
        how = {"size": size, "resize": resize, "channels": channels, "labels": labels}
        how |= {"interpolation": interpolation, "steps": steps, "separate": separate}
        return minibatches(source, seed=seed, batch_size=batch_size, asked=asked, **once, **how)

    about = {
        "complete": complete if drop_remainder and not repeat and count % batch_size else None,
        "name": source.name,
        "description": describe_source(source),
        "skipped": source.skipped,
        "provenance": lambda: {"source": source.fingerprint(), "options": strict(options)},
    }
    if repeat:
        return declared(begin(0, 0), DataOrder(None, None, begin), source, labels, about)
    full = count // batch_size
    all_batches = full if drop_remainder else math.ceil(count / batch_size)

    def of_iterator(number):
        return one_epoch(number, tf.constant(0, tf.int64), tf.constant(-1, tf.int64))

    dataset = _iterator_numbers(seed).flat_map(as_is(of_iterator))
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(all_batches))
    order = DataOrder(all_batches, full, begin)
    return declared(_finished(dataset, finish), order, source, labels, about)


def _digest_of_names(condition):
    """What decides the numbers of classes, or the order of attributes."""
    names = "".join(f"{name}\0" for name in condition.names or ())
    return f"{condition.kind} of {digest(names.encode())}"


def declared(dataset, order, source, labels, about):
    """`Batches` that know what they hold, from the shapes of their parts.

    Args:
        dataset: minibatches of examples, of examples and conditions, or of images and inputs.
        order: their `DataOrder`.
        source: the `Source` that they were read from.
        labels: whether the second part is the source's condition.
        about: other arguments of `Batches`.
    """
    examples, *others = tf.nest.flatten(dataset.element_spec)
    kinds = [source.kind(*part.shape[1:]) for part in (examples, *([] if labels else others))]
    condition = source.condition if labels else kinds[1] if others else None
    return Batches(dataset, order, modality=kinds[0], condition=condition, **about)


def _numbered(batched, epoch, first):
    """`(epoch, number, batch)` of minibatches: what the draws of augmentation follow from."""
    epochs = tf.data.Dataset.from_tensors(tf.cast(epoch, tf.int64))
    numbers = tf.data.Dataset.counter(start=tf.cast(first, tf.int64))
    return tf.data.Dataset.zip(epochs.repeat(), numbers, batched)


def _augmentation_seed(seed, epoch, number):
    pair = tf.random.experimental.stateless_fold_in(tf.stack([epoch, number]), seed)
    return tf.random.stateless_uniform([2], pair, None, None, tf.int32)


def _finished(dataset, finish):
    dataset = parallel_map(dataset, finish)
    options = tf.data.Options()
    options.deterministic = True
    # Replicas of several workers take turns on examples; whole files are too few to share out.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    # See `dataset_options.without_autotuner`, which cannot be asked where epochs are traced.
    options.autotune.enabled = False
    return dataset.prefetch(PREFETCHED).with_options(options)


def _batch_reader(source, prepare, signature):
    """The function from a minibatch of payloads to prepared images."""

    def one(payload):
        images = source.read(payload)
        return prepare(images) if prepare else images

    if source.vectorized:
        return one
    return lambda payloads: tf.map_fn(one, payloads, fn_output_signature=signature)


def _read(dataset, source, prepare):
    """Turns payloads into prepared examples, in parallel and in order."""

    def read(payload, *label):
        return (source.read(payload), *label)

    def finish(images, *label):
        return (prepare(images) if prepare else images, *label)

    shapes = [part.shape for part in source.parts or (source,)]
    if any(None in shape for shape in shapes) or not (prepare or source.vectorized):
        return parallel_map(dataset, lambda *example: finish(*read(*example)))
    # Small images cost more in calls than in arithmetic: take some at a time.
    if source.vectorized:
        chunks = parallel_map(dataset.batch(_CHUNK), read)
    else:
        chunks = parallel_map(dataset, read).batch(_CHUNK)
    known = tf.data.experimental.assert_cardinality(dataset.cardinality())
    return parallel_map(chunks, finish).unbatch().apply(known)


def _size_of_cache(source, signature):
    """How many bytes the examples take, and what they are, in words."""
    specs = tf.nest.flatten(signature)
    each = sum(math.prod(spec.shape) * spec.dtype.size for spec in specs)
    shapes = " and ".join(str(tuple(spec.shape)) for spec in specs)
    return source.num_examples * each, f"{source.name} at {shapes}"


def _iterator_numbers(seed):
    """One number, another for each iterator: the k-th of a seed is always the same.

    Outside of a function it would also depend on the global seed of `tf.random.set_seed`; inside,
    the seed of the function's own graph takes its place.
    """

    def numbers():
        tf.random.set_seed(seed)
        return tf.data.Dataset.random(seed=1, rerandomize_each_iteration=True).take(1)

    # Called as it is, the function would be counted as traced again for every data set loaded, and
    # TensorFlow would warn of that.
    return tf.function(numbers, autograph=False).get_concrete_function()()
