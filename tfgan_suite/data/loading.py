"""The entry points: `load` a data set as a pipeline, `describe` it, ask for its splits."""

import operator

from tfgan_suite.batches import Batches
from tfgan_suite.conditions import Attributes
from tfgan_suite.data import augmentation, pipeline
from tfgan_suite.data.any_source import open_source
from tfgan_suite.data.channels import check_channels
from tfgan_suite.data.description import describe_source
from tfgan_suite.data.resizing import check_interpolation, check_size
from tfgan_suite.data.source import UnknownSplitError
from tfgan_suite.registration import public


@public
def load(
    source,
    *,
    image_size=None,
    batch_size=64,
    split="train",
    labels=None,
    attributes=None,
    channels=None,
    resize=None,
    interpolation=None,
    value_range=None,
    shuffle=True,
    seed=0,
    augment=(),
    cache=True,
    drop_remainder=True,
    repeat=False,
    broken="raise",
    data_dir=None,
):
    """Loads a data set as a pipeline of batches, ready for `fit`.

    Images are resized once and cached (as uint8 where the source is uint8), shuffled anew in every
    epoch, batched, augmented with a new draw in every epoch, and prefetched. In a trainer's `fit`
    order and draws are a function of (`seed`, epoch, minibatch) alone, so that a training can be
    begun again anywhere (see `Batches` for what is derived from the dataset). Iterated by hand they
    are a function of `seed` and of the number of iterators made so far: the k-th `iter` of a
    dataset is its k-th epoch, whether or not the earlier ones were read (with `repeat`, each begins
    anew). With `cache`, the first batch of a shuffled pipeline comes after every image was
    read once.

    Args:
        source: one of
            - `"digits"`: the 8x8 grey digits of scikit-learn, 1500 to train and 297 to test;
            - `"stacked_mnist"`: three digits of TFDS's MNIST as the channels of one image, 1,000
              modes drawn by `seed`: 128,000 to train and 25,600 to test;
            - the name of an image data set of TFDS (`"mnist"`, `"name/config"`), or a
              `tfds.core.DatasetBuilder`;
            - a folder of images, as a path; sub-folders are classes, unless a `dataset.json` as
              StyleGAN2-ADA writes it says what the labels are (see `open_folder`). A name
              from this list wins over a folder of the same name: write `./digits` for the folder;
            - an archive of such a folder, ZIP or tar (compressed or not), by its path;
            - a file `.npy` of images, or `.npz` of images and labels (see `open_numpy_file`);
            - a uint8 (0..255), bool or float ([-1, 1]) array `[N, H, W, C]` or `[N, H, W]`, alone
              or in a tuple with labels (integers `[N]` or `[N, 1]`, or one-hot `[N, K]`) or
              attributes (0 and 1, `[N, K]`);
            - `"gaussians"`, `"gaussians/ring"`, `"gaussians/grid"` or a `GaussianMixture`: points
              `[B, 2]`, which are *not* in [-1, 1].
        image_size: side, or `(height, width)`, in pixels; `None` keeps the size.
        batch_size: examples in a batch, over all replicas.
        split: `"train"`, or what the source has; slices such as `"train[:90%]"` for TFDS.
        labels: whether to yield labels or attributes as well; None for attributes alone, where the
            source has some.
        attributes: path of a CSV file of the attributes of a folder's images: the first column
            holds their names, each other one is 1 for images that have the attribute, 0 or -1 for
            the others. None for `attributes.csv` in the folder, where there is one.
        channels: 1 (ITU-R BT.601 grey) or 3, where alpha is put on black; 2 or 4 for these with
            alpha; None keeps what the images have, which may be up to 64 bands. The second of two
            channels and the fourth of four are alpha, by which colours are weighted in resizing.
        resize: what to do where the aspect ratio changes or sizes are mixed: `"stretch"`,
            `"crop"` (centred, then resized) or `"pad"` (fitted in, the rest black, -1).
        interpolation: `"bicubic"`, antialiased where it shrinks; `"nearest"`, which makes no value
            that was not there, for maps of labels; None for `"nearest"` where all images have
            indexed colours (PNG, BMP, TIFF) or are black and white alone, else `"bicubic"`.
        value_range: `(low, high)`, the values of black and of white in arrays or files where these
            are not the ends of the dtype or of the file format: `(0, 4095)` for 12 bits that are
            kept in 16, `(0, 1)` for masks, anything for floats.
        shuffle: whether to shuffle; the buffer holds the whole data set, unless the images are
            not cached and the compressed files exceed 1 GiB.
        seed: int from 0 to 2**31 - 1 that decides order and augmentation (and the points of a
            mixture).
        augment: names and callables `fn(image, seed) -> image` on one float32 image and an int32
            seed `[2]`, applied in order. Names: `"flip"` (left to right, probability 1/2),
            `"flip_vertical"` (the same, top to bottom), `"rot90"` (a multiple of 90 degrees),
            `"shift"` (up to 1/8 of each side, the edge mirrored).
        cache: whether to keep the resized images in memory.
        drop_remainder: whether to drop the last batch of an epoch when it is not full.
        repeat: whether to repeat for ever; batches then cross the border of epochs, and a
            checkpointed iterator goes on exactly where it was.
        broken: what to do about broken examples. `"raise"` names them. `"skip"` logs them, and
            `skipped` counts them. Of folders and TFDS, at any time: an image that does not
            decode, or whose file is empty or has vanished, is replaced by the next one of its
            class; a record whose label is out of range by the next record whose label is not. Order
            and length of an epoch stay, and are the same in a training that is resumed. Of arrays,
            where everything is checked by `load`: images with values that are not finite or outside
            of their range, or with a negative label, are left out from the start. A shard of TFDS
            whose checksums are wrong raises under both: what follows in it cannot be found.
        data_dir: folder of prepared TFDS data sets; by default the environment variable
            `TFDS_DATA_DIR`, else TFDS's own. Other sources do not read it.

    Returns:
        `Batches`, a `tf.data.Dataset`, of float32 images `[B, H, W, C]` in [-1, 1], or of
        `(images, labels)` with int32 labels `[B]`, or of `(images, attributes)` with float32
        attributes `[B, K]`; its `modality` and `condition` say which. Its cardinality is known. An
        image file or record that turns out to be broken raises `tf.errors.InvalidArgumentError`
        from the iteration, with its name, unless it is skipped; so does a label out of range.

    Raises:
        ValueError: if an argument is out of range, the source is unknown or not there, or the
            source cannot give what was asked for.
    """
    batch_size = checked_integer("batch_size", batch_size, 1)
    seed = checked_integer("seed", seed, 0)
    size = check_size(image_size, resize)
    check_channels(channels)
    for name, value in (
        ("labels", labels is not None and labels),
        ("shuffle", shuffle),
        ("cache", cache),
        ("drop_remainder", drop_remainder),
        ("repeat", repeat),
    ):
        if not isinstance(value, bool):
            raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")
    skip_broken = check_broken(broken)
    check_interpolation(interpolation)
    opened = open_source(source, split, data_dir, seed, skip_broken, attributes, value_range)
    if labels is None:
        labels = isinstance(opened.condition, Attributes)
    check_skippable(opened, skip_broken)
    if opened.num_examples < 1:
        raise ValueError(f"{opened.name} has no example in this split. Received: split={split!r}")
    if opened.num_examples < batch_size and drop_remainder and not repeat:
        raise ValueError(
            f"{opened.name} has {opened.num_examples} examples, fewer than one batch; give a "
            f"smaller `batch_size` or drop_remainder=False. Received: batch_size={batch_size}"
        )
    steps = augmentation.resolve(augment, opened.has_images)
    return pipeline.minibatches(
        opened,
        size=size,
        resize=resize,
        channels=channels,
        interpolation=interpolation,
        labels=labels,
        shuffle=shuffle,
        seed=seed,
        cache=cache,
        batch_size=batch_size,
        steps=steps,
        drop_remainder=drop_remainder,
        repeat=repeat,
        asked={
            "split": split,
            "augment": augmentation.names_of(augment),
            "value_range": value_range,
        },
    )


