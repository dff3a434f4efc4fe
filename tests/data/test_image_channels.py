"""Grey, RGB and alpha."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data
from tfgan_suite.data.channels import convert_channels


def load_levels(images, **kwargs):
    batch = next(iter(data.load(images, batch_size=len(images), shuffle=False, **kwargs)))
    return (batch.numpy().astype(np.float64) + 1.0) * 127.5


def test_grey_uses_the_601_weights(noise):
    images = noise(3, 5, 4, 3)
    expected = images.astype(np.float64) @ [0.2989, 0.587, 0.114]
    got = load_levels(images, channels=1)
    assert got.shape == (3, 5, 4, 1)
    np.testing.assert_allclose(got[..., 0], expected, atol=0.52)  # Rounded to whole levels.


def test_grey_repeats_to_rgb(noise):
    images = noise(3, 5, 4, 1)
    got = load_levels(images, channels=3)
    np.testing.assert_allclose(got, np.repeat(images, 3, axis=-1), atol=1e-4)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_that_fit_change_nothing(noise, channels):
    images = noise(2, 4, 4, channels)
    np.testing.assert_allclose(load_levels(images, channels=channels), images, atol=1e-4)


def test_alpha_is_put_on_black(noise):
    images = noise(2, 4, 4, 4)
    expected = images[..., :3] * (images[..., 3:] / 255.0)
    np.testing.assert_allclose(load_levels(images, channels=3), expected, atol=0.51)


def test_grey_with_alpha_is_put_on_black(noise):
    images = noise(2, 4, 4, 2)
    expected = images[..., :1] * (images[..., 1:] / 255.0)
    np.testing.assert_allclose(load_levels(images, channels=1), expected, atol=0.51)


@pytest.mark.parametrize("count", [2, 4])
def test_alpha_without_channels_is_refused(noise, count):
    with pytest.raises(ValueError, match="alpha channel; give channels=1 or channels=3"):
        data.load(noise(2, 4, 4, count), batch_size=1)


@pytest.mark.parametrize("channels", [0, 2, 4, "rgb", True, 3.5])
def test_other_numbers_are_refused(noise, channels):
    with pytest.raises(ValueError, match=f"`channels` must be.*Received: channels={channels!r}"):
        data.load(noise(2, 4, 4, 3), batch_size=1, channels=channels)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_count_known_only_at_run_time(noise, count, channels):
    image = tf.constant(noise(4, 4, count) / 127.5 - 1.0, tf.float32)
    late = tf.function(
        lambda image: convert_channels(image, channels),
        input_signature=[tf.TensorSpec([None, None, None], tf.float32)],
    )
    np.testing.assert_allclose(late(image), convert_channels(image, channels), atol=1e-6)
