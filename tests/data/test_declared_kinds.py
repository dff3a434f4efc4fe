"""What data holds is declared by its source, and travels with the batches."""

import numpy as np
import pytest

from tfgan_suite import data, testing
from tfgan_suite.conditions import Attributes, Labels
from tfgan_suite.modalities import Image, Vector

IMAGES = np.arange(6 * 4, dtype=np.uint8).reshape(6, 2, 2, 1)
CLASSES = np.array([0, 2, 1, 2, 0, 2])
ATTRIBUTES = np.array([[0, 1, 1], [1, 1, 0], [0, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1]])


def load(source=IMAGES, **options):
    return data.load(source, batch_size=2, shuffle=False, **options)


def second(batches):
    return np.concatenate([part for _, part in batches.as_numpy_iterator()])


# === Modalities ===


def test_images_are_declared_at_the_size_at_which_they_come():
    assert repr(load().modality) == repr(Image(2, 2, 1))
    changed = load(image_size=(3, 5), resize="stretch", channels=3)
    assert repr(changed.modality) == repr(Image(3, 5, 3))


def test_points_are_vectors():
    for told in (data.load("gaussians"), data.describe("gaussians")):
        assert repr(told.modality) == repr(Vector(2))


def test_pairs_and_domains_declare_both():
    images = np.zeros((4, 8, 8, 3), np.uint8)
    pairs = data.load_pairs(data.Colorization(images + np.arange(3, dtype=np.uint8)), image_size=4)
    assert repr((pairs.modality, pairs.condition)) == repr((Image(4, 4, 3), Image(4, 4, 1)))
    domains = data.load_unpaired(testing.images(3, (4, 4, 1)), testing.images(2, (4, 4, 1)))
    assert repr(domains.modality) == repr(domains.condition) == repr(Image(4, 4, 1))


def test_what_changes_is_not_declared_any_more():
    batches = load((IMAGES, CLASSES), labels=True)
    swapped = batches.map(lambda x, y: (y, x))
    assert swapped.modality is swapped.condition is None
    alone = batches.map(lambda x, y: x)
    assert repr(alone.modality) == repr(Image(2, 2, 1)) and alone.condition is None
    again = batches.unbatch().batch(3)
    assert repr(again.modality) == repr(Image(2, 2, 1)) and again.condition is batches.condition
    assert batches.unbatch().modality is None


# === Labels ===


@pytest.mark.parametrize(
    "labels",
    [
        CLASSES,
        CLASSES[:, None],
        CLASSES.astype(np.uint8),
        np.eye(3)[CLASSES],
        np.eye(3, dtype=np.int64)[CLASSES],
        np.eye(3, dtype=bool)[CLASSES],
    ],
    ids=["integers", "a column", "uint8", "one-hot", "one-hot integers", "one-hot booleans"],
)
def test_labels_are_taken_alike(labels):
    batches = load((IMAGES, labels), labels=True)
    np.testing.assert_array_equal(second(batches), CLASSES)
    assert batches.element_spec[1].dtype == "int32"
    assert repr(batches.condition) == repr(Labels(3, frequencies=(1 / 3, 1 / 6, 1 / 2)))


def test_the_names_of_classes_travel(write_image, noise, tmp_path):
    for name in ("cat/1.png", "cat/2.png", "dog/1.png"):
        write_image(name, noise(4, 4))
    batches = data.load(tmp_path, batch_size=1, labels=True)
    assert repr(batches.condition) == repr(Labels(2, ["cat", "dog"], (2 / 3, 1 / 3)))
    assert batches.map(lambda x, y: (-x, y)).take(1).condition.names == ("cat", "dog")
    assert data.describe(tmp_path).condition.names == ("cat", "dog")
    assert data.load("digits", labels=True).condition.names == tuple("0123456789")


