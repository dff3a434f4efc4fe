"""What the builders of networks share: checks of sizes, and seeded initializers."""

import itertools

import keras


def seeded(seed):
    """Returns a function that gives a new integer seed at each call, all following from `seed`.

    With `seed=None` it gives None: the layers then draw from Keras's global seed.
    """
    if seed is None:
        return lambda: None
    counter = itertools.count(seed * 1000)
    return lambda: next(counter)


def height_and_width(image_size, smallest, largest):
    """Returns `(height, width)` of an int or a pair, both within the range a network can make.

    Raises:
        ValueError: if one is not an integer in [smallest, largest].
    """
    sizes = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    valid = len(sizes) == 2 and all(
        isinstance(s, int) and not isinstance(s, bool) and smallest <= s <= largest for s in sizes
    )
    if not valid:
        raise ValueError(
            f"This network makes images of height and width from {smallest} to {largest}: give an "
            f"integer, or a pair (height, width). Received: image_size={image_size!r}"
        )
    return tuple(sizes)


def normal_initializer(stddev, next_seed):
    """N(0, stddev) with a seed of its own."""
    return keras.initializers.RandomNormal(0.0, stddev, seed=next_seed())
