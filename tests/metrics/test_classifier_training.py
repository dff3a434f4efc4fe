"""Tests of `Classifier.train`: accuracy, determinism, independence of global state, refusals."""

import gzip
import pathlib
import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

from tfgan_suite.metrics import Classifier


@pytest.fixture(scope="module")
def digits():
    """scikit-learn's digits, enlarged to 16 x 16 by Pillow: `(train, test)`."""
    images, labels = load_digits(return_X_y=True)
    enlarged = [
        np.asarray(Image.fromarray(image.astype(np.float32)).resize((16, 16), Image.BILINEAR))
        for image in images.reshape(-1, 8, 8)
    ]
    images = np.stack(enlarged)[..., None] / 8 - 1
    parts = train_test_split(images, labels, test_size=360, stratify=labels, random_state=0)
    return (parts[0], parts[2]), (parts[1], parts[3])


@pytest.fixture(scope="module")
def digits_classifier(digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    return Classifier.train(*digits, num_classes=10, epochs=12, cache_dir=folder)


@pytest.fixture(scope="module")
def train(tmp_path_factory, noise_sets):
    """Returns a function that trains two classes of noise for one epoch, never from the cache."""

    def run(sets=None, **options):
        options = {"num_classes": 2, "epochs": 1, "batch_size": 8, "seed": 3, **options}
        folder = tmp_path_factory.mktemp("cache")
        return Classifier.train(*(sets or noise_sets()), cache_dir=folder, **options)

    return run


@pytest.fixture(scope="module")
def trained_hash(train):
    """Content hash of what `train()` returns."""
    return train().content_hash


def test_digits_are_classified(digits_classifier):
    assert digits_classifier.accuracy >= 0.97


def test_accuracy_is_that_on_the_test_set(digits, digits_classifier):
    _, (images, labels) = digits
    predictions = digits_classifier.model.predict(images, verbose=0).argmax(axis=1)
    assert digits_classifier.accuracy == pytest.approx(accuracy_score(labels, predictions))


def test_shapes_and_classes_are_stated(digits_classifier):
    assert digits_classifier.image_shape == (16, 16, 1)
    assert digits_classifier.num_classes == 10


@pytest.mark.slow
def test_mnist_is_classified(real_data, tmp_path):
    def read(name, shape, offset):
        packed = (pathlib.Path(real_data("mnist")) / name).read_bytes()
        return np.frombuffer(gzip.decompress(packed), np.uint8, offset=offset).reshape(shape)

    def part(prefix):
        images = read(f"{prefix}-images-idx3-ubyte.gz", [-1, 28, 28, 1], 16)
        labels = read(f"{prefix}-labels-idx1-ubyte.gz", [-1], 8)
        return np.float32(images) / 127.5 - 1, labels

    classifier = Classifier.train(
        part("train"), part("t10k"), num_classes=10, cache_dir=tmp_path
    )
    assert classifier.accuracy >= 0.99


def test_same_seed_gives_same_weights(train, trained_hash):
    assert train().content_hash == trained_hash


def test_other_seed_gives_other_weights(train, trained_hash):
    assert train(seed=4).content_hash != trained_hash


def test_order_of_the_dataset_does_not_matter(train, trained_hash, noise_sets):
    training, test = noise_sets()
    shuffled = tf.data.Dataset.from_tensor_slices(training).shuffle(32).batch(5)
    assert train((shuffled, test)).content_hash == trained_hash


def test_colour_images_are_taken(train, noise_sets):
    assert train(noise_sets(channels=3)).image_shape == (8, 8, 3)


def test_dtype_policy_does_not_change_the_judge(train, trained_hash):
    keras.config.set_dtype_policy("mixed_float16")
    assert train().content_hash == trained_hash


def test_global_random_state_is_left_alone(train):
    def draw():
        return random.random(), np.random.uniform(), float(tf.random.uniform([]))

    keras.utils.set_random_seed(5)
    expected = draw()
    keras.utils.set_random_seed(5)
    train()
    assert draw() == expected


def test_training_in_the_scope_of_several_replicas_is_refused(train, two_replicas):
    with two_replicas.scope(), pytest.raises(RuntimeError, match="outside `strategy.scope"):
        train()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"num_classes": 1}, "`num_classes` must be at least 2"),
        ({"num_classes": "two"}, "num_classes='two'"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": 0.5}, "seed=0.5"),
        ({"epochs": 0}, "epochs=0"),
        ({"batch_size": True}, "batch_size=True"),
        ({"learning_rate": 0.0}, "learning_rate=0.0"),
        ({"learning_rate": float("nan")}, "learning_rate=nan"),
        ({"name": "../digits"}, "name='../digits'"),
    ],
)
def test_wrong_settings_are_refused(train, options, message):
    with pytest.raises(ValueError, match=message):
        train(**options)


