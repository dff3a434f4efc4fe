"""NumPy arrays as a source."""

import numpy as np
import pytest

from tfgan_suite import data
from tfgan_suite.conditions import Labels
from tfgan_suite.modalities import Image


def load_all(source, **kwargs):
    return np.concatenate(list(data.load(source, shuffle=False, batch_size=1, **kwargs)))


def test_uint8_is_scaled_to_unit_range(noise):
    images = noise(5, 4, 6, 3)
    expected = images.astype(np.float64) / 127.5 - 1.0
    np.testing.assert_allclose(load_all(images), expected, atol=1e-7)


def test_black_and_white_are_exactly_the_ends():
    images = np.array([[[0, 255]]], np.uint8)
    assert load_all(images).ravel().tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_float_images_pass_unchanged(dtype):
    images = np.linspace(-1.0, 1.0, 2 * 4 * 4 * 1).reshape(2, 4, 4, 1).astype(dtype)
    got = load_all(images)
    assert got.dtype == np.float32
    assert np.array_equal(got, images.astype(np.float32))


def test_a_missing_channel_axis_is_added(noise):
    assert load_all(noise(3, 4, 5)).shape == (3, 4, 5, 1)


def test_labels_stay_with_their_images():
    images = np.arange(40, dtype=np.uint8).reshape(40, 1, 1, 1)
    for batch, labels in data.load((images, np.arange(40)), labels=True, batch_size=8):
        assert labels.dtype == "int32"
        assert np.array_equal(np.round((batch[:, 0, 0, 0] + 1.0) * 127.5), labels)


def test_describe_counts_classes(noise):
    described = data.describe((noise(4, 6, 5, 3), np.array([0, 2, 1, 2])))
    assert (described.name, described.image_shape) == ("array", (6, 5, 3))
    assert described.num_examples == 4 and described.num_classes == 3
    assert repr(described.condition) == repr(Labels(3, frequencies=(0.25, 0.25, 0.5)))


def test_describe_without_labels(noise):
    described = data.describe(noise(4, 6, 5, 3))
    assert described.num_classes is described.class_names is described.condition is None
    assert repr(described.modality) == repr(Image(6, 5, 3))


def test_the_array_is_read_at_load(noise):
    images = noise(4, 2, 2, 1)
    dataset = data.load(images, batch_size=4, shuffle=False)
    before = images.copy()
    images[:] = 0
    np.testing.assert_allclose(next(iter(dataset)), before / 127.5 - 1.0, atol=1e-6)


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((4, 4), np.uint8), r"\[N, H, W, C\] or \[N, H, W\].*shape \(4, 4\)"),
        (np.zeros((0, 4, 4, 1), np.uint8), r"none of them 0.*shape \(0, 4, 4, 1\)"),
        (np.zeros((2, 3, 8, 8), np.uint8), r"np.moveaxis.*shape \(2, 3, 8, 8\)"),
        (np.zeros((2, 4, 4, 1), np.int64), r"astype\(np.uint8\).*dtype int64"),
        (np.zeros((2, 4, 4, 1), complex), r"uint8 in 0..255.*dtype complex"),
        (np.linspace(0, 255, 32).reshape(2, 4, 4, 1), r"/ 127.5 - 1.*0 to 255"),
        (np.linspace(0, 1, 32).reshape(2, 4, 4, 1), r"images \* 2 - 1.*0 to 1"),
        (np.linspace(-3, 3, 32).reshape(2, 4, 4, 1), r"\[-1, 1\].*-3 to 3"),
        (np.full((2, 4, 4, 1), np.nan), "NaN.*Received: 32"),
        (np.full((2, 4, 4, 1), np.inf), "infinite.*Received: 32"),
    ],
)
def test_other_arrays_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        data.load(images, batch_size=1)


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.zeros(3, int), r"each of the 4 images.*shape \(3,\)"),
        (np.zeros((4, 2), int) + 2, r"shape \(4, 2\)"),
        (np.full((4, 3), 0.5), r"shape \(4, 3\) and dtype float64"),
        (np.zeros(4), "dtype float64"),
        (np.array([0, 1, -1, 2]), "a label of -1"),
    ],
)
def test_other_labels_are_refused(noise, labels, message):
    with pytest.raises(ValueError, match=message):
        data.load((noise(4, 2, 2, 1), labels), batch_size=1)


def test_asking_for_labels_that_are_not_there_is_refused(noise):
    with pytest.raises(ValueError, match="array has no labels. Received: labels=True"):
        data.load(noise(4, 2, 2, 1), labels=True, batch_size=1)


def test_an_array_has_no_other_split(noise):
    with pytest.raises(ValueError, match='only the split "train".*split=\'test\''):
        data.load(noise(4, 2, 2, 1), split="test")
