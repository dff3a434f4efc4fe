"""What is black and what is white: the format's, the user's, or asked for."""

import logging

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import data

TWELVE_BITS = np.linspace(0, 4095, 256).round().astype(np.uint16).reshape(16, 16)
MASK = (np.indices((4, 4)).sum(axis=0) % 2).astype(np.uint8)


def first(source, **options):
    return next(iter(data.load(source, batch_size=1, shuffle=False, **options)))[0].numpy()


def write_deep_colours(path, pixels):
    path.write_bytes(tf.io.encode_png(tf.constant(pixels)).numpy())


# === Files ===


def test_twelve_bits_in_sixteen_are_warned_of_with_their_range(write_image, tmp_path, caplog):
    write_image("0.png", TWELVE_BITS)
    with caplog.at_level(logging.WARNING):
        first(tmp_path)
    assert "nearly black: values from 0 to 4095, where white is 65535" in caplog.text
    assert "value_range=(0, 4095)" in caplog.text


def test_with_their_range_they_keep_all_levels(write_image, tmp_path, caplog):
    write_image("0.png", TWELVE_BITS)
    found = first(tmp_path, value_range=(0, 4095))
    np.testing.assert_allclose(found[..., 0], TWELVE_BITS / 4095 * 2 - 1, atol=1.01 / 255)
    assert len(np.unique(found)) == 256 and not caplog.text


def test_colours_of_sixteen_bits_keep_all_levels_too(tmp_path, caplog):
    pixels = np.stack([TWELVE_BITS, TWELVE_BITS.T, TWELVE_BITS[::-1]], axis=-1)
    write_deep_colours(tmp_path / "0.png", pixels)
    found = first(tmp_path, value_range=(0, 4095))
    np.testing.assert_allclose(found, pixels / 4095 * 2 - 1, atol=1.01 / 255)
    with caplog.at_level(logging.WARNING):
        first(tmp_path)
    assert "values from 0 to 4095, where white is 65535" in caplog.text


def test_masks_of_zeros_and_ones(write_image, tmp_path, caplog):
    write_image("0.png", MASK)
    with caplog.at_level(logging.WARNING):
        assert first(tmp_path).max() < -0.99
    assert "values from 0 to 1, where white is 255" in caplog.text
    assert set(np.unique(first(tmp_path, value_range=(0, 1)))) == {-1.0, 1.0}


def test_pictures_that_are_not_black_are_not_warned_of(write_image, noise, tmp_path, caplog):
    write_image("0.png", noise(8, 8, 3))
    first(tmp_path)
    assert not caplog.text


def test_alpha_has_a_range_of_its_own(write_image, tmp_path):
    pixels = np.stack([MASK, MASK, MASK, np.full_like(MASK, 255)], axis=-1)
    write_image("0.png", pixels)
    found = first(tmp_path, value_range=(0, 1))
    assert (found[..., 3] == 1).all() and set(np.unique(found[..., :3])) == {-1.0, 1.0}


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_files_without_a_range_ask_for_it(write_image, tmp_path, dtype):
    pixels = np.array([[-200, 0], [300, 800]], dtype)
    write_image("0.tif", Image.fromarray(pixels))
    with pytest.raises(ValueError, match="give value_range .*low and high.*from -200 to 800"):
        first(tmp_path)
    found = first(tmp_path, value_range=(-200, 800))
    np.testing.assert_allclose(found[..., 0], (pixels + 200.0) / 500 - 1, atol=1.01 / 255)


def test_a_file_with_other_values_is_named(write_image, tmp_path):
    write_image("0.png", TWELVE_BITS)
    dataset = data.load(tmp_path, batch_size=1, value_range=(0, 1023))
    with pytest.raises(tf.errors.InvalidArgumentError, match="0.png.*from 0 to 4095"):
        list(dataset)


