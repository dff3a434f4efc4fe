"""Splits: one that is not there is told from one that is there and cannot be used."""

import shutil

import numpy as np
import pytest

from tfgan_suite import data


def test_of_digits():
    assert data.has_split("digits", "test")
    assert not data.has_split("digits", "validation")


def test_of_folders(write_image, noise, tmp_path):
    for name in ("train/a/0.png", "train/b/0.png", "test/a/0.png"):
        write_image(name, noise(4, 4, 3))
    assert data.has_split(tmp_path, "test")
    assert not data.has_split(tmp_path, "val")
    assert not data.has_split(tmp_path / "train", "test")


def test_of_archives(write_image, noise, tmp_path):
    for name in ("plain/a/0.png", "plain/b/0.png", "split/train/0.png", "split/test/0.png"):
        write_image(name, noise(4, 4, 3))
    for name, has_test in (("plain", False), ("split", True)):
        shutil.make_archive(tmp_path / name, "zip", tmp_path / name)
        assert data.has_split(tmp_path / f"{name}.zip", "test") == has_test
    with pytest.raises(data.UnknownSplitError, match="plain.zip"):
        data.load(tmp_path / "plain.zip", split="test")


def test_of_arrays(tmp_path):
    images = np.zeros([3, 4, 4, 1], np.uint8)
    assert not data.has_split(images, "test")
    np.save(tmp_path / "images.npy", images)
    np.savez(tmp_path / "images.npz", x_train=images, x_test=images)
    assert not data.has_split(str(tmp_path / "images.npy"), "test")
    assert data.has_split(str(tmp_path / "images.npz"), "test")
    assert not data.has_split(str(tmp_path / "images.npz"), "val")


def test_a_broken_file_is_no_missing_split(write_image, noise, tmp_path):
    write_image("train/0.png", noise(4, 4, 3))
    (tmp_path / "test").mkdir()
    (tmp_path / "test/0.png").write_bytes(b"<html>")
    with pytest.raises(ValueError, match="0.png") as caught:
        data.has_split(tmp_path, "test")
    assert not isinstance(caught.value, data.UnknownSplitError)


def test_an_unknown_data_set_is_no_missing_split():
    with pytest.raises(ValueError, match="no_such_data"):
        data.has_split("./no_such_data", "test")
