"""Pairs of images, for translators that are shown what comes out."""

from tfgan_suite.data import pipeline
from tfgan_suite.data.any_source import open_source
from tfgan_suite.data.channels import check_channels, convert_channels
from tfgan_suite.data.jitter import plan_jitter
from tfgan_suite.data.loading import checked_integer
from tfgan_suite.data.pair_sources import Colorization, open_pairs
from tfgan_suite.data.resizing import check_size
from tfgan_suite.data.source import part_of
from tfgan_suite.registration import public


@public
def load_pairs(
    source,
    *,
    image_size=None,
    batch_size=1,
    split="train",
    skip=0,
    limit=None,
    channels=(None, None),
    resize=None,
    shuffle=True,
    seed=0,
    jitter=False,
    mirror=False,
    cache=True,
    drop_remainder=True,
    repeat=False,
    data_dir=None,
):
    """Loads pairs of images as a pipeline of batches `(images, inputs)`, ready for `Pix2Pix.fit`.

    Whatever happens to one image of a pair happens to the other. For order, cache and what a
    resumed training sees, see `data.load`.

    Args:
        source: `SideBySide(...)`, `Colorization(...)`, or a tuple `(images, inputs)` of two
            folders, two archives or two arrays. In folders the files of a pair have one name
            (their extensions may differ); in arrays, one row.
        image_size: side, or `(height, width)`, in pixels, of both; None keeps the size.
        batch_size: pairs in a batch, over all replicas.
        split: see `data.load`.
        skip: leave out the first so many pairs.
        limit: use the first so many of the others; None for all.
        channels: of the images and of the inputs: see `data.load`; None keeps them.
        resize: see `data.load`.
        shuffle, seed, cache, drop_remainder, repeat: see `data.load`.
        jitter: whether to enlarge by 286/256 and to cut the size out at random, as in Isola et al.
            2017 (arXiv:1611.07004), appendix 6.2.
        mirror: whether to mirror left and right with probability 1/2.
        data_dir: see `data.load`.

    Returns:
        `Batches`, a `tf.data.Dataset`, of `(images, inputs)`, float32 `[B, H, W, C]` in [-1, 1].

    Raises:
        ValueError: if a file has no partner, the images of a pair have different sizes, or as
            `data.load` does.
    """
    batch_size = checked_integer("batch_size", batch_size, 1)
    seed = checked_integer("seed", seed, 0)
    size_asked = check_size(image_size, resize)
    size, steps = plan_jitter(size_asked, jitter, mirror)
    if not isinstance(channels, (tuple, list)) or len(channels) != 2:
        raise ValueError(
            "`channels` of pairs are two, of the images and of the inputs. "
            f"Received: channels={channels!r}"
        )
    for count in channels:
        check_channels(count)
    if isinstance(source, Colorization):
        if tuple(channels) not in ((None, None), (3, 1)):
            raise ValueError(
                "Colorization makes three channels of one. "
                f"Received: channels={tuple(channels)}"
            )
        opened, colours = open_source(source.source, split, data_dir, seed), 3
        if opened.has_images and opened.shape[2] == 1:
            raise ValueError(
                f"The images of {opened.name} are grey already. Received: {source!r}"
            )

        def separate(images):
            return images, convert_channels(images, 1)
    else:
        opened, first = open_pairs(source, split, data_dir, seed, channels)
        colours = None

        def separate(images):
            return images[..., :first], images[..., first:]

    opened = part_of(opened, skip, limit)
    if opened.num_examples < batch_size and drop_remainder and not repeat:
        raise ValueError(
            f"{opened.name} has {opened.num_examples} pairs, fewer than one batch; give a smaller "
            f"`batch_size` or drop_remainder=False. Received: batch_size={batch_size}"
        )
    return pipeline.minibatches(
        opened,
        size=size,
        resize=resize,
        channels=colours,
        labels=False,
        shuffle=shuffle,
        seed=seed,
        cache=cache,
        batch_size=batch_size,
        steps=steps,
        drop_remainder=drop_remainder,
        repeat=repeat,
        separate=separate,
        asked={
            "split": split,
            "skip": skip,
            "limit": limit,
            "image_size": size_asked,
            "channels": channels,
            "jitter": jitter,
            "mirror": mirror,
        },
    )
