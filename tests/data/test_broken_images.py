"""Images that break, or vanish, in the middle of an epoch; labels out of range."""

import dataclasses
import logging

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import data
from tfgan_suite.conditions import Labels
from tfgan_suite.data import any_source, pipeline
from tfgan_suite.data.source import Source


@pytest.fixture
def folder(write_image, tmp_path):
    """Twelve images of one pixel in two classes; the pixel is the number of the file."""
    for number in range(12):
        name = f"images/{'ab'[number // 6]}/{number:02}.png"
        write_image(name, np.full((1, 1), number, np.uint8))
    return tmp_path / "images"


def corrupt(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])


def vanish(folder, name):
    (folder / name).unlink()


def ids(dataset):
    images = np.concatenate([images for images, _ in dataset.as_numpy_iterator()])
    return np.rint((np.ravel(images) + 1.0) * 127.5).astype(int).tolist()


def load(folder, **options):
    return data.load(
        folder, batch_size=4, labels=True, shuffle=False, **{"cache": False, **options}
    )


@pytest.mark.parametrize("harm", [corrupt, vanish])
def test_by_default_it_raises_and_names_the_file(folder, harm):
    dataset = load(folder)
    harm(folder, "a/02.png")
    with pytest.raises(tf.errors.InvalidArgumentError, match="a/02.png"):
        ids(dataset)


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("harm", [corrupt, vanish])
def test_skipped_images_are_replaced_within_their_class_and_counted(folder, harm, cache, caplog):
    dataset = load(folder, broken="skip", cache=cache)
    harm(folder, "a/02.png")
    harm(folder, "a/03.png")
    harm(folder, "b/11.png")
    with caplog.at_level(logging.WARNING):
        # The next of the class; after its last, its first.
        assert ids(dataset) == [0, 1, 4, 4, 4, 5, 6, 7, 8, 9, 10, 6]
    skipped = data.skipped(dataset)
    assert sorted(name[-8:] for name in skipped) == ["a/02.png", "a/03.png", "b/11.png"]
    assert all("Cannot read the image file" in reason for reason in skipped.values())
    assert sum("skipped image" in record.message for record in caplog.records) == 3


def test_an_image_that_breaks_between_epochs_changes_nothing_else(folder):
    dataset = load(folder, broken="skip")
    assert ids(dataset) == list(range(12)) and not data.skipped(dataset)
    corrupt(folder, "b/07.png")
    assert ids(dataset) == [*range(7), 8, *range(8, 12)]


def test_a_class_of_which_nothing_can_be_read_raises(folder):
    dataset = load(folder, broken="skip")
    for number in range(6):
        vanish(folder, f"a/{number:02}.png")
    with pytest.raises(tf.errors.InvalidArgumentError, match="No image can be read"):
        ids(dataset)


def test_a_source_that_cannot_skip_says_so(folder, monkeypatch):
    def unskippable(*args):
        return dataclasses.replace(open_folder(*args), skipped=None)

    open_folder = any_source.open_folder
    monkeypatch.setattr(any_source, "open_folder", unskippable)
    with pytest.raises(ValueError, match="cannot be skipped. Received: broken='skip' with images"):
        load(folder, broken="skip")


def test_a_source_in_which_nothing_can_break_skips_nothing():
    assert data.skipped(data.load("digits", broken="skip")) == {}


def test_the_policies_have_names(folder):
    with pytest.raises(ValueError, match="Received: broken='ignore'"):
        load(folder, broken="ignore")


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_out_of_range_raises_with_the_label(label):
    labels = np.asarray([0, 1, 2, label], np.int32)
    source = Source(
        name="mislabelled",
        num_examples=4,
        shape=(1, 1, 1),
        dtype=tf.uint8,
        elements=lambda _: tf.data.Dataset.from_tensor_slices((np.arange(4), labels)),
        read=lambda index: tf.zeros([*index.shape, 1, 1, 1], tf.uint8),
        vectorized=True,
        condition=Labels(3),
    )
    dataset = pipeline.minibatches(
        source,
        size=None,
        resize=None,
        channels=None,
        labels=True,
        shuffle=False,
        seed=0,
        cache=False,
        batch_size=4,
        steps=[],
        drop_remainder=True,
        repeat=False,
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=rf"= {label} is not in \[0, 3\)"):
        list(dataset)
