"""Images and masks as conditions beside latents or other inputs."""

import numpy as np
import tensorflow as tf
from PIL import Image

from tfgan_suite.checks import positive_int_or_none
from tfgan_suite.conditions.condition import Condition
from tfgan_suite.fields import BinaryField, ImageField
from tfgan_suite.files import check_regular
from tfgan_suite.registration import register

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def _read_files(text, size, channels):
    """Image files, by their paths with semicolons between them, as uint8 `[M, H, W, channels]`."""
    images = []
    for path in filter(None, map(str.strip, text.split(";"))):
        try:
            check_regular(path)
            with Image.open(path) as file:
                image = np.asarray(file.convert(_MODES[channels]))
        except OSError as error:
            raise ValueError(
                "Images are given as the paths of files, with semicolons between them. "
                f"Received: {path!r}: {error}"
            ) from error
        for found, wanted in zip(image.shape, size):
            if wanted is not None and found != wanted:
                raise ValueError(
                    f"Images must have the height and width {tuple(size)}. "
                    f"Received: {path} of {image.shape[:2]}"
                )
        images.append(image.reshape(*image.shape[:2], channels))
    if len({image.shape for image in images}) != 1:
        raise ValueError(
            "One or several image files of the same size are needed. "
            f"Received: {text!r} with sizes {sorted({image.shape[:2] for image in images})}"
        )
    return np.stack(images)


@register
class ImageCondition(ImageField, Condition):
    """Images `[N, height, width, channels]` in [-1, 1] that generation depends on.

    Args:
        height: in pixels; None for any.
        width: in pixels; None for any.
        channels: number of channels.

    Raises:
        ValueError: if a number is not a positive integer.

    Example:
        >>> ImageCondition(64, 64, 1).spec.shape
        TensorShape([None, 64, 64, 1])
    """

    kind = key = "image"

    def parse(self, text):
        """Reads image files by their paths, several with semicolons between them.

        Returns:
            float32 array `[M, H, W, C]` in [-1, 1].

        Raises:
            ValueError: if a file cannot be read, or has another size.
        """
        if self.channels not in _MODES:
            raise ValueError(
                f"Files hold images of 1 to 4 channels. Received: {text!r} for {self!r}"
            )
        return _read_files(text, self.row[:2], self.channels).astype(np.float32) / 127.5 - 1.0

    def describe(self, row):
        return " x ".join(map(str, np.shape(row)))


@register
class Mask(BinaryField, Condition):
    """Masks `[N, height, width, 1]` of 0 and 1: which pixels something is to be done with.

    In training data, and from Python, `[N, height, width]` and integers and booleans are taken too.

    Args:
        height: in pixels; None for any.
        width: in pixels; None for any.

    Raises:
        ValueError: if a number is not a positive integer.

    Example:
        >>> Mask(4, 4).check(np.ones([2, 4, 4], bool)).shape
        (2, 4, 4, 1)
    """

    kind = key = "mask"
    has_forms = True

    def __init__(self, height=None, width=None):
        self.height = positive_int_or_none("height", height)
        self.width = positive_int_or_none("width", width)
        self.row = (height, width, 1)

    def example(self, rows, seed=0):
        """Rectangles of ones, of random sizes at random places."""
        height, width = (64 if size is None else size for size in self.row[:2])
        rng = np.random.default_rng(seed)
        masks = np.zeros([rows, height, width, 1], np.float32)
        for mask in masks:
            sides = [rng.integers((size + 3) // 4, (size + 1) // 2 + 1) for size in (height, width)]
            tall, wide = sides
            top, left = rng.integers(0, height - tall + 1), rng.integers(0, width - wide + 1)
            mask[top : top + tall, left : left + wide] = 1.0
        return masks

    def checked_values(self, values):
        return super().checked_values(values[..., np.newaxis] if values.ndim == 3 else values)

    def check_batch(self, values, groups=1):
        flat = values.shape.rank == (3 if groups == 1 else 4)
        return super().check_batch(values[..., tf.newaxis] if flat else values, groups)

    def as_input(self, values, tensor):
        return super().as_input(self.in_one_form(values, tensor), tensor)

    def in_one_form(self, values, tensor):
        return values[..., tf.newaxis] if len(values.shape) == 3 else values

    def parse(self, text):
        """Reads image files, several with semicolons between them: light pixels are 1.

        Returns:
            float32 array `[M, H, W, 1]`.

        Raises:
            ValueError: if a file cannot be read, or has another size.
        """
        return (_read_files(text, self.row[:2], 1) >= 128).astype(np.float32)

    def describe(self, row):
        return f"mask of {100 * np.mean(row):.0f} %"

    def get_config(self):
        return {"height": self.height, "width": self.width}
