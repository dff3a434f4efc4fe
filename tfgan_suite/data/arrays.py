"""NumPy arrays as a data source."""

import numpy as np
import tensorflow as tf

from tfgan_suite.data.channels import MOST
from tfgan_suite.data.given_conditions import one_row_each, with_condition
from tfgan_suite.data.source import Source, only_train
from tfgan_suite.data.broken_examples import note
from tfgan_suite.data.value_ranges import (
    note_if_dark, power_of_two, to_levels, to_unit_floats,
)  # fmt: skip
from tfgan_suite.fields import unit_scale
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
    rows=None,
    indexed=False,
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
        rows, indexed: as in `Source`.
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
        rows=rows,
        indexed=indexed,
        # Everything is in memory and was checked: nothing breaks in the middle of an epoch.
        skipped={} if skipped is None else skipped,
    )


def open_arrays(source, split, skip_broken=False, value_range=None):
    """Opens `images` or `(images, labels)`, which are checked as a whole here.

    Args:
        source: uint8 images in 0..255, float images in [-1, 1] or boolean ones, `[N, H, W, C]` or
            `[N, H, W]`, alone or with labels (integers `[N]` or `[N, 1]`, or one-hot `[N, K]`) or
            attributes (0 and 1, `[N, K]`).
        split: must be `"train"`.
        skip_broken: whether images are left out that hold NaN, infinite values or values outside of
            their range, or whose label is negative. If half of the images lie outside, it is the
            scale that is wrong, and that raises all the same.
        value_range: `(low, high)`, the values of black and white, of images of any dtype; None for
            those above.

    Raises:
        ValueError: if shapes, dtypes or ranges are anything else, or a value is NaN or infinite.
    """
    only_train(split, "An array")
    images, labels = source if isinstance(source, tuple) else (source, None)
    images = _of_right_shape(images)
    _check_dtype(images, value_range)
    limits = (0, 255) if images.dtype == np.uint8 else (-1, 1)
    limits = (0, 1) if images.dtype == bool else value_range or limits
    condition = None
    if labels is not None:
        labels = one_row_each(labels, len(images))
    skipped, rows, indexed = {}, None, images.dtype == bool
    if skip_broken:
        rows = _good_rows(images, labels, limits, skipped)
        if len(rows) < len(images):
            images, labels = images[rows], None if labels is None else labels[rows]
    images = _as_pixels(images, limits, value_range)
    if labels is not None:
        labels, condition = with_condition(labels)
    return array_source(
        "array", images, labels, condition, skipped=skipped, rows=rows, indexed=indexed
    )


def _good_rows(images, labels, limits, skipped):
    """Numbers of the images in which, and in whose labels, nothing is wrong."""
    low, high = images.min(axis=(1, 2, 3)), images.max(axis=(1, 2, 3))
    finite = np.isfinite(low) & np.isfinite(high)
    outside = finite & ((low < limits[0]) | (high > limits[1]))
    reasons = {index: "holds NaN or infinite values" for index in np.flatnonzero(~finite)}
    if 2 * np.count_nonzero(outside) < len(images):
        reasons |= {
            index: f"has values from {low[index]:g} to {high[index]:g}, outside of "
            f"[{limits[0]:g}, {limits[1]:g}]"
            for index in np.flatnonzero(outside)
        }
    if labels is not None and labels.ndim == 1:
        reasons |= {
            index: f"has the label {labels[index]}; labels count from 0"
            for index in np.flatnonzero(labels < 0)
        }
    if len(reasons) == len(images):
        raise ValueError(
            "Every image of the array would have to be skipped. "
            f"Received: image 0 {reasons[0]}"
        )
    for index in sorted(reasons):
        note(skipped, f"image {index}", f"Image {index} {reasons[index]}")
    return np.setdiff1d(np.arange(len(images)), list(reasons))


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
    return images


def _check_dtype(images, value_range):
    """Refuses dtypes that do not say what is white, with what can be done about them."""
    kind = images.dtype.kind
    if images.dtype == np.uint8 or kind in "bf" or (kind in "iu" and value_range is not None):
        return
    advice = "convert them to one of these"
    if kind in "iu":
        low, high = int(images.min()), int(images.max())
        advice = f"for others give value_range=({min(low, 0)}, {power_of_two(high)}), or what is"
        advice = f"{advice} black and white in them; these go from {low} to {high}"
        if 0 <= low and high <= 255:
            advice = f"if white is 255 use images.astype(np.uint8); {advice}"
    raise ValueError(
        f"Images are uint8 in 0..255, float in [-1, 1] or bool; {advice}. "
        f"Received: images of shape {images.shape} and dtype {images.dtype}"
    )


def _as_pixels(images, limits, value_range):
    """Images as uint8, or as float32 in [-1, 1], of checked ranges."""
    if images.dtype == bool:
        return images.astype(np.uint8) * np.uint8(255)
    if value_range is not None:
        # No two of so few values become one.
        if images.dtype == np.uint8:
            return to_levels(images, value_range)
        _check_limits(images, limits, f"value_range=({limits[0]:g}, {limits[1]:g}) must hold them")
        return to_unit_floats(images, value_range)
    if images.dtype == np.uint8:
        note_if_dark("The array of images", int(images.min()), int(images.max()), 255)
        return images
    return _checked_floats(images)


def _check_limits(images, limits, advice):
    low, high = float(images.min()), float(images.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = int(np.count_nonzero(~np.isfinite(images)))
        raise ValueError(f"Images hold NaN or infinite values. Received: {bad} such values")
    if low < limits[0] or high > limits[1]:
        raise ValueError(f"{advice}. Received: values from {low:g} to {high:g}")
    return low, high


def _checked_floats(images):
    low, high = float(images.min()), float(images.max())
    advice = "images / 127.5 - 1" if low >= 0.0 and high <= 255.0 else "an affine map"
    advice = f"Float images must lie in [-1, 1]; scale them with {advice}, or give `value_range`"
    _check_limits(images, (-1.0, 1.0), advice)
    found = unit_scale("Float images", low, high, ", or give value_range=(0, 1)")
    if found:
        raise ValueError(found)
    return images.astype(np.float32)
