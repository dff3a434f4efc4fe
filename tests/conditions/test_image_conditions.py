"""Images and masks as conditions: forms, files, checks."""

import os

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Pillow

from tfgan_suite.conditions import ImageCondition, Mask

IMAGE, MASK = ImageCondition(8, 6, 3), Mask(8, 6)


def test_masks_are_taken_alike_in_every_form():
    masks = np.random.default_rng(0).integers(0, 2, (2, 8, 6))
    wanted = keras.Input((8, 6, 1))
    for form in (masks, masks.astype(bool), masks[..., np.newaxis].astype("float32")):
        np.testing.assert_array_equal(MASK.check(form)[..., 0], masks)
        batch = tf.constant(form)
        MASK.check_batch(batch)
        given = MASK.as_input(batch, wanted)
        assert given.dtype == "float32"
        np.testing.assert_array_equal(given[..., 0], masks)


def test_another_size_is_named():
    with pytest.raises(ValueError, match=r"\(N, 8, 6, 3\)"):
        IMAGE.check_batch(tf.zeros([2, 8, 8, 3]))


def test_files_are_read_by_their_paths(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 6, 3)).astype(np.uint8)
    paths = [str(tmp_path / name) for name in ("a.png", "b.png")]
    for path, image in zip(paths, pixels):
        Pillow.fromarray(image).save(path)
    images = IMAGE.parse("; ".join(paths))
    np.testing.assert_allclose(images, pixels / 127.5 - 1.0, atol=1e-6)
    masks = MASK.parse(paths[0])
    assert masks.shape == (1, 8, 6, 1)
    assert set(np.unique(masks)) == {0.0, 1.0}


def test_a_pipe_in_the_place_of_an_image_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ValueError, match="paths of files.*a.png.*no regular file"):
        IMAGE.parse(str(tmp_path / "a.png"))


def test_files_that_cannot_be_read_or_do_not_fit_are_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere.png"):
        IMAGE.parse("nowhere.png")
    path = tmp_path / "large.png"
    Pillow.fromarray(np.zeros([9, 6, 3], np.uint8)).save(path)
    with pytest.raises(ValueError, match=r"large.png of \(9, 6\)"):
        IMAGE.parse(str(path))


def test_a_mask_is_described_by_its_share():
    mask = np.zeros([8, 6, 1])
    mask[:2] = 1.0
    assert Mask(8, 6).describe(mask) == "mask of 25 %"
