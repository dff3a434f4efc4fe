"""Labels in `dataset.json`, as StyleGAN2-ADA's tool writes them."""

import json
import shutil

import numpy as np
import pytest

from tfgan_suite import data


@pytest.fixture
def shards(write_image, tmp_path):
    """Returns a function that writes three images in two shards, and what is said of them."""
    files = ["00000/img00000000.png", "00000/img00000001.png", "00001/img00001000.png"]

    def write(content):
        for level, name in enumerate(files):
            write_image(f"photos/{name}", np.full((2, 2), level, np.uint8))
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / "photos" / "dataset.json").write_text(text)
        return tmp_path / "photos"

    return files, write


def labels_in_order(folder):
    return next(iter(data.load(folder, labels=True, shuffle=False, batch_size=3)))[1].numpy()


def test_labels_are_read(shards):
    files, write = shards
    folder = write({"labels": list(map(list, zip(files, [6, 0, 3])))})
    assert labels_in_order(folder).tolist() == [6, 0, 3]
    described = data.describe(folder)
    assert described.num_classes == 7 and described.passed_over == ()


def test_they_may_be_a_table_of_windows_with_names(shards):
    files, write = shards
    labels = {name.replace("/", "\\"): label for name, label in zip(files, [1, 0, 1])}
    folder = write({"labels": labels, "class_names": ["cat", "dog"]})
    assert labels_in_order(folder).tolist() == [1, 0, 1]
    assert data.describe(folder).class_names == ("cat", "dog")


def test_one_hot_rows_are_labels_and_others_are_attributes(shards):
    files, write = shards
    one_hot = write({"labels": list(zip(files, [[0, 1], [1, 0], [0, 1]]))})
    assert labels_in_order(one_hot).tolist() == [1, 0, 1]
    several = write({"labels": list(zip(files, [[1, 1], [1, 0], [0, 0]]))})
    np.testing.assert_array_equal(labels_in_order(several), [[1, 1], [1, 0], [0, 0]])


def test_an_archive_has_them_too(shards, tmp_path):
    files, write = shards
    folder = write({"labels": list(zip(files, [2, 1, 0]))})
    path = shutil.make_archive(tmp_path / "packed", "tar", folder)
    assert labels_in_order(path).tolist() == [2, 1, 0]


def test_a_number_without_an_image_is_named(shards, caplog):
    files, write = shards
    data.describe(write({"labels": list(zip(files, [0, 3, 0]))}))
    assert "photos: no image of the classes 1, 2" in caplog.text


def test_null_means_no_labels_and_no_classes(shards):
    described = data.describe(shards[1]({"labels": None}))
    assert described.condition is None and described.num_examples == 3


def test_a_split_has_its_own(shards, tmp_path):
    files, write = shards
    folder = write({"labels": list(zip(files, [2, 1, 0]))})
    folder.rename(tmp_path / "train")
    (tmp_path / "all").mkdir()
    (tmp_path / "train").rename(tmp_path / "all" / "train")
    assert labels_in_order(tmp_path / "all").tolist() == [2, 1, 0]


def test_another_file_of_that_name_is_passed_over(write_image, noise, tmp_path):
    write_image("a/0.png", noise(2, 2))
    write_image("b/0.png", noise(2, 2))
    (tmp_path / "dataset.json").write_text('{"title": "cats"}')
    described = data.describe(tmp_path)
    assert described.class_names == ("a", "b") and described.passed_over == ("dataset.json",)


@pytest.mark.parametrize(
    "content, message",
    [
        ("{", "labels cannot be read: .*dataset.json"),
        ({"labels": [["00000/img00000000.png", 1]]}, "none for 00000/img00000001.png, 00001/"),
        ({"labels": 2 * [["00000/img00000000.png", 1]]}, "one label for each.*2 labels of 1 files"),
        ({"labels": 3}, "must be pairs of a file and its label. Received: 3"),
        ({"labels": [-1, 0, 0]}, "dataset.json: Labels count from 0. Received: a label of -1"),
        ({"labels": [0.5, 1, 1]}, "dataset.json: Labels must be one integer"),
        ({"labels": [[1], [1, 2], [0]]}, "dataset.json: "),
    ],
    ids=["json", "missing", "twice", "number", "negative", "fraction", "ragged"],
)
def test_what_is_wrong_is_named(shards, content, message):
    files, write = shards
    if isinstance(content, dict) and len(content["labels"] if content["labels"] != 3 else ()) == 3:
        content = {"labels": list(zip(files, content["labels"]))}
    with pytest.raises(ValueError, match=message):
        data.describe(write(content))


def test_labels_that_lie_in_one_another_too_deeply_are_named(write_image, noise, tmp_path):
    write_image("0.png", noise(4, 4, 3))
    (tmp_path / "dataset.json").write_text("[" * 200_000)
    with pytest.raises(ValueError, match="dataset.json"):
        data.load(tmp_path, labels=True, batch_size=1)
