"""Random changes of training images, each a function of a seed alone.

Nothing here keeps random state: an iterator over a pipeline with stateful random operations cannot
be checkpointed, and a run could not be repeated.
"""

import tensorflow as tf

SHIFT = 1 / 8


def flip(images, seed):
    """Mirrors left and right with probability 1/2."""
    return _where(_coins(images, seed), tf.reverse(images, [2]), images)


def flip_vertical(images, seed):
    """Mirrors top and bottom with probability 1/2."""
    return _where(_coins(images, seed), tf.reverse(images, [1]), images)


def rot90(images, seed):
    """Turns by 0, 90, 180 or 270 degrees, equally likely; for square images."""
    if images.shape[1] != images.shape[2]:
        raise ValueError(
            'The augmentation "rot90" is for square images. '
            f"Received: images of {images.shape[1]}x{images.shape[2]} (height x width)"
        )
    turns = tf.random.stateless_uniform([tf.shape(images)[0]], seed, 0, 4, tf.int32)
    # A quarter turn is a transposition and a mirroring, a half turn two mirrorings.
    images = _where(turns % 2 == 1, tf.transpose(images, [0, 2, 1, 3]), images)
    images = _where((turns == 1) | (turns == 2), tf.reverse(images, [1]), images)
    return _where(turns >= 2, tf.reverse(images, [2]), images)


def shift(images, seed):
    """Moves by up to 1/8 of the height and of the width, whole pixels, every offset as likely.

    What moves in at the edge is the image mirrored at its outermost pixels, so that no frame
    appears for a generator to learn.
    """
    for axis in (1, 2):
        length = images.shape[axis]
        reach = round(length * SHIFT)
        count = [tf.shape(images)[0], 1]
        offset = tf.random.stateless_uniform(
            count, _fold(seed, axis), -reach, reach + 1, tf.int32
        )
        # Mirrored positions: -1 reads pixel 1, `length` reads pixel length - 2.
        position = length - 1 - tf.abs(length - 1 - tf.abs(tf.range(length) - offset))
        images = tf.gather(images, position, axis=axis, batch_dims=1)
    return images


AUGMENTATIONS = {"flip": flip, "flip_vertical": flip_vertical, "rot90": rot90, "shift": shift}


def resolve(augment, has_images):
    """Turns what the user gave into functions of `(images, seed)` on batches.

    Args:
        augment: names out of `AUGMENTATIONS` and callables `fn(image, seed)`, one of them alone
            or a sequence.
        has_images: whether the examples are images; the names are for images only.

    Returns:
        List of functions of a float32 batch and an int32 seed `[2]`.

    Raises:
        ValueError: for anything else.
    """
    known = sorted(AUGMENTATIONS)
    steps = []
    for item in augment if isinstance(augment, (tuple, list)) else [augment]:
        if callable(item):
            steps.append(_on_each(item))
        elif item not in known:
            raise ValueError(
                f"`augment` holds names out of {known} and callables fn(image, seed). "
                f"Received: {item!r}"
            )
        elif not has_images:
            raise ValueError(f"The augmentation {item!r} is for images. Received: points")
        else:
            steps.append(AUGMENTATIONS[item])
    return steps


def names_of(augment):
    """What `resolve` takes, as a list of strings: the name of each function stands for it."""
    items = augment if isinstance(augment, (tuple, list)) else [augment]
    return [i if isinstance(i, str) else getattr(i, "__qualname__", type(i).__name__) for i in items]


def apply(steps, images, seed):
    """Applies augmentations in order, each with a seed of its own."""
    for position, step in enumerate(steps):
        images = step(images, _fold(seed, position))
    return images


def _on_each(function):
    """Makes a batch function of the user's function of one image."""

    def step(images, seed):
        spec = tf.TensorSpec(images.shape[1:], images.dtype)
        # Traced on its own: an error inside `map_fn` would leave the variable scope of the whole
        # process in a state in which no distribution strategy can be entered any more.
        traced = tf.function(function).get_concrete_function(spec, tf.TensorSpec([2], tf.int32))
        _check_result(function, traced.structured_outputs, spec)
        seeds = tf.random.stateless_uniform([tf.shape(images)[0], 2], seed, None, None, tf.int32)
        return tf.map_fn(
            lambda pair: tf.ensure_shape(traced(*pair), spec.shape),
            (images, seeds),
            fn_output_signature=spec,
        )

    return step


def _check_result(function, result, spec):
    got = [getattr(result, name, None) for name in ("shape", "dtype")]
    if got[1] != spec.dtype or not spec.shape.is_compatible_with(got[0]):
        received = type(result).__name__ if None in got else f"{got[1].name} of shape {got[0]}"
        raise ValueError(
            f"The augmentation {getattr(function, '__name__', repr(function))} must return "
            f"{spec.dtype.name} of the shape it was given, {tuple(spec.shape)}. "
            f"Received: {received}"
        )


def _fold(seed, data):
    return tf.random.experimental.stateless_fold_in(seed, data)


def _coins(images, seed):
    return tf.random.stateless_uniform([tf.shape(images)[0]], seed) < 0.5


def _where(chosen, yes, no):
    return tf.where(chosen[:, None, None, None], yes, no)