def test_sixteen_bits_of_a_pgm_are_told_by_its_maximum(tmp_path):
    levels = np.array([0, 1000, 4095], ">u2")
    (tmp_path / "0.pgm").write_bytes(b"P5 3 1 4095\n" + levels.tobytes())
    np.testing.assert_allclose(first(tmp_path)[0, :, 0], levels / 4095 * 2 - 1, atol=1 / 255)


# === Arrays ===


@pytest.mark.parametrize(
    "images, advice",
    [
        (np.full((2, 4, 4, 1), 4000, np.uint16), r"value_range=\(0, 4095\).*from 4000 to 4000"),
        (np.full((2, 4, 4, 1), -3, np.int16), r"value_range=\(-3, .*dtype int16"),
        (np.full((2, 4, 4, 1), 200, np.int64), r"if white is 255 use images.astype\(np.uint8\)"),
    ],
)
def test_integers_are_advised_by_their_dtype_and_range(images, advice):
    with pytest.raises(ValueError, match=advice) as caught:
        data.load(images, batch_size=1)
    assert ("astype" in str(caught.value)) == (images.max() == 200)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float64, np.float32])
def test_arrays_of_any_dtype_with_their_range(dtype):
    images = TWELVE_BITS.astype(dtype)[np.newaxis]
    found = first(images, value_range=(0, 4095))
    np.testing.assert_allclose(found[..., 0], TWELVE_BITS / 4095 * 2 - 1, atol=1e-6)


def test_booleans_are_black_and_white():
    assert set(np.unique(first(MASK[np.newaxis] > 0))) == {-1.0, 1.0}


def test_bytes_with_a_range(caplog):
    with caplog.at_level(logging.WARNING):
        first(MASK[np.newaxis])
    assert "nearly black: values from 0 to 1, where white is 255" in caplog.text
    assert set(np.unique(first(MASK[np.newaxis], value_range=(0, 1)))) == {-1.0, 1.0}
    with pytest.raises(ValueError, match="from 0 to 1"):
        first(MASK[np.newaxis], value_range=(0, 0.5))


def test_numpy_files_take_it_too(tmp_path):
    np.save(tmp_path / "deep.npy", TWELVE_BITS[np.newaxis])
    assert first(tmp_path / "deep.npy", value_range=(0, 4095)).max() == 1.0


def test_values_outside_are_skipped_or_named():
    images = np.stack([TWELVE_BITS, TWELVE_BITS, TWELVE_BITS + 1])
    with pytest.raises(ValueError, match=r"value_range=\(0, 4095\).*from 0 to 4096"):
        first(images, value_range=(0, 4095))
    batches = data.load(images, batch_size=1, value_range=(0, 4095), broken="skip")
    assert list(data.skipped(batches)) == ["image 2"]


# === The option ===


@pytest.mark.parametrize("wrong", [5, (1, 0), (0, np.inf), (0,), "01", (True, 2)], ids=repr)
def test_what_is_no_range_is_refused(wrong):
    with pytest.raises(ValueError, match="`value_range` must be"):
        first(MASK[np.newaxis], value_range=wrong)


def test_sources_with_a_range_of_their_own_refuse_it():
    with pytest.raises(ValueError, match="`value_range` is for folders.*with digits"):
        first("digits", value_range=(0, 16))


def test_pairs_and_domains_have_one_each(noise):
    masks, photos = np.stack(3 * [MASK]), noise(3, 4, 4, 3)
    images, inputs = next(iter(data.load_pairs((photos, masks), value_range=(None, (0, 1)))))
    assert set(np.unique(inputs)) == {-1.0, 1.0} and len(np.unique(images)) > 2
    a, _ = next(iter(data.load_unpaired(masks, photos, value_range=((0, 1), None))))
    assert set(np.unique(a)) == {-1.0, 1.0}
    a, b = next(iter(data.load_unpaired(masks, masks, value_range=(0, 1))))
    assert set(np.unique(a)) == set(np.unique(b)) == {-1.0, 1.0}


def test_it_is_told_of_the_data():
    told = data.load(MASK[np.newaxis], batch_size=1, value_range=(0, 1)).provenance["options"]
    assert told["value_range"] == [0, 1]
