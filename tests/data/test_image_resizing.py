"""Sizes and policies, against Pillow."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from tfgan_suite import data
from tfgan_suite.data.resizing import resize_images


def smooth(height, width):
    """A picture with all frequencies but no extremes, uint8."""
    y, x = np.mgrid[:height, :width]
    waves = np.sin(x * 0.9) + np.cos(y * 0.37) + np.sin(0.05 * x * y / 7)
    return np.round(127.5 + 35.0 * waves).astype(np.uint8)


def load_one(image, **kwargs):
    batch = next(iter(data.load(image[None], batch_size=1, **kwargs)))
    return np.round((batch.numpy()[0, :, :, 0] + 1.0) * 127.5)


def close_to_pillow(got, image):
    # Pillow rounds to whole grey levels between its two passes.
    np.testing.assert_allclose(got, np.asarray(image, np.float64), atol=1.01)


@pytest.mark.parametrize("size", [12, 24, 96])
def test_same_aspect_ratio_as_pillow(size):
    image = smooth(48, 48)
    expected = Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)
    close_to_pillow(load_one(image, image_size=size), expected)


def test_rectangles_of_the_same_aspect_ratio_need_no_policy():
    image = smooth(30, 60)
    expected = Image.fromarray(image).resize((20, 10), Image.Resampling.BICUBIC)
    close_to_pillow(load_one(image, image_size=(10, 20)), expected)


def test_stretch_as_pillow():
    image = smooth(60, 40)
    expected = Image.fromarray(image).resize((16, 16), Image.Resampling.BICUBIC)
    close_to_pillow(load_one(image, image_size=16, resize="stretch"), expected)


@pytest.mark.parametrize("shape, box", [((60, 40), (0, 10, 40, 50)), ((40, 60), (10, 0, 50, 40))])
def test_crop_as_pillow(shape, box):
    image = smooth(*shape)
    window = Image.fromarray(image).crop(box)
    expected = window.resize((20, 20), Image.Resampling.BICUBIC)
    close_to_pillow(load_one(image, image_size=20, resize="crop"), expected)


@pytest.mark.parametrize("shape", [(60, 40), (40, 60)])
def test_pad_as_pillow(shape):
    image = smooth(*shape)
    expected = ImageOps.pad(Image.fromarray(image), (24, 24), Image.Resampling.BICUBIC, color=0)
    close_to_pillow(load_one(image, image_size=24, resize="pad"), expected)


def test_pad_fills_with_black():
    image = np.full((8, 4), 200, np.uint8)
    batch = next(iter(data.load(image[None], batch_size=1, image_size=8, resize="pad"))).numpy()
    assert (batch[0, :, :2] == -1.0).all() and (batch[0, :, 6:] == -1.0).all()
    np.testing.assert_allclose(batch[0, :, 2:6], 200 / 127.5 - 1.0, atol=1e-6)


def test_shrinking_is_antialiased():
    stripes = np.zeros((32, 32), np.uint8)
    stripes[:, ::2] = 254
    got = load_one(stripes, image_size=8)
    np.testing.assert_allclose(got[:, 2:-2], 127.0, atol=2.0)


def test_edges_do_not_overshoot():
    edge = np.full((8, 8, 1), -1.0, np.float32)
    edge[:, 4:] = 1.0
    got = resize_images(edge, (32, 32), "stretch").numpy()
    assert got.min() == -1.0 and got.max() == 1.0


def test_batches_and_single_images_agree():
    images = np.stack([smooth(30, 20), smooth(30, 20)[::-1]])[..., None] / 127.5 - 1.0
    images = images.astype(np.float32)
    for policy in ("stretch", "crop", "pad"):
        together = resize_images(images, (12, 12), policy).numpy()
        for position in range(2):
            alone = resize_images(images[position], (12, 12), policy)
            np.testing.assert_allclose(together[position], alone, atol=1e-6)


def test_float_images_are_not_quantized():
    image = (smooth(16, 16)[None, ..., None] / 127.5 - 1.0).astype(np.float32)
    got = next(iter(data.load(image, batch_size=1, image_size=8))).numpy()
    levels = (got.astype(np.float64) + 1.0) * 127.5
    assert np.abs(levels - np.round(levels)).max() > 0.1


def test_no_size_keeps_the_pixels():
    image = smooth(7, 9)
    assert np.array_equal(load_one(image), image)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"image_size": 0}, "image_size=0"),
        ({"image_size": -4}, "image_size=-4"),
        ({"image_size": 2.5}, "image_size=2.5"),
        ({"image_size": True}, "image_size=True"),
        ({"image_size": "32"}, "image_size='32'"),
        ({"image_size": (8, 0)}, r"image_size=\(8, 0\)"),
        ({"image_size": (8, 8, 3)}, r"image_size=\(8, 8, 3\)"),
        ({"image_size": 8, "resize": "squash"}, "'stretch', 'crop', 'pad'.*resize='squash'"),
        ({"resize": "crop"}, "needs an `image_size`"),
        ({"image_size": 8}, "another aspect ratio.*6x4.*8x8.*Received: resize=None"),
        ({"image_size": (8, 12)}, "another aspect ratio"),
    ],
)
def test_bad_sizes_are_refused(noise, arguments, message):
    with pytest.raises(ValueError, match=message):
        data.load(noise(2, 6, 4, 3), batch_size=1, **arguments)
