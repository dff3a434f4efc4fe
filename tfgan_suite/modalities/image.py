"""Images: grey, colour, with alpha, or of any number of bands."""

import math

import numpy as np
import tensorflow as tf

from tfgan_suite import drawing
from tfgan_suite.checks import positive_int
from tfgan_suite.fields import FREE_SIZE
from tfgan_suite.files import replacing
from tfgan_suite.modalities.modality import Modality
from tfgan_suite.registration import register

_RANGE = 1.0 + 1e-3  # [-1, 1], and what rounding adds


@register
class Image(Modality):
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
    value_range = (-1.0, 1.0)
    rule = "finite and in [-1, 1]"
    _advice = " in [-1, 1]; scale integer images with `images / 127.5 - 1`"

    def __init__(self, height=None, width=None, channels=3):
        for name, value in (("height", height), ("width", width)):
            if value is not None:
                positive_int(name, value)
        self.height, self.width = height, width
        self.channels = positive_int("channels", channels)
        self.row = (height, width, channels)

    @property
    def grid(self):
        """`(count, columns)`: of images of many bands there are fewer, as each is that wide."""
        columns = 8 if self.channels <= 4 else max(1, 8 // self.channels)
        return 8 * columns, columns

    @property
    def has_alpha(self):
        """Whether the last channel says how opaque the others are."""
        return self.channels in (2, 4)

    def valid(self, values):
        return tf.abs(values) <= _RANGE  # false for NaN

    def example(self, rows, seed=0):
        """Valid rows, each of one value: they take next to no room in a file, whatever their size."""
        shape = [FREE_SIZE if size is None else size for size in self.row]
        levels = np.random.default_rng(seed).uniform(-0.9, 0.9, (rows, *[1] * len(shape)))
        return np.broadcast_to(levels, (rows, *shape)).astype(np.float32)

    def invalid(self):
        return {"out of range": 255.0, "NaN": math.nan, "infinite": math.inf}

    # --- Looking ----------------------------------------------------------------------------

    def draw(self, examples, columns=None, real=None):
        columns = columns or self.grid[1]
        seen = drawing.visible(np.asarray(examples))
        # Bands stand beside one another.
        return drawing.tile(seen, columns * max(1, len(seen) // max(1, len(examples))))

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

    # --- Serving and raw data -----------------------------------------------------------------

    def forms(self):
        return {"png": ("image_bytes", png_files)} if self.channels <= 4 else {}

    def encode(self, raw):
        """uint8 images in 0..255 as floats in [-1, 1]; floats stay as they are."""
        raw = np.asarray(raw)
        return raw.astype(np.float32) / 127.5 - 1.0 if raw.dtype == np.uint8 else raw

    def decode(self, examples):
        """uint8 images in 0..255, rounded; what lies outside is clipped."""
        return drawing.to_uint8(examples)

    def get_config(self):
        return {"height": self.height, "width": self.width, "channels": self.channels}


def png_files(images):
    """PNG files of images in [-1, 1], rounded to 256 levels; what lies outside is clipped."""
    pixels = tf.cast(tf.round(tf.clip_by_value((images + 1.0) * 127.5, 0.0, 255.0)), tf.uint8)
    return tf.map_fn(
        tf.io.encode_png, pixels, fn_output_signature=tf.TensorSpec([], tf.string)
    )
