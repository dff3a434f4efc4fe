"""Images moved by an affine map, and maps of the plane and of colors as matrices."""

import tensorflow as tf


def stacked(rows):
    """Matrices `[N, r, c]` from rows of scalars and of tensors `[N]`."""
    flat = [entry for row in rows for entry in row]
    n = next(tf.shape(entry)[0] for entry in flat if tf.is_tensor(entry))
    flat = [e if tf.is_tensor(e) else tf.fill([n], float(e)) for e in flat]
    return tf.reshape(tf.stack(flat, axis=1), [n, len(rows), len(rows[0])])


def translation(x, y):
    """Maps of the plane that add (x, y)."""
    return stacked([[1, 0, x], [0, 1, y], [0, 0, 1]])


def scaling(x, y):
    """Maps of the plane that multiply by x and y."""
    return stacked([[x, 0, 0], [0, y, 0], [0, 0, 1]])


def rotation(cos, sin):
    """Maps of the plane that rotate by the angle of this cosine and sine."""
    return stacked([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def sample(images, maps):
    """Reads images at mapped positions: bilinear, mirrored at the centres of the edge pixels.

    Args:
        images: `[N, H, W, C]`, H and W at least 2.
        maps: float32 `[N, 3, 3]`, from positions (x, y, 1) of the result to positions of the image,
            in pixels from the centre of the image, x to the right and y down.

    Returns:
        Tensor of the shape of `images`; differentiable with respect to them.
    """
    n, (height, width, channels) = tf.shape(images)[0], images.shape[1:]
    xs = tf.range(width, dtype=tf.float32) - (width - 1) / 2
    ys = tf.range(height, dtype=tf.float32) - (height - 1) / 2
    grid = tf.stack([*tf.meshgrid(xs, ys), tf.ones([height, width])])
    positions = tf.matmul(maps[:, :2], tf.reshape(grid, [1, 3, height * width]))
    left, right, x = _neighbours(positions[:, 0] + (width - 1) / 2, width)
    top, bottom, y = _neighbours(positions[:, 1] + (height - 1) / 2, height)
    pixels = tf.reshape(images, [n, height * width, channels])

    def at(row, column):
        return tf.gather(pixels, row * width + column, axis=1, batch_dims=1)

    x, y = (tf.cast(weight, images.dtype)[:, :, None] for weight in (x, y))
    upper = (1 - x) * at(top, left) + x * at(top, right)
    lower = (1 - x) * at(bottom, left) + x * at(bottom, right)
    return tf.reshape((1 - y) * upper + y * lower, [n, height, width, channels])


def _neighbours(position, size):
    """Pixels before and after a position, mirrored into [0, size - 1], and the second's weight."""
    last = size - 1
    position = last - tf.abs(tf.math.floormod(position, 2.0 * last) - last)
    first = tf.minimum(tf.floor(position), last - 1)
    index = tf.cast(first, tf.int32)
    return index, index + 1, position - first
