"""Bringing the examples of a source to one size and number of channels."""

import tensorflow as tf

from tfgan_suite.data.channels import has_alpha, plan_channels, weighted_by_alpha
from tfgan_suite.data.resizing import plan_size


def to_unit_range(images):
    """Maps uint8 in 0..255 to float32 in [-1, 1]; float images are there already."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0 if images.dtype == tf.uint8 else images


def plan_examples(source, size, resize, channels, interpolation):
    """Decides how to bring the examples of a source to one size and number of channels.

    Args:
        source: a `Source`.
        size, resize, channels, interpolation: as `pipeline.minibatches` takes them.

    Returns:
        `(prepare, specs)`: a function of what the source reads, or None where there is nothing to
        do, and a `TensorSpec` of what comes out, or a tuple of them where a source has parts.

    Raises:
        ValueError: if the source cannot give what was asked for.
    """
    if not source.parts:
        prepare, shape = _plan(source, size, resize, channels, interpolation)
        return prepare, tf.TensorSpec(shape, source.dtype)
    each = zip(source.parts, size, channels, interpolation, strict=True)
    plans = [_plan(part, side, resize, count, method) for part, side, count, method in each]
    specs = tuple(tf.TensorSpec(plan[1], part.dtype) for plan, part in zip(plans, source.parts))

    def prepare_all(images):
        return tuple(one(part) if one else part for (one, _), part in zip(plans, images))

    return prepare_all if any(one for one, _ in plans) else None, specs


def _plan(source, size, resize, channels, interpolation):
    """Returns `(prepare or None, shape)`: what to do to images, and what comes out."""
    if not source.has_images:
        if (size, channels, interpolation) != (None, None, None):
            raise ValueError(
                f"{source.name} are points, not images. Received: image_size={size}, "
                f"channels={channels}, interpolation={interpolation}"
            )
        return None, source.shape
    recolour, count = plan_channels(source, channels)
    rescale, size = plan_size(source, size, resize, interpolation)
    if rescale is not None and has_alpha(count):
        rescale = weighted_by_alpha(rescale)
    if recolour is None and rescale is None:
        return None, source.shape

    shape = (*size, count)

    def prepare(images):
        images = to_unit_range(images)
        for convert in (recolour, rescale):
            images = convert(images) if convert else images
        if source.dtype == tf.uint8:
            # A quarter of the memory of float32, and what a resized image file would hold.
            images = tf.cast(tf.round((images + 1.0) * 127.5), tf.uint8)
        return tf.ensure_shape(images, (*images.shape[:-3], *shape))

    return prepare, shape