def _replaced(sets, images=None, labels=None):
    (old_images, old_labels), test = sets
    images = old_images if images is None else images
    return (images, old_labels if labels is None else labels), test


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda x, y: {"images": x * 127.5 + 127.5}, r"must lie in \[-1, 1\]"),
        (lambda x, y: {"images": np.uint8(x)}, "dtype=uint8"),
        (lambda x, y: {"images": x[..., 0]}, r"shape=\(32, 8, 8\)"),
        (lambda x, y: {"images": np.where(x > 0.9, np.nan, x)}, "NaN or infinity"),
        (lambda x, y: {"images": x[:0], "labels": y[:0]}, "at least one image"),
        (lambda x, y: {"labels": y[:-1]}, r"shape=\(31,\)"),
        (lambda x, y: {"labels": np.float32(y)}, "dtype=float32"),
        (lambda x, y: {"labels": y + 1}, "labels from 1 to 2"),
        (lambda x, y: {"images": x[:, :6, :6]}, "one shape"),
    ],
)
def test_wrong_data_are_refused(train, noise_sets, change, message):
    sets = noise_sets()
    with pytest.raises(ValueError, match=message):
        train(_replaced(sets, **change(*sets[0])))


def test_images_too_small_for_the_network_are_refused(train, noise_sets):
    sets = tuple((images[:, :7], labels) for images, labels in noise_sets())
    with pytest.raises(ValueError, match="at least 8 pixels"):
        train(sets)


def test_images_of_several_shapes_are_refused(train, noise_sets):
    images, labels = noise_sets()[0]

    def batches():
        yield images, labels
        yield images[:, :, :7], labels

    spec = tf.TensorSpec([None, 8, None, 1], tf.float32), tf.TensorSpec([None], tf.int64)
    dataset = tf.data.Dataset.from_generator(batches, output_signature=spec)
    with pytest.raises(ValueError, match="must have one shape"):
        train((dataset, noise_sets()[1]))


def test_endless_dataset_is_refused(train, noise_sets):
    endless = tf.data.Dataset.from_tensors(noise_sets()[0]).repeat()
    with pytest.raises(ValueError, match="never ends"):
        train((endless, noise_sets()[1]))


def test_empty_dataset_is_refused(train, noise_sets):
    empty = tf.data.Dataset.from_tensors(noise_sets()[0]).take(0)
    with pytest.raises(ValueError, match="`train` is empty"):
        train((empty, noise_sets()[1]))


def test_dataset_without_labels_is_refused(train, noise_sets):
    unlabelled = tf.data.Dataset.from_tensors(noise_sets()[0][0])
    with pytest.raises(ValueError, match="pairs"):
        train((unlabelled, noise_sets()[1]))


def test_something_else_than_a_dataset_is_refused(train, noise_sets):
    with pytest.raises(ValueError, match="Received: str"):
        train(("digits", noise_sets()[1]))


def test_test_set_seen_in_training_is_refused(train, noise_sets):
    both = noise_sets()[0]
    with pytest.raises(ValueError, match="32 of 32 test images are in `train` too"):
        train((both, both))
