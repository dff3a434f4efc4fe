"""Images and masks as conditions: forms, files, checks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Pillow

from tfgan_suite.conditions import ImageCondition, Mask

EVERY = {"image": ImageCondition(8, 6, 3), "any image": ImageCondition(channels=1), "mask": Mask(8, 6)}


@pytest.mark.parametrize("condition", EVERY.values(), ids=EVERY)
def test_config_round_trip(condition):
    config = keras.saving.serialize_keras_object(condition)
    assert repr(keras.saving.deserialize_keras_object(config)) == repr(condition)


@pytest.mark.parametrize("condition", EVERY.values(), ids=EVERY)
def test_examples_are_valid_and_invalid_values_are_not(condition):
    rows = condition.example(3)
    np.testing.assert_array_equal(condition.check(rows, 3), rows)
    condition.check_batch(tf.constant(rows))
    assert len({row.tobytes() for row in rows}) == 3
    for value in condition.invalid().values():
        with pytest.raises(ValueError, match="finite|0 or 1"):
            condition.check(np.full_like(rows, value))


def test_masks_are_taken_alike_in_every_form():
    masks = np.random.default_rng(0).integers(0, 2, (2, 8, 6))
    mask, wanted = EVERY["mask"], keras.Input((8, 6, 1))
    for form in (masks, masks.astype(bool), masks[..., np.newaxis].astype("float32")):
        np.testing.assert_array_equal(mask.check(form)[..., 0], masks)
        batch = tf.constant(form)
        mask.check_batch(batch)
        given = mask.as_input(batch, wanted)
        assert given.dtype == "float32"
        np.testing.assert_array_equal(given[..., 0], masks)


def test_another_size_is_named():
    with pytest.raises(ValueError, match=r"\(N, 8, 6, 3\)"):
        EVERY["image"].check_batch(tf.zeros([2, 8, 8, 3]))


def test_files_are_read_by_their_paths(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 6, 3)).astype(np.uint8)
    paths = [str(tmp_path / name) for name in ("a.png", "b.png")]
    for path, image in zip(paths, pixels):
        Pillow.fromarray(image).save(path)
    images = EVERY["image"].parse("; ".join(paths))
    np.testing.assert_allclose(images, pixels / 127.5 - 1.0, atol=1e-6)
    masks = EVERY["mask"].parse(paths[0])
    assert masks.shape == (1, 8, 6, 1)
    assert set(np.unique(masks)) == {0.0, 1.0}


def test_files_that_cannot_be_read_or_do_not_fit_are_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere.png"):
        EVERY["image"].parse("nowhere.png")
    path = tmp_path / "large.png"
    Pillow.fromarray(np.zeros([9, 6, 3], np.uint8)).save(path)
    with pytest.raises(ValueError, match=r"large.png of \(9, 6\)"):
        EVERY["image"].parse(str(path))


def test_a_mask_is_described_by_its_share():
    mask = np.zeros([8, 6, 1])
    mask[:2] = 1.0
    assert Mask(8, 6).describe(mask) == "mask of 25 %"
