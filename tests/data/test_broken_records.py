"""Records of TFDS that do not decode, or whose label is out of range; broken rows of arrays."""

import io
import logging

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image

from tfgan_suite import data, testing, trainers
from tfgan_suite.data import records
from tfgan_suite.batches import order_of


def png(number, size=1):
    file = io.BytesIO()
    Image.fromarray(np.full((size, size), number, np.uint8)).save(file, "png")
    return file.getvalue()


class BrokenForTests(tfds.core.GeneratorBasedBuilder):
    """Twelve images of one pixel, which is their number; the first six of one class.

    Attributes:
        broken: dict of numbers to what is wrong with them: "cut", "size" or "label".
    """

    VERSION = tfds.core.Version("1.0.0")
    broken = {}

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(1, 1, 1), encoding_format="png"),
            "label": tfds.features.ClassLabel(names=["a", "b"]),
        }
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", "label"),
            disable_shuffling=True,  # records stand in the order of their numbers
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for number in range(12):
            problem = self.broken.get(number)
            content = png(number, 2 if problem == "size" else 1)
            if problem == "cut":
                content = content[: len(content) // 2]
            label = -1 if problem == "label" else number // 6
            yield number, {"image": io.BytesIO(content), "label": label}


@pytest.fixture
def builder(tmp_path, no_network, monkeypatch):
    """Returns a function from what is broken to a prepared builder."""

    def build(broken):
        monkeypatch.setattr(BrokenForTests, "broken", broken)
        return BrokenForTests(data_dir=tmp_path)

    return build


def load(source, **options):
    return data.load(
        source, batch_size=4, **{"labels": True, "shuffle": False, "cache": False, **options}
    )


def numbers(images):
    return np.rint((np.ravel(images) + 1.0) * 127.5).astype(int).tolist()


def ids(dataset):
    return numbers(np.concatenate([images for images, _ in dataset.as_numpy_iterator()]))


def classes(dataset):
    return np.concatenate([labels for _, labels in dataset.as_numpy_iterator()]).tolist()


SHARD = "broken_for_tests-train.*__"


# === Records ===


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize(
    "problem, message",
    [
        ("cut", f"Cannot read the image of record {SHARD}2"),
        ("size", f"Cannot read the image of record {SHARD}2"),
        ("label", f"label of record {SHARD}2 must be from 0 to 1. Received: -1"),
    ],
)
def test_by_default_it_raises_and_names_the_record(builder, problem, message, cache):
    dataset = load(builder({2: problem}), cache=cache)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        ids(dataset)


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("problem", ["cut", "size"])
def test_images_are_replaced_within_their_class_and_counted(builder, problem, cache, caplog):
    dataset = load(builder(dict.fromkeys([2, 3, 11], problem)), broken="skip", cache=cache)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            # The next of the class; after its last, its first.
            assert ids(dataset) == [0, 1, 4, 4, 4, 5, 6, 7, 8, 9, 10, 6]
    assert classes(dataset) == 6 * [0] + 6 * [1]
    skipped = data.skipped(dataset)
    assert sorted(int(name.rpartition("__")[2]) for name in skipped) == [2, 3, 11]
    assert sum("skipped image" in record.message for record in caplog.records) == 3


@pytest.mark.parametrize("cache", [False, True])
def test_records_without_a_class_are_replaced_by_the_next_that_has_one(builder, cache):
    dataset = load(builder({2: "label", 5: "label", 11: "label"}), broken="skip", cache=cache)
    assert ids(dataset) == [0, 1, 3, 3, 4, 6, 6, 7, 8, 9, 10, 0]
    assert classes(dataset) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0]
    reasons = data.skipped(dataset)
    assert len(reasons) == 3
    assert all("must be from 0 to 1. Received: -1" in reason for reason in reasons.values())


def test_what_replaces_a_label_may_be_broken_too(builder):
    dataset = load(builder({2: "label", 3: "cut"}), broken="skip")
    assert ids(dataset)[:6] == [0, 1, 4, 4, 4, 5]
    assert len(data.skipped(dataset)) == 2


def test_labels_that_nobody_asked_for_are_not_looked_at(builder):
    dataset = load(builder({2: "label"}), labels=False)
    assert numbers(np.concatenate(list(dataset))) == list(range(12))


def test_a_class_of_which_nothing_can_be_read_raises(builder):
    dataset = load(builder(dict.fromkeys(range(6), "cut")), broken="skip")
    with pytest.raises(tf.errors.InvalidArgumentError, match="No image can be read in the place"):
        ids(dataset)


