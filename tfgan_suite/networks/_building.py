"""What the builders of networks share: checks of sizes, seeded initializers, ways for labels in."""

import itertools
import math

import keras

from tfgan_suite.checks import positive_int

EMBEDDING_DIM = 10


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
            f"integer, or a pair (height, width).{_nearest(sizes, smallest, largest)} "
            f"Received: image_size={image_size!r}"
        )
    return tuple(sizes)


def _nearest(sizes, smallest, largest):
    if len(sizes) != 2 or not all(isinstance(side, int) for side in sizes):
        return ""
    return nearest_size([min(max(side, smallest), largest) for side in sizes])


def nearest_size(sizes):
    """Words for the size `(height, width)` that a network makes instead of one it cannot make."""
    height, width = sizes
    size = f"{height}" if height == width else f"{height},{width}"
    return f" The nearest that it makes: image_size={size}."


def check_multiples(sizes, factor_of, image_size):
    """Raises ValueError unless both sides can be halved as often as the network does.

    Args:
        sizes: `(height, width)`.
        factor_of: function of such sizes to the power of two that must divide them.
        image_size: what was given, for the message.
    """
    factor = factor_of(sizes)
    if not any(side % factor for side in sizes):
        return
    nearest = sizes
    while any(side % factor_of(nearest) for side in nearest):
        step = factor_of(nearest)
        nearest = [math.floor(side / step + 0.5) * step for side in nearest]
    raise ValueError(
        f"This network halves images {factor.bit_length() - 1} times: height and width must be "
        f"multiples of {factor}.{nearest_size(nearest)} Received: image_size={image_size!r}"
    )


def halvings_to_four(image_size, smallest, largest):
    """Height, width and the number of halvings, down to 4 to 7 rows or columns.

    Raises:
        ValueError: if a side is out of range or cannot be halved so often.
    """
    height, width = height_and_width(image_size, smallest, largest)
    check_multiples((height, width), lambda sizes: 2 ** _halvings(sizes), image_size)
    return height, width, _halvings((height, width))


def _halvings(sizes):
    return int(math.log2(min(sizes) / 4))


def halved_sizes(size, stages):
    """`[size, half of it, half of that, ...]`: `stages` halvings of a pair, rounded up."""
    sizes = [tuple(size)]
    for _ in range(stages):
        sizes.append(tuple(math.ceil(side / 2) for side in sizes[-1]))
    return sizes


def normal_initializer(stddev, next_seed):
    """N(0, stddev) with a seed of its own."""
    return keras.initializers.RandomNormal(0.0, stddev, seed=next_seed())


def check_condition(num_classes, condition, known):
    """Raises ValueError unless `num_classes` is None or positive, and `condition` is known."""
    if num_classes is not None:
        positive_int("num_classes", num_classes)
    if condition not in known:
        raise ValueError(f"`condition` must be one of {known}. Received: condition={condition!r}")


def with_embedding(latents, labels, num_classes, next_seed):
    """Latents `[N, D]` and labels `[N]` -> `[N, D + 10]`: an embedding of each class beside them.

    Of length 3, about: embeddings as long as the latents, 7, were seen to make the generator forget
    the latents, as all steps for a class then point in one direction.
    """
    kernel = normal_initializer(3.0 * EMBEDDING_DIM**-0.5, next_seed)
    rows = keras.layers.Embedding(num_classes, EMBEDDING_DIM, embeddings_initializer=kernel)(labels)
    return keras.layers.Concatenate()([latents, rows])


def with_label_map(images, labels, num_classes, next_seed):
    """Images `[N, H, W, C]` and labels `[N]` -> `[N, H, W, C + 1]`: a map of each class with them.

    As large as the images: N(0, 1).
    """
    size = images.shape[1:3]
    rows = keras.layers.Embedding(
        num_classes, math.prod(size), embeddings_initializer=normal_initializer(1.0, next_seed)
    )(labels)
    return keras.layers.Concatenate()([images, keras.layers.Reshape((*size, 1))(rows)])
