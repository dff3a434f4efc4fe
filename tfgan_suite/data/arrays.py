"""NumPy arrays as a data source."""

import numpy as np
import tensorflow as tf

from tfgan_suite.data.channels import MOST
from tfgan_suite.data.given_conditions import one_row_each, with_condition
from tfgan_suite.data.source import Source, only_train
from tfgan_suite.data.broken_examples import note
from tfgan_suite.modalities import Image
from tfgan_suite.provenance import of_arrays


_SIDE = 8  # pixels, of the smallest images with channels first that are told by their shape


def array_source(
    name,
    examples,
    labels=None,
    condition=None,
    kind=Image,
    skipped=None,
    fingerprint=None,
):
    """A source over arrays that are already right: uint8 or float32 examples, what is beside them.

    Args:
        name: name of the source.
        examples: array `[N, ...]`, uint8 in 0..255 or float32.
        labels: int32 labels `[N]` or float32 attributes `[N, K]`, or None.
        condition: the `Labels` or `Attributes` that they are; None where there are none.
        kind: class of the examples' modality.
        skipped: dict of the examples that were left out before, with the reasons.
        fingerprint: as in `Source`; None for that of the arrays.
    """
    indices = np.arange(len(examples))
    # Input pipelines run on the host; a constant made under a GPU would be copied back and forth.
    with tf.device("CPU:0"):
        held = tf.constant(examples)

    def elements(with_labels):
        columns = (indices, labels) if with_labels else (indices,)
        return tf.data.Dataset.from_tensor_slices(columns)

    return Source(
        name=name,
        num_examples=len(examples),
        shape=examples.shape[1:],
        dtype=held.dtype,
        elements=elements,
        read=lambda index: tf.gather(held, index),
        vectorized=True,
        in_memory=True,
        element_bytes=8,
        sizes=(examples.shape[1:3],) if kind is Image else (),
        fingerprint=fingerprint or (lambda: of_arrays(examples=held, labels=labels)),
        kind=kind,
        condition=condition,
        # Everything is in memory and was checked: nothing breaks in the middle of an epoch.
        skipped={} if skipped is None else skipped,
    )


def open_arrays(source, split, skip_broken=False):
    """Opens `images` or `(images, labels)`, which are checked as a whole here.

    Args:
        source: uint8 images in 0..255 or float images in [-1, 1], `[N, H, W, C]` or `[N, H, W]`,
            alone or with labels (integers `[N]` or `[N, 1]`, or one-hot `[N, K]`) or attributes
            (0 and 1, `[N, K]`).
        split: must be `"train"`.
        skip_broken: whether images are left out that hold NaN, infinite values or values outside of
            [-1, 1], or whose label is negative. If half of the images lie outside of [-1, 1], it is
            the scale that is wrong, and that raises all the same.

    Raises:
        ValueError: if shapes, dtypes or ranges are anything else, or a value is NaN or infinite.
    """
    only_train(split, "An array")
    images, labels = source if isinstance(source, tuple) else (source, None)
    images = _of_right_shape(images)
    condition = None
    if labels is not None:
        labels = one_row_each(labels, len(images))
    skipped = {}
    if skip_broken:
        images, labels = _without_broken(images, labels, skipped)
    if images.dtype != np.uint8:
        images = _checked_floats(images)
    if labels is not None:
        labels, condition = with_condition(labels)
    return array_source("array", images, labels, condition, skipped=skipped)


def _without_broken(images, labels, skipped):
    """The images, and their labels, in which nothing is wrong."""
    reasons = {}
    if images.dtype != np.uint8:
        low, high = images.min(axis=(1, 2, 3)), images.max(axis=(1, 2, 3))
        finite = np.isfinite(low) & np.isfinite(high)
        outside = finite & ((low < -1.0) | (high > 1.0))
        reasons |= {index: "holds NaN or infinite values" for index in np.flatnonzero(~finite)}
        if 2 * np.count_nonzero(outside) < len(images):
            reasons |= {
                index: f"has values from {low[index]:g} to {high[index]:g}, outside of [-1, 1]"
                for index in np.flatnonzero(outside)
            }
    if labels is not None and labels.ndim == 1:
        reasons |= {
            index: f"has the label {labels[index]}; labels count from 0"
            for index in np.flatnonzero(labels < 0)
        }
    if not reasons:
        return images, labels
    if len(reasons) == len(images):
        raise ValueError(
            "Every image of the array would have to be skipped. "
            f"Received: image 0 {reasons[0]}"
        )
    for index in sorted(reasons):
        note(skipped, f"image {index}", f"Image {index} {reasons[index]}")
    kept = np.setdiff1d(np.arange(len(images)), list(reasons))
    return images[kept], None if labels is None else labels[kept]


def _of_right_shape(images):
    received = f"Received: images of shape {images.shape} and dtype {images.dtype}"
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"An array of images has shape [N, H, W, C] or [N, H, W], none of them 0. {received}"
        )
    if images.shape[1] <= 4 and min(images.shape[2:]) >= _SIDE:
        raise ValueError(
            "The last axis of an array of images is the channels, and here they seem to come "
            f"first; move them with np.moveaxis(images, 1, -1). {received}"
        )
    if images.shape[-1] > MOST:
        raise ValueError(
            f"The last axis of an array of images is the channels, up to {MOST} of them. {received}"
        )
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            "Images are uint8 in 0..255 or float in [-1, 1]; convert them, say with "
            f"images.astype(np.uint8). {received}"
        )
    return images


def _checked_floats(images):
    low, high = float(images.min()), float(images.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = int(np.count_nonzero(~np.isfinite(images)))
        raise ValueError(f"Images hold NaN or infinite values. Received: {bad} such values")
    if low < -1.0 or high > 1.0:
        advice = "images / 127.5 - 1" if low >= 0.0 and high <= 255.0 else "an affine map"
        raise ValueError(
            f"Float images must lie in [-1, 1]; scale them with {advice}. "
            f"Received: values from {low:g} to {high:g}"
        )
    # Nothing below mid-grey in a whole data set: taken as it is, it would train on a washed-out
    # half of the range without a word.
    if 0.0 <= low < high:
        raise ValueError(
            "Float images must lie in [-1, 1], and these look scaled to [0, 1]; scale them with "
            f"images * 2 - 1. Received: values from {low:g} to {high:g}"
        )
    return images.astype(np.float32)