@public
def skipped(dataset):
    """What `load(..., broken="skip")` has passed over so far.

    Args:
        dataset: what `load` returned, or what one of its methods has made of it.

    Returns:
        Dict of the names of files, records or rows of an array to what is wrong with them.
    """
    return dict(dataset.skipped or {}) if isinstance(dataset, Batches) else {}


@public
def describe(
    source, *, split="train", attributes=None, value_range=None, broken="raise", data_dir=None
):
    """Describes a data set without reading its images (of a folder, all headers and a few images).

    A TFDS data set that is not prepared yet is prepared first, as in `load`.

    Args:
        source, split, attributes, value_range, broken, data_dir: as `load` takes them.

    Returns:
        A `Description`.

    Raises:
        ValueError: if the source or the split is unknown or not there.
    """
    skip_broken = check_broken(broken)
    options = (skip_broken, attributes, value_range)
    return describe_source(open_source(source, split, data_dir, 0, *options))


@public
def has_split(source, split, **options):
    """Whether a data set has a split of that name.

    Args:
        source, split: as `load` takes them.
        **options: further ones of `describe`.

    Raises:
        ValueError: if the source is unknown, or the split is there and cannot be used.

    Example:
        >>> has_split("digits", "validation")
        False
    """
    try:
        describe(source, split=split, **options)
    except UnknownSplitError:
        return False
    return True


def check_broken(broken):
    """Whether broken examples are to be skipped; raises ValueError unless they raise."""
    if broken not in ("raise", "skip"):
        raise ValueError(f'`broken` must be "raise" or "skip". Received: broken={broken!r}')
    return broken == "skip"


def check_skippable(opened, skip_broken):
    """Raises ValueError if broken examples are to be skipped of a source that cannot do that."""
    if skip_broken and opened.skipped is None:
        raise ValueError(
            "Broken examples of this source cannot be skipped. "
            f"Received: broken='skip' with {opened.name}"
        )


def checked_integer(name, value, minimum):
    """Returns `value` as an int from `minimum` to 2**31 - 1; raises ValueError otherwise."""
    try:
        number = minimum - 1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = minimum - 1
    # TensorFlow truncates seeds to 31 bits.
    if not minimum <= number < 2**31:
        raise ValueError(
            f"`{name}` must be an integer from {minimum} to 2**31 - 1. Received: {name}={value!r}"
        )
    return number
