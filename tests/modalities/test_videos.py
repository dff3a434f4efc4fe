"""Video: sheets of frames and animated files."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Pillow
from PIL import ImageSequence

from tfgan_suite import drawing
from tfgan_suite.modalities import Video


def clips(count, frames, height=8, width=6, channels=3):
    """Clips all of whose frames have one colour, each another."""
    levels = np.linspace(-1, 1, count * frames * channels)
    levels = levels.reshape(count, frames, 1, 1, channels)
    return np.broadcast_to(levels, (count, frames, height, width, channels)).astype("float32")


def test_integers_are_named_with_the_way_out():
    video = Video(4, 8, 6, 3)
    with pytest.raises(ValueError, match="videos / 127.5"):
        video.check(tf.zeros([2, 4, 8, 6, 3], tf.uint8))


def test_each_clip_is_a_row_of_its_frames():
    video, made = Video(4, 8, 6), clips(2, 4)
    frames = made.reshape(8, 8, 6, 3)
    np.testing.assert_array_equal(video.draw(made), drawing.tile(frames, 4))


def test_long_clips_show_evenly_spaced_frames():
    made = clips(1, 31)
    sheet = Video(31, 8, 6).draw(made)
    shown = drawing.tile(made[0, ::2], 16)
    np.testing.assert_array_equal(sheet[: len(shown)], shown)
    assert len(sheet) == len(shown) + 22  # and a line that says so


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_clips_are_written_as_animated_files(channels, tmp_path):
    made = clips(2, 5, channels=channels)
    paths = Video(5, 8, 6, channels, rate=8).write(made, tmp_path, "seed-0-")
    assert [path.name for path in paths] == ["seed-0-0000.gif", "seed-0-0001.gif"]
    with Pillow.open(paths[0]) as file:
        frames = [(np.asarray(f.convert("RGB")), f.info["duration"]) for f in
                  ImageSequence.Iterator(file)]  # fmt: skip
        assert file.info["loop"] == 0
    assert [duration for _, duration in frames] == [120, 130, 130, 120, 120]  # 5 / 8 s, rounded
    if channels < 4:
        for (pixels, _), frame in zip(frames, drawing.to_uint8(made[0])):
            np.testing.assert_allclose(pixels, np.broadcast_to(frame, pixels.shape), atol=4)


def test_there_is_no_other_form_of_a_served_model():
    assert Video(4, 8, 8).forms() == {}


@pytest.mark.parametrize(
    ("options", "words"), [({"frames": 0}, "frames"), ({"rate": 200}, "at most 100")]
)
def test_wrong_options_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        Video(**options)
