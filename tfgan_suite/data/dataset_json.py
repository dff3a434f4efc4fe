"""`dataset.json`, which says of every image of a folder which label it has."""

import json
import logging
import pathlib

import numpy as np

from tfgan_suite.data.given_conditions import one_row_each, with_condition
from tfgan_suite.files import shown, shown_some

NAME = "dataset.json"
_LOGGER = logging.getLogger("tfgan_suite.data")


def read_dataset_json(folder):
    """The content of a folder's `dataset.json`, as StyleGAN2-ADA's dataset tool writes it.

    Args:
        folder: the folder.

    Returns:
        Dict with `"labels"`: None, or pairs of a file, by its path below the folder, and its label;
        or None where there is no such file, or one that is something else.

    Raises:
        ValueError: if it cannot be read.

    References:
        Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data",
        arXiv:2006.06676.
    """
    path = pathlib.Path(folder) / NAME
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"The labels cannot be read: {error}. Received: {shown(path)}") from error
    return content if isinstance(content, dict) and "labels" in content else None


def labels_of(content, folder, files):
    """The labels of a folder's images.

    Args:
        content: what `read_dataset_json` returned.
        folder: the folder.
        files: paths of its images, in their order.

    Returns:
        `(labels, condition)` as `with_condition` gives them, with the names that the file may give
        as `"class_names"`; or `(None, None)` where it has no labels.

    Raises:
        ValueError: if an image has no label, or labels are neither integers nor rows of 0 and 1.
    """
    path = shown(pathlib.Path(folder) / NAME)
    given = content["labels"]
    if given is None:
        return None, None
    try:
        known = {name.replace("\\", "/"): label for name, label in dict(given).items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(
            f"`labels` of {path} must be pairs of a file and its label. Received: {given!r:.80}"
        ) from error
    if len(known) < len(given):
        raise ValueError(
            f"{path} must have one label for each file. "
            f"Received: {len(given)} labels of {len(known)} files"
        )
    names = [file.relative_to(folder).as_posix() for file in files]
    missing = [name for name in names if name not in known]
    if missing:
        raise ValueError(
            f"Every image must have a label in {path}. Received: none for {shown_some(missing)}"
        )
    absent = sorted(set(known) - set(names))
    if absent:
        _LOGGER.warning("%s has labels of images that are not there: %s", path, shown_some(absent))
    try:
        rows = one_row_each(np.asarray([known[name] for name in names]), len(names))
        return with_condition(rows, content.get("class_names"))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error

