"""Image data sets of TensorFlow Datasets (TFDS), by name or as the user's own builder."""

import difflib
import os
import pathlib
import re
import sys

import tensorflow as tf

from tfgan_suite.conditions import Labels
from tfgan_suite.data.reachability import any_reachable
from tfgan_suite.data.records import Records
from tfgan_suite.data.source import Source, UnknownSplitError
from tfgan_suite.provenance import of_files


def is_builder(source):
    """Whether `source` is a TFDS builder; without importing TFDS for somebody who has none."""
    tfds = sys.modules.get("tensorflow_datasets")
    return tfds is not None and isinstance(source, tfds.core.DatasetBuilder)


def is_registered(name):
    """Whether the part of `name` before `/` and `:` is a data set that TFDS knows."""
    base = re.split("[/:]", name)[0]
    if not re.fullmatch(r"\w+", base):
        return False
    import tensorflow_datasets as tfds

    return base in tfds.list_builders(with_community_datasets=False)


def open_tfds(source, split, data_dir=None, skip_broken=False):
    """Opens an image data set of TFDS, after downloading and preparing it if that is needed.

    The image is the feature of `supervised_keys`, else the one called `image`, else the only
    image feature; the label is found likewise among the `ClassLabel` features.

    Args:
        source: `"name"`, `"name/config"`, or a `tfds.core.DatasetBuilder`.
        split: split in the notation of TFDS, such as `"train[:90%]"`.
        data_dir: folder of prepared data sets; `None` means the environment variable
            `TFDS_DATA_DIR`, else TFDS's default.
        skip_broken: whether other records take the place of those that do not decode or whose
            label is out of range (see `Records`).

    Raises:
        ValueError: if the name or the split is unknown, there is no 8-bit image feature, or the
            data set is neither prepared nor can be downloaded; the last within seconds.
    """
    builder = _builder(source, data_dir)
    image_key, label_key = _feature_keys(builder)
    if not builder.is_prepared():
        _prepare(builder)
    try:
        info = builder.info.splits[split]
    except (ValueError, KeyError) as error:
        raise UnknownSplitError(
            f"{builder.name} has the splits {sorted(builder.info.splits)}, and slices of them "
            f'such as "train[:90%]". Received: split={split!r} ({error})'
        ) from error
    image = builder.info.features[image_key]
    label = builder.info.features[label_key] if label_key else None
    examples = info.num_examples
    records = Records(builder, split, image_key, label_key, skip_broken)
    return Source(
        name=builder.name,
        num_examples=examples,
        shape=tuple(image.shape),
        dtype=tf.uint8,
        elements=records.elements,
        read=records.read,
        vectorized=None not in image.shape,
        element_bytes=max(1, int(info.num_bytes or 0) // max(1, examples)),
        sizes=(image.shape[:2],) if None not in image.shape[:2] else (),
        fingerprint=lambda: _fingerprint(builder, info, split),
        condition=Labels(label.num_classes, label.names) if label else None,
        skipped=records.skipped,
    )


def _builder(source, data_dir):
    if is_builder(source):
        if data_dir is not None:
            raise ValueError(
                "A TFDS builder knows its own data_dir; give it there. "
                f"Received: data_dir={str(data_dir)!r}"
            )
        return source
    import tensorflow_datasets as tfds

    # TFDS reads the variable once, when it is imported; read now, it may be set at any time.
    data_dir = data_dir or os.environ.get("TFDS_DATA_DIR")
    data_dir = str(pathlib.Path(os.path.expanduser(data_dir))) if data_dir else None
    try:
        return tfds.builder(source, data_dir=data_dir, try_gcs=False)
    except tfds.core.DatasetNotFoundError as error:
        own = ["digits", "gaussians", "stacked_mnist"]
        known = [*own, *tfds.list_builders(with_community_datasets=False)]
        near = difflib.get_close_matches(re.split("[/:]", source)[0], known)
        hint = f"; near matches: {', '.join(near)}" if near else ""
        raise ValueError(
            f"Neither a folder nor a data set of that name is known{hint}. "
            f"Received: source={source!r}"
        ) from error
    except (ValueError, AssertionError) as error:  # Unknown config or version.
        raise ValueError(f"TFDS refuses the name: {error} Received: source={source!r}") from error


def _fingerprint(builder, info, split):
    """Facts about a split: its name, how many examples of which shards, the shards' contents."""
    shards = of_files([str(path) for path in info.filepaths], str(builder.data_path))
    return {
        "kind": builder.info.full_name,
        "name": builder.name,
        "split": split,
        "examples": info.num_examples,
        "shards": shards,
    }


def _prepare(builder):
    """Downloads and prepares, or says at once what is missing."""
    import tensorflow_datasets as tfds

    # The path below the root is name/version or name/config/version.
    full_name = pathlib.PurePosixPath(builder.info.full_name)
    name, root = full_name.parent, builder.data_path.parents[len(full_name.parts) - 1]
    manual = root / "downloads" / "manual"
    missing = {
        url: info.filename
        for url, info in (builder.url_infos or {}).items()
        if not (manual / info.filename).is_file()
    }
    # Left to itself without a network, TFDS retries for minutes without a word.
    if missing and not any_reachable(missing):
        files = sorted(missing.values())
        shown = ", ".join(files[:5]) + (", ..." if len(files) > 5 else "")
        raise ValueError(
            f"The data set {name} is not prepared in {builder.data_path}, and none of the hosts it "
            "is downloaded from answers. Give the `data_dir` (or set TFDS_DATA_DIR) where it is "
            f"prepared; or put the files {shown} into {manual}; "
            'or run where there is a network: python -c "import tensorflow_datasets as tfds; '
            f"tfds.builder('{name}', data_dir='{root}').download_and_prepare()\". "
            f"Received: source='{name}'"
        )
    try:
        builder.download_and_prepare(
            download_dir=str(manual.parent),
            download_config=tfds.download.DownloadConfig(
                # Archives are unpacked under their own names, and two data sets may share those.
                extract_dir=str(manual.parent / "extracted" / builder.name),
                # The mirror of prepared data sets is one more host that may not answer.
                try_download_gcs=False,
            ),
        )
    except AssertionError as error:  # Data that only the user can fetch.
        raise ValueError(
            f"TFDS cannot prepare {name}: {error} Received: source='{name}'"
        ) from error


def _feature_keys(builder):
    """Returns `(image key, label key or None)`."""
    import tensorflow_datasets as tfds

    features = builder.info.features
    columns = dict(features) if isinstance(features, tfds.features.FeaturesDict) else {}
    images = [key for key, value in columns.items() if isinstance(value, tfds.features.Image)]
    labels = [key for key, value in columns.items() if isinstance(value, tfds.features.ClassLabel)]
    image = _pick(builder, images, "image")
    label = _pick(builder, labels, "label")
    if image is None:
        raise ValueError(
            f"{builder.name} must have one image feature, or one called 'image'. "
            f"Received: features {sorted(columns)}, images among them {images}"
        )
    if columns[image].tf_dtype != tf.uint8:
        raise ValueError(
            f"The images of {builder.name} must be uint8. "
            f"Received: {columns[image].tf_dtype.name} of feature {image!r}"
        )
    return image, label


def _pick(builder, keys, usual):
    supervised = [key for key in builder.info.supervised_keys or () if key in keys]
    if supervised:
        return supervised[0]
    if usual in keys:
        return usual
    return keys[0] if len(keys) == 1 else None
