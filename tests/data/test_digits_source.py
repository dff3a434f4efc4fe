"""The digits of scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tfgan_suite import data


def read_all(split, **kwargs):
    batches = list(
        data.load("digits", split=split, labels=True, drop_remainder=False, **kwargs)
    )
    return [np.concatenate([np.asarray(batch[part]) for batch in batches]) for part in (0, 1)]


def rows(images, labels):
    levels = np.round((images.reshape(len(images), 64) + 1.0) * 8.0).astype(int)
    return sorted(zip(map(tuple, levels), labels.tolist()))


def test_both_splits_together_are_scikit_learns_digits():
    (train, train_labels), (test, test_labels) = read_all("train"), read_all("test")
    images, labels = load_digits(return_X_y=True)
    got = rows(np.concatenate([train, test]), np.concatenate([train_labels, test_labels]))
    assert got == sorted(zip(map(tuple, images.astype(int)), labels.tolist()))


def test_grey_levels_are_exact():
    images, _ = read_all("train")
    levels = (images.astype(np.float64) + 1.0) * 8.0
    assert np.array_equal(levels, np.round(levels))
    assert (levels.min(), levels.max()) == (0.0, 16.0)


def test_splits_have_the_stated_sizes():
    assert data.describe("digits").num_examples == 1500
    assert data.describe("digits", split="test").num_examples == 297


def test_splits_are_stratified():
    shares = [np.bincount(read_all(split)[1]) / size for split, size in
              (("train", 1500), ("test", 297))]
    np.testing.assert_allclose(*shares, atol=1 / 297)


def test_describe_names_the_classes():
    described = data.describe("digits")
    assert described.image_shape == (8, 8, 1)
    assert described.class_names == tuple("0123456789")
    assert described.num_classes == 10


def test_image_size_enlarges():
    images = next(iter(data.load("digits", image_size=32, batch_size=16)))
    assert images.shape == (16, 32, 32, 1)
    assert -1.0 <= images.numpy().min() < images.numpy().max() <= 1.0


def test_unknown_split_is_refused():
    with pytest.raises(ValueError, match='"train" and "test".*Received: split=\'val\''):
        data.load("digits", split="val")
