"""Which file of one folder belongs to which of another, and whether they fit together."""

import operator
import pathlib

from tfgan_suite.files import shown, shown_some


def match_files(images, inputs):
    """For each file of `images`, the file of `inputs` that has its name.

    A name is the path below the opened folder without the suffix. Where the two have no sub-folder
    in common it is the name of the file alone.

    Args:
        images, inputs: `Source`s of files.

    Returns:
        List of pairs of paths, bytes, in the order of `images`.

    Raises:
        ValueError: if a file has no partner, or two files of one folder have one name.
    """
    first, second = _by_name(images, whole=True), _by_name(inputs, whole=True)
    if set(first) != set(second) and not _folders(first) & _folders(second):
        first, second = _by_name(images, whole=False), _by_name(inputs, whole=False)
    alone = [*(first.keys() - second.keys()), *(second.keys() - first.keys())]
    if alone:
        count = f"{len(images.files)} images in {images.name}, {len(inputs.files)} inputs in"
        raise ValueError(
            "Every image must have a partner, and the two must have one name. Received: "
            f"{count} {inputs.name}; without a partner: {shown_some(sorted(alone))}"
        )
    return [(first[name], second[name]) for name in first]


def _by_name(source, whole):
    found = {}
    for path in source.files:
        file = pathlib.Path(shown(path)).relative_to(shown(source.folder)).with_suffix("")
        name = file.as_posix() if whole else file.name
        if name in found:
            raise ValueError(
                "Two files of a folder of pairs must not have one name. "
                f"Received: {shown(found[name])} and {shown(path)}"
            )
        found[name] = path
    return found


def _folders(names):
    return {pathlib.PurePosixPath(name).parent for name in names}


def check_aspects(images, inputs, pairs):
    """Refuses pairs of files of which one is no enlargement of the other.

    Args:
        images, inputs: `Source`s of files.
        pairs: what `match_files` returned.

    Raises:
        ValueError: naming the first of them.
    """
    for a, b in pairs:
        first, second = images.files[a], inputs.files[b]
        if first is not None and second is not None:
            check_aspect(shown(a), first[:2], shown(b), second[:2])


def check_aspect(name, size, other, other_size):
    """Refuses two images of which one is no enlargement of the other, to the nearest pixels.

    Args:
        name, other: of the images.
        size, other_size: their `(height, width)`.

    Raises:
        ValueError: if it is none.
    """
    if size == other_size:
        return
    # An enlargement is rounded to whole pixels, by up to half of one in each direction.
    off = 2 * abs(size[0] * other_size[1] - size[1] * other_size[0])
    if any(map(operator.eq, size, other_size)) or off >= sum(max(size, other_size)):
        raise ValueError(
            'The two images of a pair must have one size, or one aspect ratio (or resize="stretch" '
            f"makes it one). Received: {name} of {size[0]}x{size[1]} and {other} of "
            f"{other_size[0]}x{other_size[1]} (height x width)"
        )
