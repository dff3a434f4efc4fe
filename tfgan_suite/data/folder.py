"""A folder of image files as a data source."""

import collections
import os
import pathlib

import numpy as np
import tensorflow as tf

from tfgan_suite.conditions import Attributes
from tfgan_suite.data.attribute_files import has_attributes, read_attributes
from tfgan_suite.data.given_conditions import with_condition
from tfgan_suite.data.image_files import decode, read_headers
from tfgan_suite.data.source import Source
from tfgan_suite.data.broken_examples import first_good
from tfgan_suite.provenance import of_arrays, of_files

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
SPLITS = ("train", "val", "valid", "validation", "test")


def open_folder(source, split, skip_broken=False, attributes=None, name=None):
    """Opens a folder of png, jpg, jpeg, bmp, gif (first frame) or webp files.

    Images directly in the folder have no labels; images in sub-folders, at any depth, get the
    first sub-folder as class, in the order of the sorted names. If the sub-folders are named after
    splits (train, val, valid, validation, test) the one of `split` is opened, and the classes are
    those of all splits together. Images are turned as their EXIF orientation says; 16-bit grey
    becomes 8-bit. The header of every file is read here, the pixels later: a file cut short raises
    `tf.errors.InvalidArgumentError` from the iteration, with the name of the file.

    Args:
        source: path of the folder.
        split: `"train"`, or the name of a split sub-folder.
        skip_broken: whether the place of a file that cannot be read any more is taken by the next
            one of its class that can, in the order of the names.
        attributes: path of a CSV file of attributes (see `read_attributes`); None for
            `attributes.csv` in the folder, where there is one.
        name: of the source; None for the folder's own.

    Raises:
        ValueError: if the folder is missing, has no image, holds a link to a folder that it lies
            in, mixes images and sub-folders or split
            and class folders, lacks the split, or holds a file whose header is no image's.
    """
    root = pathlib.Path(source).expanduser()
    if not root.is_dir():
        reason = "is not a folder" if root.exists() else "does not exist"
        raise ValueError(f"The image folder {reason}. Received: source={str(source)!r}")
    tree = _subfolders_with_images(root)
    folder, class_names = _choose_split(root, tree, split)
    files, labels = _list_images(folder, class_names)
    headers = read_headers(files)
    sizes = collections.Counter((height, width) for height, width, _ in headers)
    channels = {count for _, _, count in headers}
    one_size = next(iter(sizes)) if len(sizes) == 1 else (None, None)
    shape = (*one_size, channels.pop() if len(channels) == 1 else None)
    paths = [str(file) for file in files]
    condition = None
    if attributes is not None or has_attributes(folder):
        labels, condition = read_attributes(attributes, folder, files)
    elif class_names:
        labels, condition = with_condition(labels, class_names)

    def elements(with_labels):
        return tf.data.Dataset.from_tensor_slices((paths, labels) if with_labels else (paths,))

    def decode_checked(path):
        image = decode(path)
        if any(want not in (None, got) for want, got in zip(shape, image.shape)):
            raise ValueError(
                f"The image file {os.fsdecode(path)} is not what its header said when the folder "
                f"was opened, {shape}. Received: an image of shape {image.shape}"
            )
        return image

    def fingerprint():
        known = {"name": name or root.name} | of_files(paths, folder)
        if isinstance(condition, Attributes):
            known |= {"attributes": of_arrays(values=labels)}
        return known

    skipped = {} if skip_broken else None
    decode_one = decode_checked
    if skip_broken:
        decode_one = _with_stand_ins(decode_checked, paths, labels, skipped)

    def decode_some(paths):
        if isinstance(paths, bytes):
            return decode_one(paths)
        return np.stack([decode_one(path) for path in paths])

    def read(paths):
        # Not stateful: a pipeline with a stateful operation cannot be checkpointed.
        images = tf.numpy_function(decode_some, [paths], tf.uint8, stateful=False)
        images.set_shape((*paths.shape, *shape))
        return images

    return Source(
        name=name or root.name or str(root),
        num_examples=len(files),
        shape=shape,
        dtype=tf.uint8,
        elements=elements,
        read=read,
        vectorized=None not in shape,
        element_bytes=64 + max(map(len, paths)),
        sizes=tuple(size for size, _ in sizes.most_common()),
        fingerprint=fingerprint,
        condition=condition,
        files=dict(zip(paths, headers)),
        skipped=skipped,
    )


