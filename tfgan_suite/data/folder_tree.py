"""Which files of a folder are its images, and which folders are classes, splits or shards."""

import collections
import dataclasses
import os
import pathlib
import re

from tfgan_suite.data import attribute_files, dataset_json
from tfgan_suite.data.image_files import has_image_suffix
from tfgan_suite.data.source import UnknownSplitError
from tfgan_suite.files import shown, shown_some

SPLITS = ("train", "val", "valid", "validation", "test")
# What operating systems leave behind; so are names that begin with a dot.
_NO_DATA = {"__MACOSX", "Thumbs.db", "desktop.ini"}
_SHARD, _NUMBERED = re.compile(r"\d{5}"), re.compile(r"(?:img)?(\d{5,8})")
_PER_SHARD = 1000  # files


@dataclasses.dataclass(frozen=True)
class FolderTree:
    """The images of one split of a folder.

    Attributes:
        folder: the folder of the split.
        files: paths of the images: by class, and within one by name.
        labels: the numbers of their classes; None without classes.
        class_names: names of the classes of all splits, sorted; None without classes.
        stated: what `read_dataset_json` returned for the folder.
        sharded: whether the sub-folders are numbered by the thousands of the files in them.
        passed_over: names, below the folder, of files that are no images, and of folders without.
    """

    folder: pathlib.Path
    files: list
    labels: list | None
    class_names: tuple | None
    stated: dict | None
    sharded: bool
    passed_over: tuple


def read_tree(root, split):
    """Finds the images of a folder and what its sub-folders are.

    Hidden files and folders are passed over without a word.

    Args:
        root: path of the folder.
        split: `"train"`, or the name of a split sub-folder.

    Returns:
        A `FolderTree`.

    Raises:
        ValueError: if there is no image, images and class folders or split and class folders are
            mixed, the split is not there, a class has no image, or a link leads to a folder that it
            lies in.
    """
    inside = _Contents(root)
    folder, elsewhere = _choose_split(root, inside, split)
    if folder != root:
        inside = _Contents(folder)
    direct = inside.images.pop("", [])
    stated = dataset_json.read_dataset_json(folder)
    shards = stated is None and not elsewhere and _are_shards(inside.images)
    labels, names = None, None
    if stated is not None or shards:
        files = sorted([*direct, *(file for images in inside.images.values() for file in images)])
    elif inside.images or elsewhere:
        names = sorted({*inside.images, *elsewhere})
        files, labels = _by_class(folder, direct, inside, names, split)
        names = tuple(map(shown, names))
    else:
        files = direct
    passed_over = inside.passed_over(stated is not None)
    if not files:
        found = f"; there are {shown_some(passed_over)}" if passed_over else ""
        raise ValueError(
            f"{shown(folder)} holds no image of a format that Pillow reads, nor does any folder in "
            f"it{found}. Received: 0 images"
        )
    return FolderTree(folder, files, labels, names, stated, shards, passed_over)


class _Contents:
    """Files at any depth by the direct sub-folder that they are in, "" for none.

    Attributes:
        images: dict of the sub-folders that hold images to these, sorted.
        others: the same of other files.
        folders: names of all direct sub-folders, sorted.
    """

    def __init__(self, root):
        self._root = root
        self.folders = []
        self.images, self.others = collections.defaultdict(list), collections.defaultdict(list)
        # Links to folders are followed, but for those in which the same images would be met again.
        above = {str(root): (os.path.realpath(root.parent), os.path.realpath(root))}
        for parent, folders, files in os.walk(root, onerror=_refuse_folder, followlinks=True):
            reals = above.pop(parent)
            if reals[-1] in reals[:-1]:
                raise ValueError(
                    f"The folder {shown(parent)} is a link to one that it lies in, whose images "
                    "would be met again in it; remove the link. "
                    f"Received: a link to {shown(reals[-1])}"
                )
            folders[:] = sorted(filter(_is_seen, folders))
            paths = [os.path.join(parent, name) for name in folders]
            above |= {path: (*reals, os.path.realpath(path)) for path in paths}
            if parent == os.fspath(root):
                self.folders = list(folders)
            top = os.path.relpath(parent, root).split(os.sep)[0]
            for name in filter(_is_seen, files):
                kind = self.images if has_image_suffix(name) else self.others
                kind["" if top == "." else top].append(pathlib.Path(parent, name))
        for images in self.images.values():
            images.sort()

    def empty(self):
        """The sub-folders without an image."""
        return [name for name in self.folders if name not in self.images]

    def passed_over(self, has_json):
        """Names of what is not read."""
        read = {attribute_files.NAME, *([dataset_json.NAME] if has_json else [])}
        files = [file.relative_to(self._root) for part in self.others.values() for file in part]
        names = [file.as_posix() for file in files if file.as_posix() not in read]
        bare = [f"{name}/" for name in self.empty() if name not in self.others]
        return tuple(sorted(map(shown, [*names, *bare])))


def _is_seen(name):
    return not name.startswith(".") and name not in _NO_DATA


def _refuse_folder(error):
    raise ValueError(
        f"The folder {shown(error.filename)} cannot be read: {error.strerror}"
    ) from error


def _choose_split(root, inside, split):
    """The folder of the split, and the class folders of all splits."""
    tree = sorted(name for name in inside.images if name)
    splits = [name for name in tree if name in SPLITS]
    if not splits:
        if split != "train":
            raise UnknownSplitError(
                f"{shown(root)} has no split folders ({', '.join(SPLITS)}), so it has only the "
                f'split "train". Received: split={split!r}'
            )
        return root, set()
    if splits != tree:
        raise ValueError(
            f"{shown(root)} mixes folders named after splits and others; split folders stand "
            f"alone, and classes are inside each of them. Received: {shown_some(tree)}"
        )
    if split not in splits:
        raise UnknownSplitError(
            f"{shown(root)} has the splits {splits}. Received: split={split!r}"
        )
    below = [os.fspath(file)[len(os.path.join(root, name, "")) :].split(os.sep)
             for name in splits for file in inside.images[name]]
    classes = {parts[0] for parts in below if len(parts) > 1}
    return root / split, set() if dataset_json.read_dataset_json(root / split) else classes


def _by_class(folder, direct, inside, names, split):
    if direct:
        raise ValueError(
            f"{shown(folder)} holds both images and folders of images; put every image into a "
            f"class folder, or none. Received: {shown(direct[0].name)} beside {shown_some(names)}"
        )
    # A class that only other splits have is missing to train on; to be judged it need not be there.
    bare = set(inside.empty()) | ({*names} - {*inside.images} if split == "train" else set())
    if bare:
        files = [file.name for name in sorted(bare) for file in inside.others[name]]
        raise ValueError(
            f"Every class folder of {shown(folder)} must have an image of a format that Pillow "
            "reads; remove those that are no classes. Received: none in "
            f"{shown_some(sorted(bare))}{f', but {shown_some(files)}' if files else ''}"
        )
    numbered = [(label, file) for label, name in enumerate(names) for file in inside.images[name]]
    return [file for _, file in numbered], [label for label, _ in numbered]


def _are_shards(images):
    """Whether folders are numbered by the thousands of the numbers of their files."""

    def fits(folder, file):
        number = _NUMBERED.fullmatch(file.stem)
        if not _SHARD.fullmatch(folder) or number is None:
            return False
        thousand = int(number[1]) // _PER_SHARD
        return int(folder) in (thousand, thousand * _PER_SHARD)

    return bool(images) and all(fits(folder, file) for folder in images for file in images[folder])