def test_a_split_without_labels_raises(builder):
    dataset = load(builder(dict.fromkeys(range(12), "label")), broken="skip")
    with pytest.raises(tf.errors.InvalidArgumentError, match="No record can take the place"):
        ids(dataset)


@pytest.mark.parametrize("cache", [False, True])
def test_shuffled_epochs_can_be_begun_anywhere(builder, cache):
    dataset = load(
        builder({1: "cut", 2: "cut", 4: "label", 7: "cut"}),
        broken="skip",
        shuffle=True,
        cache=cache,
    )
    begin = order_of(dataset).begin
    whole = ids(begin(0, 0, 3).take(9))
    # Each epoch has the same examples in another order, whatever was replaced.
    assert [sorted(whole[i : i + 12]) for i in (0, 12, 24)] == 3 * [
        [0, 3, 3, 3, 5, 5, 6, 8, 8, 9, 10, 11]
    ]
    for epoch, batch in [(0, 2), (1, 1), (2, 0)]:
        first = 4 * (3 * epoch + batch)
        assert ids(begin(epoch, batch, 3).take(3)) == whole[first : first + 12][:12]


def test_a_training_goes_on_and_says_what_was_skipped(builder):
    generator, discriminator = testing.mlp_networks((1, 1, 1))
    trainer = trainers.ModifiedMinimaxGAN(generator, discriminator, testing.LATENT_DIM, seed=0)
    trainer.compile(optimizer=keras.optimizers.SGD(0.01))
    dataset = load(builder({2: "cut"}), broken="skip", labels=False)
    trainer.fit(dataset, epochs=2, verbose=0)
    assert int(trainer.step.numpy()) == 6
    assert [name.rpartition("__")[2] for name in data.skipped(dataset)] == ["2"]


@pytest.mark.parametrize("mode, channels", [("L", 1), ("RGB", 3), ("RGBA", 4), ("P", 3), ("L", 3)])
def test_a_png_is_decoded_as_tensorflow_decodes_it(mode, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, "png")
    expected = tf.image.decode_image(file.getvalue(), channels=channels).numpy()
    got = records._decode_png(file.getvalue(), (None, None, channels))
    if (mode, channels) in (("P", 3), ("L", 3)):
        assert got is None  # left to TensorFlow
    else:
        np.testing.assert_array_equal(got, expected)


# === Arrays ===


def floats(count=12):
    images = np.linspace(-1.0, 1.0, count).astype(np.float32)
    return np.tile(images[:, None, None, None], (1, 2, 2, 1))


def test_broken_rows_are_left_out_from_the_start(caplog):
    images, labels = floats(), np.arange(12) % 3
    images[2, 0, 1] = np.nan
    images[3, 1, 1] = -np.inf
    images[5, 1, 0] = 1.5
    labels[7] = -1
    with caplog.at_level(logging.WARNING):
        dataset = load((images, labels), broken="skip")
    assert dataset.cardinality() == 2
    kept = [0, 1, 4, 6, 8, 9, 10, 11]
    np.testing.assert_array_equal(
        np.concatenate([batch for batch, _ in dataset.as_numpy_iterator()]), images[kept]
    )
    assert classes(dataset) == labels[kept].tolist()
    assert data.skipped(dataset) == {
        "image 2": "Image 2 holds NaN or infinite values",
        "image 3": "Image 3 holds NaN or infinite values",
        "image 5": f"Image 5 has values from {images[5].min():g} to 1.5, outside of [-1, 1]",
        "image 7": "Image 7 has the label -1; labels count from 0",
    }
    assert sum("skipped image" in record.message for record in caplog.records) == 4


def test_a_wrong_scale_is_not_skipped():
    with pytest.raises(ValueError, match="must lie in.*scale them with images / 127.5 - 1"):
        load(127.5 * (floats() + 1.0), broken="skip", labels=False)


def test_an_array_of_which_nothing_is_left_is_refused():
    with pytest.raises(ValueError, match="Every image.*Received: image 0 holds NaN"):
        load(np.full((4, 2, 2, 1), np.nan, np.float32), broken="skip", labels=False)


def test_fewer_rows_than_a_batch_are_refused():
    images = floats(5)
    images[1:3] = np.nan
    with pytest.raises(ValueError, match="3 examples, fewer than one batch"):
        load(images, broken="skip", labels=False)


def test_rows_of_whole_numbers_need_labels_that_count():
    images = np.arange(12, dtype=np.uint8).reshape(12, 1, 1)
    labels = np.zeros(12, int)
    labels[[0, 5, 6, 7]] = -2
    dataset = load((images, labels), broken="skip")
    assert ids(dataset) == [1, 2, 3, 4, 8, 9, 10, 11] and len(data.skipped(dataset)) == 4
