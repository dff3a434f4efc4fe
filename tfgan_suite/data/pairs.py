"""Pairs of images, for translators that are shown what comes out."""

from tfgan_suite.data import pipeline
from tfgan_suite.data.any_source import open_source
from tfgan_suite.data.channels import check_channels, convert_channels
from tfgan_suite.data.jitter import plan_jitter
from tfgan_suite.data.loading import check_broken, check_skippable, checked_integer
from tfgan_suite.data.pair_sources import Colorization, open_pairs
from tfgan_suite.data.resizing import check_interpolation, check_size
from tfgan_suite.data.source import part_of
from tfgan_suite.registration import public


@public
def load_pairs(
    source,
    *,
    image_size=None,
    input_size=None,
    batch_size=1,
    split="train",
    skip=0,
    limit=None,
    channels=(None, None),
    resize=None,
    interpolation=(None, None),
    value_range=(None, None),
    shuffle=True,
    seed=0,
    jitter=False,
    mirror=False,
    cache=True,
    drop_remainder=True,
    repeat=False,
    broken="raise",
    data_dir=None,
):
    """Loads pairs of images as a pipeline of batches `(images, inputs)`, ready for `Pix2Pix.fit`.

    Whatever happens to one image of a pair happens to the other. For order, cache and what a
    resumed training sees, see `data.load`.

    Args:
        source: `SideBySide(...)`, `Colorization(...)`, or a tuple `(images, inputs)` of two
            folders, two archives or two arrays. In folders the files of a pair have one name
            and lie in sub-folders of one name (their suffixes may differ); in arrays, one row.
        image_size: side, or `(height, width)`, in pixels, of both; None keeps the sizes.
        input_size: the same of the inputs alone, where they are smaller or larger.
        batch_size: pairs in a batch, over all replicas.
        split: see `data.load`.
        skip: leave out the first so many pairs.
        limit: use the first so many of the others; None for all.
        channels: of the images and of the inputs: see `data.load`; None keeps them.
        resize: see `data.load`; the images of a pair have one aspect ratio, unless it is
            `"stretch"`.
        interpolation: of the images and of the inputs: see `data.load`.
        value_range: of the images and of the inputs: see `data.load`.
        shuffle, seed, cache, drop_remainder, repeat: see `data.load`.
        jitter: whether to enlarge by 286/256 and to cut the size out at random, as in Isola et al.
            2017 (arXiv:1611.07004), appendix 6.2.
        mirror: whether to mirror left and right with probability 1/2.
        broken: `"raise"`, or `"skip"`: the place of a pair of which an image is broken is taken by
            the next pair (see `data.load`).
        data_dir: see `data.load`.

    Returns:
        `Batches`, a `tf.data.Dataset`, of `(images, inputs)`, float32 `[B, H, W, C]` in [-1, 1].

    Raises:
        ValueError: if a file has no partner, the images of a pair have different aspect ratios, or
            as `data.load` does.
    """
    batch_size = checked_integer("batch_size", batch_size, 1)
    seed = checked_integer("seed", seed, 0)
    size_asked = check_size(image_size, resize)
    sizes = [size_asked, check_size(input_size, None, "input_size") or size_asked]
    skip_broken = check_broken(broken)
    for name, value in (
        ("channels", channels), ("interpolation", interpolation), ("value_range", value_range),
    ):  # fmt: skip
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise ValueError(
                f"`{name}` of pairs are two, of the images and of the inputs. "
                f"Received: {name}={value!r}"
            )
    for count, method in zip(channels, interpolation):
        check_channels(count)
        check_interpolation(method)
    separate = None
    if isinstance(source, Colorization):
        opened = _open_colours(source, split, data_dir, seed, skip_broken, value_range, channels)
        _check_alike("Colorization makes both images of one", sizes, interpolation)
        size, steps = plan_jitter(sizes[:1], jitter, mirror)
        size, colours, method = size[0], 3, interpolation[0]

        def separate(images):
            return images, convert_channels(images, 1)
    else:
        opened = open_pairs(
            source,
            split,
            data_dir,
            seed,
            skip_broken=skip_broken,
            value_range=value_range,
            stretch=resize == "stretch",
        )
        size, steps = plan_jitter(sizes, jitter, mirror)
        colours, method = tuple(channels), tuple(interpolation)
    check_skippable(opened, skip_broken)
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
        interpolation=method,
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
            "input_size": input_size and sizes[1],
            "channels": channels,
            "interpolation": interpolation if any(interpolation) else None,
            "value_range": value_range if any(value_range) else None,
            "jitter": jitter,
            "mirror": mirror,
        },
    )


def _open_colours(source, split, data_dir, seed, skip_broken, value_range, channels):
    if tuple(channels) not in ((None, None), (3, 1)):
        raise ValueError(
            f"Colorization makes three channels of one. Received: channels={tuple(channels)}"
        )
    _check_alike("Colorization makes both images of one", value_range)
    opened = open_source(source.source, split, data_dir, seed, skip_broken, None, value_range[0])
    if opened.has_images and opened.shape[2] == 1:
        raise ValueError(f"The images of {opened.name} are grey already. Received: {source!r}")
    return opened


def _check_alike(what, *options):
    for first, second in options:
        if first != second:
            raise ValueError(
                f"{what}, with one size, one range and one interpolation. "
                f"Received: {first!r} and {second!r}"
            )
