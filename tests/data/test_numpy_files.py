"""Images and labels in NumPy's own files."""

import numpy as np
import pytest

from tfgan_suite import data

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 6, 6, 3)).astype(np.uint8)
LABELS = np.arange(12) % 3
IN_ORDER = {"batch_size": 12, "shuffle": False}


def loaded(path, **options):
    return next(iter(data.load(str(path), **IN_ORDER, **options)))


def test_a_file_of_one_array(tmp_path):
    np.save(tmp_path / "photos.npy", IMAGES)
    np.testing.assert_allclose(loaded(tmp_path / "photos.npy"), IMAGES / 127.5 - 1, atol=1e-6)
    found = data.describe(tmp_path / "photos.npy")
    assert (found.name, found.image_shape, found.num_classes) == ("photos", (6, 6, 3), None)


@pytest.mark.parametrize(
    "names", [("images", "labels"), ("x", "y"), ("pictures", "labels"), ("arr_0", None)]
)
def test_images_and_labels_by_their_names(tmp_path, names):
    arrays = {name: value for name, value in zip(names, (IMAGES, LABELS)) if name}
    np.savez(tmp_path / "a.npz", **arrays)
    if names[1] is None:
        assert data.describe(str(tmp_path / "a.npz")).num_classes is None
        return
    images, labels = loaded(tmp_path / "a.npz", labels=True)
    np.testing.assert_allclose(images, IMAGES / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize("names", ["{}_images {}_labels", "x_{} y_{}"])
def test_splits_in_one_file(tmp_path, names):
    arrays = {}
    for split, rows in (("train", slice(0, 8)), ("test", slice(8, 12))):
        image, label = names.format(split, split).split()
        arrays |= {image: IMAGES[rows], label: LABELS[rows, None]}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    assert data.describe(str(tmp_path / "a.npz")).num_examples == 8
    images, labels = loaded(tmp_path / "a.npz", labels=True, split="test", drop_remainder=False)
    np.testing.assert_allclose(images, IMAGES[8:] / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(labels, LABELS[8:])
    with pytest.raises(ValueError, match=r"\['train', 'test'\].*split='val'"):
        data.describe(str(tmp_path / "a.npz"), split="val")


def test_one_split_is_train(tmp_path):
    np.savez(tmp_path / "a.npz", images=IMAGES)
    with pytest.raises(ValueError, match='only the split "train".*test'):
        data.describe(str(tmp_path / "a.npz"), split="test")


@pytest.mark.parametrize(
    "write, message",
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b"PK\3\4 cut off"), "cannot be read as NumPy's"),
        (lambda path: path.write_bytes(b"nothing"), "a.npz"),
        (lambda path: np.savez(path, images=np.array([{}, 1], object)), "pickle.*a.npz"),
        (lambda path: np.savez(path, images=np.zeros((4, 3))), "a.npz.*shape"),
        (lambda path: np.savez(path), "no array"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, write, message):
    write(tmp_path / "a.npz")
    with pytest.raises(ValueError, match=message):
        data.describe(tmp_path / "a.npz")
