"""Images: grey, colour, with alpha, or of any number of bands."""

import math

import numpy as np
import tensorflow as tf

from tfgan_suite import drawing
from tfgan_suite.fields import ImageField
from tfgan_suite.files import replacing
from tfgan_suite.modalities._pixels import Pixels
from tfgan_suite.registration import register


@register
class Image(ImageField, Pixels):
    """Images `[N, height, width, channels]` in [-1, 1], channels last.

    Drawn as a grid: grey and colour as they are, alpha (the second of two channels, the fourth of
    four) on a checkerboard, other bands beside one another in grey. Written as PNG files; images of
    other bands as NumPy files. Exported models call them `images`, and have the signature `png` for
    1 to 4 channels.

    Args:
        height: in pixels; None for any.
        width: in pixels; None for any.
        channels: number of channels.

    Raises:
        ValueError: if a number is not a positive integer.

    Example:
        >>> modality = Image(28, 28, 1)
        >>> modality.draw(np.zeros([64, 28, 28, 1])).dtype
        dtype('uint8')
    """

    kind, noun, key = "image", "images", "images"

    @property
    def grid(self):
        """`(count, columns)`: of images of many bands there are fewer, as each is that wide."""
        columns = 8 if self.channels <= 4 else max(1, 8 // self.channels)
        return 8 * columns, columns

    # --- Looking ----------------------------------------------------------------------------

    def draw(self, examples, columns=None, real=None):
        columns = columns or self.grid[1]
        pictures, each = drawing.apart(examples)
        return drawing.tile(pictures, columns * each)

    def write(self, examples, folder, prefix=""):
        paths = []
        suffix = ".png" if self.channels <= 4 else ".npy"
        for example, path in self.numbered(examples, folder, prefix, suffix):
            if suffix == ".npy":
                with replacing(path) as temporary, open(temporary, "wb") as file:
                    np.save(file, example)
            else:
                drawing.write_png(path, drawing.to_uint8(example))
            paths.append(path)
        return paths

    def flattened(self, examples, detail):
        """Images averaged over squares, so that neither side has more than `detail` pixels."""
        images = np.asarray(examples, np.float64)
        factor = math.ceil(max(images.shape[1:3]) / detail)
        if min(images.shape[1:3]) >= factor > 1:
            rows, columns = (size // factor for size in images.shape[1:3])
            cut = images[:, : rows * factor, : columns * factor]
            images = cut.reshape(len(cut), rows, factor, columns, factor, -1).mean(axis=(2, 4))
        return images.reshape(len(images), -1)

    # --- Serving ------------------------------------------------------------------------------

    def forms(self):
        return {"png": ("image_bytes", png_files)} if self.channels <= 4 else {}


def png_files(images):
    """PNG files of images in [-1, 1], rounded to 256 levels; what lies outside is clipped."""
    pixels = tf.cast(tf.round(tf.clip_by_value((images + 1.0) * 127.5, 0.0, 255.0)), tf.uint8)
    return tf.map_fn(
        tf.io.encode_png, pixels, fn_output_signature=tf.TensorSpec([], tf.string)
    )
