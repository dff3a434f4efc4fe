"""Video: short clips of frames."""

import numpy as np
from PIL import Image

from tfgan_suite import drawing
from tfgan_suite.checks import positive_int, positive_int_or_none
from tfgan_suite.files import replacing
from tfgan_suite.modalities._pixels import Pixels
from tfgan_suite.registration import register

_SHOWN = 16  # frames of a clip, at most
_HUNDREDTHS = 100  # GIF files count time in hundredths of a second


@register
class Video(Pixels):
    """Videos `[N, frames, height, width, channels]` in [-1, 1], channels last.

    Drawn as rows of frames, at most 16 evenly spaced ones of each clip. Written as animated GIF
    files of 256 colours a frame. Exported models call them `videos`; TensorFlow has no operation
    that writes GIF files, so they have no other form.

    Args:
        frames: number of frames; None for any.
        height: in pixels; None for any.
        width: in pixels; None for any.
        channels: number of channels.
        rate: frames in a second, at most 100.

    Raises:
        ValueError: if a number is not a positive integer, or there are too many frames in a second.

    Example:
        >>> Video(16, 64, 64).draw(np.zeros([2, 16, 64, 64, 3])).shape
        (134, 1058, 3)
    """

    kind, noun, key = "video", "videos", "videos"
    grid = (8, 1)

    def __init__(self, frames=None, height=None, width=None, channels=3, rate=8):
        self.frames = positive_int_or_none("frames", frames)
        self.height = positive_int_or_none("height", height)
        self.width = positive_int_or_none("width", width)
        self.channels, self.rate = positive_int("channels", channels), positive_int("rate", rate)
        if rate > _HUNDREDTHS:
            raise ValueError(f"`rate` must be at most {_HUNDREDTHS}. Received: rate={rate}")
        self.row = (frames, height, width, channels)

    # --- Looking ----------------------------------------------------------------------------

    def draw(self, examples, columns=None, real=None):
        columns = columns or self.grid[1]
        examples = np.asarray(examples)
        frames = examples.shape[1]
        shown = np.linspace(0, frames - 1, min(frames, _SHOWN)).round().astype(int)
        flat = examples[:, shown].reshape(-1, *examples.shape[2:])
        sheet = drawing.tile(drawing.visible(flat), columns * len(shown))
        if len(shown) == frames:
            return sheet
        return drawing.captioned(sheet, f"frames {', '.join(map(str, shown))} of {frames}")

    def write(self, examples, folder, prefix=""):
        paths = []
        for example, path in self.numbered(examples, folder, prefix, ".gif"):
            pixels = drawing.to_uint8(drawing.visible(example))
            pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
            first, *others = map(Image.fromarray, pixels)
            # Times are rounded, not durations, whose errors would add up.
            times = np.arange(len(pixels) + 1) * _HUNDREDTHS / self.rate
            durations = (np.diff(times.round()) * 1000 / _HUNDREDTHS).astype(int).tolist()
            with replacing(path) as temporary:
                first.save(
                    temporary, format="GIF", save_all=True, append_images=others,
                    duration=durations, loop=0,
                )  # fmt: skip
            paths.append(path)
        return paths

    def get_config(self):
        return {
            "frames": self.frames,
            "height": self.height,
            "width": self.width,
            "channels": self.channels,
            "rate": self.rate,
        }
