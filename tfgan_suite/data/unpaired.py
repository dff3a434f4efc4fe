"""Two sets of images that have nothing to do with each other, for CycleGAN."""

import collections
import os
import pathlib

import tensorflow as tf

from tfgan_suite.batches import Batches
from tfgan_suite.data import pipeline
from tfgan_suite.data.any_source import open_source
from tfgan_suite.data.channels import check_channels
from tfgan_suite.data.jitter import plan_jitter
from tfgan_suite.data.loading import check_broken, check_skippable, checked_integer
from tfgan_suite.data.resizing import check_interpolation, check_size
from tfgan_suite.data.source import part_of
from tfgan_suite.data_order import DataOrder, epochs_from, remaining
from tfgan_suite.registration import public

# Far from each other: users count their seeds up by one.
_SEED_OF_B = 715_827_883


@public
def load_unpaired(
    domain_a,
    domain_b=None,
    *,
    image_size=None,
    batch_size=1,
    split="train",
    skip=0,
    limit=None,
    channels=None,
    resize=None,
    interpolation=None,
    value_range=None,
    shuffle=True,
    seed=0,
    jitter=False,
    mirror=False,
    cache=True,
    broken="raise",
    data_dir=None,
):
    """Loads two domains as a pipeline of batches `(a, b)`, ready for `CycleGAN.fit`.

    An epoch is one pass over the larger domain; the smaller one begins anew in its middle, in
    another order, and goes on in the next epoch. Orders and draws of the two domains have nothing
    to do with each other; both are functions of (`seed`, epoch, minibatch), so that a training can
    be begun again anywhere. Iterated by hand, each pass is the first epoch.

    Args:
        domain_a: images of A: a folder, an archive, an array or whatever else `data.load` takes.
            Without `domain_b`, both domains: a data set of TFDS with the splits of `cycle_gan/*`
            (`trainA`, `trainB`, `testA`, `testB`), or a folder with sub-folders of these names.
        domain_b: images of B; or None.
        image_size: side, or `(height, width)`, in pixels, of both; None keeps the sizes.
        batch_size: images of each domain in a batch, over all replicas.
        split: of both domains, see `data.load`; with both in one source, "train" or "test".
        skip: leave out the first so many images of each domain.
        limit: use the first so many of the others; None for all.
        channels, interpolation, value_range: see `data.load`; each of both domains, or a pair, of A
            and of B.
        resize, shuffle, seed, cache, broken, data_dir: see `data.load`.
        jitter: whether to enlarge by 286/256 and to cut the size out at random.
        mirror: whether to mirror left and right with probability 1/2.

    Returns:
        `Batches`, a `tf.data.Dataset`, of `(a, b)`, float32 `[B, H, W, C]` in [-1, 1]. All of them
        are full.

    Raises:
        ValueError: if a domain has no image, naming the domain, or as `data.load` does.
    """
    batch_size = checked_integer("batch_size", batch_size, 1)
    seed = checked_integer("seed", seed, 0)
    size_asked = check_size(image_size, resize)
    (size,), steps = plan_jitter([size_asked], jitter, mirror)
    skip_broken = check_broken(broken)
    channels, interpolation = _of_each(channels), _of_each(interpolation)
    value_range = _of_each(value_range, one=_are_numbers)
    sources = ((domain_a, split), (domain_b, split))
    if domain_b is None:
        sources = _two_sources(domain_a, split)
    batches, opened = [], []
    options = zip(channels, interpolation, value_range)
    seeds = (seed, seed ^ _SEED_OF_B)
    for name, (source, part), own_seed, own in zip("AB", sources, seeds, options):
        count, method, values = own
        try:
            check_channels(count)
            check_interpolation(method)
            found = open_source(source, part, data_dir, own_seed, skip_broken, None, values)
            check_skippable(found, skip_broken)
            opened.append(part_of(found, skip, limit))
            batches.append(
                pipeline.minibatches(
                    opened[-1],
                    size=size,
                    resize=resize,
                    channels=count,
                    interpolation=method,
                    labels=False,
                    shuffle=shuffle,
                    seed=own_seed,
                    cache=cache,
                    batch_size=batch_size,
                    steps=steps,
                    drop_remainder=True,
                    repeat=True,
                    asked={
                        "split": part,
                        "skip": skip,
                        "limit": limit,
                        "image_size": size_asked,
                        "value_range": values,
                        "jitter": jitter,
                        "mirror": mirror,
                    },
                )
            )
        except ValueError as error:
            raise ValueError(f"Domain {name}: {error}") from error
    per_epoch = max(1, max(source.num_examples for source in opened) // batch_size)
    return _zipped(*batches, per_epoch)


def _zipped(a, b, per_epoch):
    def both(number):
        return tf.data.Dataset.zip(*(domain.order.begin(0, number) for domain in (a, b)))

    def one_epoch(epoch, skipped, limit):
        return both(epoch * per_epoch + skipped).take(remaining(limit, skipped))

    def begin(epoch, batch, limit=None, skip=0):
        if limit in (None, per_epoch) and not skip:
            return both(epoch * per_epoch + batch)
        limit = per_epoch - skip if limit is None else limit
        return epochs_from(one_epoch, epoch, batch, limit, skip)

    known = tf.data.experimental.assert_cardinality(per_epoch)
    first_epoch = tf.data.Dataset.zip(a, b).take(per_epoch).apply(known)
    order = DataOrder(per_epoch, per_epoch, begin)
    return Batches(
        first_epoch,
        order,
        name=f"{a.name} and {b.name}",
        modality=a.modality,
        condition=b.modality,
        provenance=lambda: {"a": a.provenance, "b": b.provenance},
        skipped=None if a.skipped is None else collections.ChainMap(a.skipped, b.skipped),
    )


def _are_numbers(pair):
    return not any(value is None or isinstance(value, (tuple, list)) for value in pair)


def _of_each(option, one=lambda pair: False):
    """What was given for both domains, or for each, as a pair.

    Args:
        option: as the user gave it.
        one: whether a pair is what was given for both.
    """
    is_pair = isinstance(option, (tuple, list)) and len(option) == 2 and not one(option)
    return tuple(option) if is_pair else (option, option)


def _two_sources(source, split):
    """`((source of A, split), (source of B, split))` where one source has both domains."""
    is_path = isinstance(source, (str, pathlib.PurePath))
    if is_path and os.path.isdir(os.path.expanduser(source)):
        root = pathlib.Path(source).expanduser()
        folders = [root / f"{split}{domain}" for domain in "AB"]
        missing = [folder.name for folder in folders if not folder.is_dir()]
        if missing:
            raise ValueError(
                f"A folder of two domains has sub-folders {split}A and {split}B; {missing[0]} is "
                f"not there. Else give both domains. Received: {str(source)!r}"
            )
        return tuple((folder, "train") for folder in folders)
    if not isinstance(source, str):
        raise ValueError(
            "Give both domains, or one source that has both: a folder, or a name of TFDS. "
            f"Received: domain_a of type {type(source).__name__} without domain_b"
        )
    return (source, f"{split}A"), (source, f"{split}B")