def _with_stand_ins(decode_one, paths, labels, skipped):
    """Decodes another image in the place of one that cannot be read: the next of its class.

    Args:
        decode_one: function of a path.
        paths: all paths.
        labels: their labels, or None.
        skipped: dict to which the paths that cannot be read are added, with the reason.
    """
    position = {path: index for index, path in enumerate(paths)}

    def candidates(path):
        start = position[path]
        for index in (*range(start, len(paths)), *range(start)):
            if labels is None or np.array_equal(labels[index], labels[start]):
                yield paths[index], paths[index]

    def decode_or_stand_in(path):
        path = os.fsdecode(path)
        return first_good(candidates(path), lambda _, one: decode_one(one), skipped)

    return decode_or_stand_in


def _is_image(name):
    return not name.startswith(".") and name.lower().endswith(EXTENSIONS)


def _images_below(folder):
    """Yields all image files below a folder; hidden files and folders are passed over.

    Links to folders are followed, but for those in which the same images would be met again.
    """
    above = {str(folder): (os.path.realpath(folder.parent), os.path.realpath(folder))}
    for parent, folders, files in os.walk(folder, onerror=_refuse_folder, followlinks=True):
        reals = above.pop(parent)
        if reals[-1] in reals[:-1]:
            raise ValueError(
                f"The folder {parent} is a link to one that it lies in, whose images would be met "
                f"again in it; remove the link. Received: a link to {reals[-1]}"
            )
        folders[:] = [name for name in folders if not name.startswith(".")]
        above |= {path: (*reals, os.path.realpath(path)) for path in _joined(parent, folders)}
        yield from map(pathlib.Path, _joined(parent, filter(_is_image, files)))


def _joined(parent, names):
    return [os.path.join(parent, name) for name in names]


def _refuse_folder(error):
    raise ValueError(f"The folder {error.filename} cannot be read: {error.strerror}") from error


def _subfolders_with_images(folder):
    """Names of the direct sub-folders which hold images at any depth, sorted."""
    return sorted(
        child.name
        for child in folder.iterdir()
        if child.is_dir() and not child.name.startswith(".") and any(_images_below(child))
    )


def _choose_split(root, tree, split):
    """Returns the folder of the split and the class names, `None` for a flat folder."""
    splits = [name for name in tree if name in SPLITS]
    if not splits:
        if split != "train":
            raise ValueError(
                f"{root} has no split folders ({', '.join(SPLITS)}), so it has only the split "
                f'"train". Received: split={split!r}'
            )
        return root, tuple(tree) or None
    if splits != tree:
        raise ValueError(
            f"{root} mixes folders named after splits and others; split folders stand alone, and "
            f"classes are inside each of them. Received: {', '.join(tree)}"
        )
    if split not in splits:
        raise ValueError(f"{root} has the splits {splits}. Received: split={split!r}")
    classes = {name for part in splits for name in _subfolders_with_images(root / part)}
    return root / split, tuple(sorted(classes)) or None


def _list_images(folder, class_names):
    direct = sorted(child for child in folder.iterdir() if _is_image(child.name))
    if class_names is None:
        if not direct:
            raise ValueError(
                f"{folder} holds no image ({', '.join(EXTENSIONS)}), nor does any folder in it. "
                "Received: 0 images"
            )
        return direct, None
    if direct:
        raise ValueError(
            f"{folder} holds both images and folders of images; put every image into a class "
            f"folder, or none. Received: {direct[0].name} beside {', '.join(class_names[:5])}"
        )
    files, labels = [], []
    for label, name in enumerate(class_names):
        # A class may be in other splits alone.
        inside = sorted(_images_below(folder / name)) if (folder / name).is_dir() else []
        files.extend(inside)
        labels.extend([label] * len(inside))
    return files, np.asarray(labels, np.int32)
