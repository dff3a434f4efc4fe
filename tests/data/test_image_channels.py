"""Grey, RGB, alpha and other bands."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data, testing, trainers
from tfgan_suite.data.channels import convert_channels
from tfgan_suite.modalities import Image


def load_levels(images, **kwargs):
    count = len(images) if isinstance(images, np.ndarray) else len(list(images.iterdir()))
    batch = next(iter(data.load(images, batch_size=count, shuffle=False, **kwargs)))
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


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 64])
def test_any_number_of_bands_is_kept(noise, count):
    images = noise(2, 4, 4, count)
    np.testing.assert_allclose(load_levels(images), images, atol=1e-4)
    assert repr(data.load(images, batch_size=2).modality) == repr(Image(4, 4, count))


def test_alpha_that_comes_is_opaque(noise):
    images = noise(2, 4, 4, 3)
    expected = np.concatenate([images, np.full((2, 4, 4, 1), 255)], axis=-1)
    np.testing.assert_allclose(load_levels(images, channels=4), expected, atol=1e-4)
    assert load_levels(images, channels=2).shape == (2, 4, 4, 2)


def test_alpha_that_stays_leaves_colours_as_they_are(noise):
    images = noise(2, 4, 4, 2)
    expected = np.concatenate([np.repeat(images[..., :1], 3, -1), images[..., 1:]], axis=-1)
    np.testing.assert_allclose(load_levels(images, channels=4), expected, atol=1e-4)


def test_bands_do_not_turn_into_colours(noise):
    for count, channels in ((5, 3), (3, 5)):
        message = f"turn into each other.*channels={channels}, array with {count} channels"
        with pytest.raises(ValueError, match=message):
            data.load(noise(2, 4, 4, count), batch_size=1, channels=channels)


def test_too_many_bands_are_refused(noise):
    with pytest.raises(ValueError, match=r"up to 64 of them. Received.*\(2, 5, 5, 65\)"):
        data.load(noise(2, 5, 5, 65), batch_size=1)


def test_files_with_alpha_keep_it(write_image, noise, tmp_path):
    pixels = noise(4, 4, 4)
    write_image("rgba/a.png", pixels)
    write_image("la/a.png", pixels[..., :2])
    np.testing.assert_allclose(load_levels(tmp_path / "rgba")[0], pixels, atol=1e-4)
    np.testing.assert_allclose(load_levels(tmp_path / "la")[0], pixels[..., :2], atol=1e-4)
    write_image("rgba/b.png", noise(4, 4, 3))
    with pytest.raises(ValueError, match="mixes numbers of channels.*channels=4 to keep alpha"):
        data.load(tmp_path / "rgba", batch_size=1)
    assert (load_levels(tmp_path / "rgba", channels=4)[1, ..., 3] == 255).all()


@pytest.mark.parametrize("size", [4, 16])
def test_what_nobody_sees_does_not_run_into_edges(size):
    """A white square on transparent black, made smaller and larger: white up to its edges."""
    images = np.zeros((1, 8, 8, 4), np.uint8)
    images[0, 2:6, 3:7] = 255
    resized = load_levels(images, image_size=size)[0]
    seen = resized[..., 3] > 3
    assert seen.any() and (resized[seen][:, :3] > 250).all()
    alone = load_levels(images[..., 3:], image_size=size)[0]
    np.testing.assert_allclose(resized[..., 3:], alone, atol=1.0)


def test_opaque_images_are_resized_as_without_alpha(noise):
    images = noise(2, 8, 8, 3)
    opaque = np.concatenate([images, np.full((2, 8, 8, 1), 255, np.uint8)], axis=-1)
    resized = load_levels(opaque, image_size=4)
    np.testing.assert_allclose(resized[..., :3], load_levels(images, image_size=4), atol=1.0)
    assert (resized[..., 3] == 255).all()


@pytest.mark.parametrize("count", [2, 4, 5])
def test_augmentation_takes_all_channels_along(noise, count):
    band = noise(6, 8, 8, 1)
    images = np.repeat(band, count, axis=-1)
    augment = ["flip", "flip_vertical", "rot90", "shift"]
    changed = load_levels(images, augment=augment)
    for index in range(1, count):
        np.testing.assert_array_equal(changed[..., 0], changed[..., index])
    assert not np.array_equal(changed, images)


@pytest.mark.parametrize("count", [2, 4, 5])
def test_they_train(count):
    shape = (4, 4, count)
    batches = data.load(testing.images(8, shape), batch_size=4)
    trainer = trainers.MinimaxGAN(*testing.mlp_networks(shape), testing.LATENT_DIM, seed=0)
    trainer.compile(run_eagerly=True)
    assert np.isfinite(trainer.fit(batches, verbose=0).history["g_loss"]).all()


@pytest.mark.parametrize("channels", [0, 65, "rgb", True, 3.5])
def test_other_numbers_are_refused(noise, channels):
    with pytest.raises(ValueError, match=f"`channels` must be.*Received: channels={channels!r}"):
        data.load(noise(2, 4, 4, 3), batch_size=1, channels=channels)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_count_known_only_at_run_time(noise, count, channels):
    image = tf.constant(noise(4, 4, count) / 127.5 - 1.0, tf.float32)
    late = tf.function(
        lambda image: convert_channels(image, channels),
        input_signature=[tf.TensorSpec([None, None, None], tf.float32)],
    )
    np.testing.assert_allclose(late(image), convert_channels(image, channels), atol=1e-6)
