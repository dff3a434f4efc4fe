"""The transformations of adaptive augmentation, as random matrices."""

import math

import tensorflow as tf

from tfgan_suite.layers._affine_images import rotation, scaling, stacked, translation

UNIFORMS = 21  # per image, of both functions together
NORMALS = 7
_GEOMETRY_UNIFORMS, _GEOMETRY_NORMALS = 14, 4


class _Draws:
    """Hands out columns of `[N, k]` draws in order, and decides by p which images take part."""

    def __init__(self, p, uniforms, normals):
        self.p = p
        self._uniforms = iter(tf.unstack(uniforms, axis=1))
        self._normals = iter(tf.unstack(normals, axis=1))

    def uniform(self):
        return next(self._uniforms)

    def normal(self):
        return next(self._normals)

    def gated(self, values, neutral, p=None):
        """Values for the images that take part, the neutral one for the rest."""
        takes_part = self.uniform() < (self.p if p is None else p)
        return [tf.where(takes_part, value, float(neutral)) for value in values]


def geometry(p, uniforms, normals, height, width, kinds):
    """Maps from positions of the augmented image to positions of the original: `[N, 3, 3]`.

    Args:
        p: probability of each transformation.
        uniforms: `[N, UNIFORMS]` draws on [0, 1).
        normals: `[N, NORMALS]` standard normal draws.
        height: of the images, in pixels.
        width: of the images, in pixels.
        kinds: which of `"blit"` and `"geometry"` to apply.
    """
    draw = _Draws(p, uniforms[:, :_GEOMETRY_UNIFORMS], normals[:, :_GEOMETRY_NORMALS])
    one = tf.ones_like(uniforms[:, 0])
    # === Pixel blitting ===
    [flip] = draw.gated([tf.floor(2.0 * draw.uniform())], 0)
    [quarters] = draw.gated([tf.floor(4.0 * draw.uniform())], 0)
    shifts = [tf.round((2.0 * draw.uniform() - 1.0) * 0.125 * size) for size in (width, height)]
    shift_x, shift_y = draw.gated(shifts, 0)
    # Exact numbers, so that whole pixels are copied.
    cos = tf.where(quarters == 0, 1.0, tf.where(quarters == 2, -1.0, 0.0))
    sin = tf.where(quarters == 1, 1.0, tf.where(quarters == 3, -1.0, 0.0))
    blit = [scaling(1.0 - 2.0 * flip, one), rotation(cos, sin), translation(-shift_x, -shift_y)]
    # === General geometric transformations ===
    p_rotation = 1.0 - tf.sqrt(1.0 - p)  # so that one of the two rotations comes with p
    [scale] = draw.gated([tf.exp(math.log(2) * 0.2 * draw.normal())], 1)
    [before] = draw.gated([math.pi * (2.0 * draw.uniform() - 1.0)], 0, p_rotation)
    [stretch] = draw.gated([tf.exp(math.log(2) * 0.2 * draw.normal())], 1)
    [after] = draw.gated([math.pi * (2.0 * draw.uniform() - 1.0)], 0, p_rotation)
    fractions = [0.125 * size * draw.normal() for size in (width, height)]
    move_x, move_y = draw.gated(fractions, 0)
    general = [
        scaling(1.0 / scale, 1.0 / scale),
        rotation(tf.cos(before), tf.sin(before)),
        scaling(1.0 / stretch, stretch),
        rotation(tf.cos(after), tf.sin(after)),
        translation(-move_x, -move_y),
    ]
    result = translation(0.0 * one, 0.0 * one)
    for factor in (blit if "blit" in kinds else []) + (general if "geometry" in kinds else []):
        result = tf.matmul(result, factor)
    return result


def color(p, uniforms, normals):
    """Maps of colors (r, g, b, 1) to colors: `[N, 3, 4]`.

    Args:
        p: probability of each transformation.
        uniforms: `[N, UNIFORMS]` draws on [0, 1).
        normals: `[N, NORMALS]` standard normal draws.
    """
    draw = _Draws(p, uniforms[:, _GEOMETRY_UNIFORMS:], normals[:, _GEOMETRY_NORMALS:])
    [brightness] = draw.gated([0.2 * draw.normal()], 0)
    [contrast] = draw.gated([tf.exp(math.log(2) * 0.5 * draw.normal())], 1)
    [flip] = draw.gated([tf.floor(2.0 * draw.uniform())], 0)
    [hue] = draw.gated([math.pi * (2.0 * draw.uniform() - 1.0)], 0)
    [saturation] = draw.gated([tf.exp(math.log(2) * draw.normal())], 1)
    identity = tf.eye(3)
    luma = tf.fill([3, 3], 1.0 / 3.0)  # the projection on the grey axis, v v^T
    cross = tf.constant([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], tf.float32) / math.sqrt(3)
    flip, hue, saturation = (t[:, None, None] for t in (flip, hue, saturation))
    # Rodrigues' formula, about the grey axis.
    turn = luma + tf.cos(hue) * (identity - luma) + tf.sin(hue) * cross
    linear = tf.matmul(luma + saturation * (identity - luma), turn)
    linear = tf.matmul(linear, identity - 2.0 * flip * luma)
    matrix = linear * contrast[:, None, None]
    return tf.concat([matrix, tf.matmul(matrix, stacked([[brightness]] * 3))], axis=2)
