"""All modalities: config, examples, checks. Images and vectors: pictures, files, serving."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image as Pillow

from tfgan_suite import drawing, testing
from tfgan_suite.modalities import Audio, Image, Sequence, Table, Vector, Video

EVERY = {
    "grey": Image(8, 8, 1),
    "colour": Image(None, None, 3),
    "points": Vector(2),
    "dna": Sequence(6, "ACGT-", padding="-"),
    "words": Sequence(None, ["<unk>", "a", "red"], unknown="<unk>"),
    "nameless": Sequence(3, 12),
    "sound": Audio(100, 8000, 2),
    "clips": Video(4, 8, 6, 3, rate=25),
    "table": Table.fit(pd.DataFrame({"n": [1.5, None, 0.1, 9.0], "s": ["a", "b", "c", "a"]})),
}


@pytest.mark.parametrize("modality", EVERY.values(), ids=EVERY)
def test_config_round_trip(modality):
    config = keras.saving.serialize_keras_object(modality)
    assert repr(keras.saving.deserialize_keras_object(config)) == repr(modality)


@pytest.mark.parametrize("modality", EVERY.values(), ids=EVERY)
def test_examples_are_valid_and_invalid_values_are_not(modality):
    rows = tf.constant(modality.example(3))
    modality.check(rows)
    assert tf.reduce_all(modality.valid(rows))
    assert len({row.tobytes() for row in rows.numpy()}) == 3
    for value in modality.invalid().values():
        assert not modality.valid(tf.constant(value, rows.dtype))


def test_a_batch_that_fits_passes_with_groups_too():
    Image(8, 8, 1).check(tf.zeros([4, 8, 8, 1]))
    Image(None, None, 1).check(tf.zeros([4, 8, 9, 1], tf.bfloat16))
    Image(8, 8, 1).check(tf.zeros([4, 2, 8, 8, 1]), groups=2)


@pytest.mark.parametrize(
    ("batch", "groups", "words"),
    [
        (tf.zeros([4, 8, 9, 1]), 1, r"\(8, 8, 1\)"),
        (tf.zeros([4, 8, 8]), 1, r"\(8, 8, 1\)"),
        (tf.zeros([4, 8, 8, 1], tf.uint8), 1, "127.5"),
        (tf.zeros([4, 8, 8, 1]), 2, "discriminator_steps=2"),
        ("pictures", 1, "tensor"),
    ],
)
def test_a_batch_that_does_not_fit_is_named(batch, groups, words):
    with pytest.raises(ValueError, match=words):
        Image(8, 8, 1).check(batch, groups=groups)


def test_alpha_lets_a_checkerboard_through():
    images = np.zeros([1, 16, 16, 4])
    images[..., 3] = np.where(np.arange(16) < 8, 1.0, -1.0)  # the left half is opaque
    seen = drawing.visible(images)
    assert seen.shape == (1, 16, 16, 3)
    np.testing.assert_array_equal(seen[0, :, :8], 0.0)
    assert set(np.unique(seen[0, :, 8:])) == {0.2, 0.6}


def test_bands_stand_beside_one_another():
    images = testing.images(2, (8, 6, 5))
    seen = drawing.visible(images)
    assert seen.shape == (2, 8, 30, 1)
    for band in range(5):
        np.testing.assert_array_equal(seen[1, :, 6 * band : 6 * band + 6, 0], images[1, ..., band])


def test_bands_are_drawn_as_large_as_images_are():
    images, modality = testing.images(2, (8, 6, 5)), Image(8, 6, 5)
    bands, each = drawing.apart(images)
    assert each == 5 and modality.grid == (8, 1) and Image(8, 6, 3).grid == (64, 8)
    np.testing.assert_array_equal(bands[7], images[1, ..., 2:3])
    np.testing.assert_array_equal(modality.draw(images), drawing.tile(bands, 5))
    np.testing.assert_array_equal(modality.draw(images, 2), drawing.tile(bands, 10))


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_images_are_drawn_whatever_their_channels(channels):
    picture = Image(8, 8, channels).draw(testing.images(4, (8, 8, channels)), 2)
    assert picture.dtype == np.uint8
    assert picture.shape[2] in (1, 3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_are_written_as_png_files(channels, tmp_path):
    images = testing.images(2, (8, 6, channels))
    paths = Image(8, 6, channels).write(images, tmp_path, "seed-0-")
    assert [path.name for path in paths] == ["seed-0-0000.png", "seed-0-0001.png"]
    with Pillow.open(paths[1]) as file:
        pixels = np.asarray(file).reshape(8, 6, channels)
    np.testing.assert_array_equal(pixels, drawing.to_uint8(images[1]))


def test_bands_are_written_as_numpy_files(tmp_path):
    images = testing.images(1, (4, 4, 7))
    (path,) = Image(4, 4, 7).write(images, tmp_path)
    np.testing.assert_array_equal(np.load(path), images[0])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_files_of_a_served_model_hold_the_same_pixels(channels):
    images = testing.images(2, (8, 6, channels))
    key, form = Image(8, 6, channels).forms()["png"]
    assert key == "image_bytes"
    for image, file in zip(images, form(tf.constant(images)).numpy()):
        np.testing.assert_array_equal(tf.io.decode_png(file), drawing.to_uint8(image))


def test_five_bands_have_no_png():
    assert Image(8, 8, 5).forms() == {}


def test_raw_images_come_back():
    raw = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    np.testing.assert_array_equal(Image().decode(Image().encode(raw)), raw)


@pytest.mark.parametrize("dim", [1, 2, 3, 7])
def test_vectors_are_drawn_whatever_their_length(dim):
    points = testing.points(20, dim)
    assert Vector(dim).draw(points).shape == (512, 512, 3)
    assert Vector(dim).draw(points, real=testing.points(30, dim, seed=1)).shape == (512, 512, 3)


def test_vectors_of_many_components_are_seen_where_they_vary_most():
    rng = np.random.default_rng(0)
    points = rng.normal(size=[200, 5]) * [0.01, 10.0, 0.01, 3.0, 0.01]
    projected, _ = Vector(5)._in_the_plane(points, None)
    for column, component in enumerate((1, 3)):
        correlation = np.corrcoef(projected[:, column], points[:, component])[0, 1]
        assert abs(correlation) > 0.99


def test_vectors_are_written_as_one_table(tmp_path):
    points = testing.points(3, 2)
    (path,) = Vector(2).write(points, tmp_path, "seed-1-")
    np.testing.assert_allclose(np.loadtxt(path, delimiter=",", skiprows=1), points, rtol=1e-6)


@pytest.mark.parametrize("make", [lambda: Image(8, 8, 0), lambda: Image(-1), lambda: Vector(0)])
def test_numbers_out_of_range_are_named(make):
    with pytest.raises(ValueError, match="positive integer"):
        make()
