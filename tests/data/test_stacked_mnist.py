"""Three digits of MNIST as the channels of one image."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfgan_suite import data
from tfgan_suite.data import stacked_mnist
from tfgan_suite.data.tensorflow_datasets import open_tfds


class SmallDigits(tfds.core.GeneratorBasedBuilder):
    """Images in the place of MNIST's: all pixels of the digit d are 20 d."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(28, 28, 1)),
            "label": tfds.features.ClassLabel(num_classes=10),
        }
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", "label"),
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples(30), "test": self._generate_examples(20)}

    def _generate_examples(self, count):
        for number in range(count):
            digit = number % 10
            yield number, {"image": np.full((28, 28, 1), 20 * digit, np.uint8), "label": digit}


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    made = SmallDigits(data_dir=tmp_path_factory.mktemp("digits"))
    made.download_and_prepare()
    return made


@pytest.fixture(autouse=True)
def small(builder, monkeypatch):
    """Takes these for MNIST."""
    monkeypatch.setattr(
        stacked_mnist, "open_tfds", lambda _, split, *options: open_tfds(builder, split)
    )
    read = stacked_mnist._read
    read.cache_clear()
    yield
    read.cache_clear()


def all_of(**options):
    options = {"batch_size": 16, "shuffle": False, "drop_remainder": False, **options}
    batches = data.load("stacked_mnist", labels=True, **options).as_numpy_iterator()
    images, labels = map(np.concatenate, zip(*batches))
    return images, labels


def test_the_label_is_what_the_channels_spell():
    images, labels = all_of()
    assert (images.shape, images.dtype, labels.dtype) == ((64, 28, 28, 3), "float32", "int32")
    digits = np.round((images + 1.0) * 127.5 / 20).astype(int)
    assert (digits == digits[:, :1, :1]).all()
    np.testing.assert_array_equal(digits[:, 0, 0] @ [100, 10, 1], labels)
    assert len(np.unique(labels)) > 50


def test_the_seed_draws_them():
    (first, labels), (again, same), (_, other) = all_of(seed=1), all_of(seed=1), all_of(seed=2)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(labels, same)
    assert not np.array_equal(labels, other)


@pytest.mark.parametrize(("split", "count"), [("train", 64), ("test", 51), ("train[:10]", 21)])
def test_it_is_described_without_being_read(split, count, monkeypatch):
    monkeypatch.setattr(stacked_mnist, "_read", None)
    found = data.describe("stacked_mnist", split=split)
    assert (found.name, found.image_shape) == ("stacked_mnist", (28, 28, 3))
    assert (found.num_examples, found.num_classes) == (count, 1000)
    batches = data.load("stacked_mnist", split=split, batch_size=4)
    assert batches.element_spec.shape[1:] == (28, 28, 3)


def test_a_split_that_mnist_has_not():
    assert not data.has_split("stacked_mnist", "validation")


def test_it_resumes_where_it_was():
    batches = data.load("stacked_mnist", batch_size=8, seed=3, labels=True, repeat=True)
    wanted = list(batches.take(12).as_numpy_iterator())[10:]
    resumed = list(batches.skip(10).take(2).as_numpy_iterator())
    for (images, labels), (others, same) in zip(wanted, resumed, strict=True):
        np.testing.assert_array_equal(images, others)
        np.testing.assert_array_equal(labels, same)


def test_a_name_that_is_nearly_this_one(tmp_path):
    with pytest.raises(ValueError, match="near matches: stacked_mnist"):
        data.load("stackedmnist", batch_size=1, data_dir=tmp_path)