def test_without_labels_there_is_no_condition():
    assert load((IMAGES, CLASSES)).condition is None
    assert load((IMAGES, CLASSES)).element_spec.shape == (2, 2, 2, 1)


# === Attributes ===


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64", "bool", "uint8"])
def test_attributes_come_with_the_images(dtype):
    batches = load((IMAGES, ATTRIBUTES.astype(dtype)))
    np.testing.assert_array_equal(second(batches), ATTRIBUTES)
    assert batches.element_spec[1].dtype == "float32"
    assert repr(batches.condition) == repr(Attributes.fit(ATTRIBUTES))
    assert data.describe((IMAGES, ATTRIBUTES)).condition.count == 3


def test_attributes_can_be_left_out():
    assert load((IMAGES, ATTRIBUTES), labels=False).condition is None


def test_a_column_of_floats_is_one_attribute():
    assert load((IMAGES, ATTRIBUTES[:, :1].astype(float))).condition.count == 1


def write_table(tmp_path, write_image, noise, text, name="attributes.csv"):
    for number in range(3):
        write_image(f"photos/{number}.png", noise(4, 4))
    path = tmp_path / "photos" / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "file,Smiling,Young\n0.png,1,0\n1.png,0,0\n2.png,1,1\n",
        "file, Smiling, Young\n2.png, 1, 1\n0.png, 1, -1\n9.png,1,1\n1.png, -1, -1\n",
    ],
    ids=["zeros", "minus ones, another order, one too many"],
)
def test_a_table_of_attributes(tmp_path, write_image, noise, text):
    path = write_table(tmp_path, write_image, noise, text)
    expected = [[1, 0], [0, 0], [1, 1]]
    options = {"batch_size": 1, "shuffle": False}
    batches = data.load(tmp_path / "photos", **options)
    np.testing.assert_array_equal(second(batches), expected)
    assert batches.condition.names == ("Smiling", "Young")
    elsewhere = path.rename(tmp_path / "faces.csv")
    given = data.load(tmp_path / "photos", attributes=elsewhere, **options)
    np.testing.assert_array_equal(second(given), expected)
    assert data.load(tmp_path / "photos", **options).condition is None


def test_changed_attributes_are_other_data(tmp_path, write_image, noise):
    path = write_table(tmp_path, write_image, noise, "f,a\n0.png,1\n1.png,0\n2.png,1\n")
    before = data.load(tmp_path / "photos", batch_size=1).provenance
    path.write_text("f,a\n0.png,1\n1.png,1\n2.png,1\n")
    assert data.load(tmp_path / "photos", batch_size=1).provenance != before


@pytest.mark.parametrize(
    "text, message",
    [
        ("f,a\n0.png,1\n2.png,1\n", "Every image must have a row .*none for .*1.png"),
        ("f,a\n0.png,1\n1.png,2\n2.png,1\n", "1 for yes, 0 or -1 for no.* 2 as 'a' of 1.png"),
        ("f,a\n0.png,1\n0.png,1\n", "a file in two rows. Received: 0.png"),
        ("f\n0.png\n", "the column 'f' alone"),
        ("", "attributes cannot be read"),
    ],
    ids=["missing", "a 2", "twice", "no attribute", "empty"],
)
def test_wrong_tables_are_refused(tmp_path, write_image, noise, text, message):
    write_table(tmp_path, write_image, noise, text)
    with pytest.raises(ValueError, match=message):
        data.load(tmp_path / "photos", batch_size=1)


def test_a_table_that_is_not_there_or_not_for_files_is_refused(tmp_path, write_image, noise):
    write_table(tmp_path, write_image, noise, "f,a\n")
    with pytest.raises(ValueError, match="cannot be read: .*none.csv"):
        data.load(tmp_path / "photos", batch_size=1, attributes=tmp_path / "none.csv")
    with pytest.raises(ValueError, match="`attributes` is for folders"):
        load((IMAGES, ATTRIBUTES), attributes="a.csv")
