"""What of a folder is read: every format, and every class, or it is named."""

import logging
import os

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data

SUFFIXES = (
    "png", "jpg", "jpeg", "jfif", "bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm", "TIF", "avif",
    "jp2", "tga", "pcx", "sgi", "qoi",
)  # fmt: skip


def labelled(folder, **options):
    """`(levels, labels)` of images of one grey level each, in the order of the source."""
    images, labels = next(
        iter(data.load(folder, labels=True, shuffle=False, batch_size=3, channels=1, **options))
    )
    return np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int).tolist(), labels.numpy().tolist()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_class_vanishes_for_its_format(write_image, noise, tmp_path, suffix):
    for name in ("a/0.png", f"b/0.{suffix}", "c/0.png"):
        grey = name.endswith("pgm")
        write_image(name, noise(4, 4) if grey else noise(4, 4, 3))
    assert data.describe(tmp_path).class_names == ("a", "b", "c")
    assert labelled(tmp_path)[1] == [0, 1, 2]


def test_a_flat_folder_of_two_formats_has_all(write_image, tmp_path):
    for level, name in ((100, "0.png"), (150, "1.tif"), (200, "2.ppm")):
        write_image(name, np.full((2, 2, 3), level, np.uint8))
    images = next(iter(data.load(tmp_path, batch_size=3, shuffle=False)))
    assert np.rint((images[:, 0, 0, 0] + 1) * 127.5).tolist() == [100, 150, 200]


def test_formats_of_splits_may_differ(write_image, tmp_path):
    for level, name in ((1, "train/a/0.png"), (2, "train/b/0.tif"), (3, "train/b/1.png")):
        write_image(name, np.full((2, 2), level, np.uint8))
    write_image("test/b/0.png", np.full((2, 2), 4, np.uint8))
    assert labelled(tmp_path) == ([1, 2, 3], [0, 1, 1])


@pytest.mark.parametrize("content", [{}, {"notes.txt": b"no picture", "x.xyz": b"?"}], ids=len)
def test_a_class_without_an_image_is_an_error(write_image, noise, tmp_path, content):
    write_image("a/0.png", noise(2, 2))
    write_image("c/0.png", noise(2, 2))
    (tmp_path / "b").mkdir()
    for name, text in content.items():
        (tmp_path / "b" / name).write_bytes(text)
    found = ", but notes.txt, x.xyz" if content else ""
    with pytest.raises(ValueError, match=f"class folder .* Received: none in b{found}$"):
        data.describe(tmp_path)


def test_a_class_of_another_split_must_have_images_to_train_on(write_image, noise, tmp_path):
    for name in ("train/a/0.png", "test/a/0.png", "test/b/0.png"):
        write_image(name, noise(2, 2))
    with pytest.raises(ValueError, match="Received: none in b"):
        data.describe(tmp_path)
    assert data.describe(tmp_path, split="test").class_names == ("a", "b")


def test_what_is_passed_over_is_named(write_image, noise, tmp_path, caplog):
    write_image("a/0.png", noise(2, 2))
    write_image("b/0.png", noise(2, 2))
    for name in ("README.md", "a/0.xml", ".DS_Store", "a/Thumbs.db"):
        (tmp_path / name).write_text("no picture")
    with caplog.at_level(logging.WARNING):
        described = data.describe(tmp_path)
    assert described.passed_over == ("README.md", "a/0.xml")
    assert "passed over: README.md, a/0.xml" in caplog.text


def test_a_table_of_attributes_is_not_passed_over(write_image, noise, tmp_path):
    write_image("0.png", noise(2, 2))
    (tmp_path / "list.csv").write_text("file,smiles\n0.png,1\n")
    assert data.describe(tmp_path, attributes=tmp_path / "list.csv").passed_over == ()
    assert data.describe(tmp_path).passed_over == ("list.csv",)


def test_an_empty_folder_beside_images_is_no_class(write_image, noise, tmp_path):
    write_image("0.png", noise(2, 2))
    (tmp_path / "notes").mkdir()
    described = data.describe(tmp_path)
    assert described.class_names is None and described.passed_over == ("notes/",)


@pytest.mark.parametrize(
    "names",
    [
        ("00000/img00000000.png", "00000/img00000999.png", "00001/img00001000.png"),
        ("00000/00000.png", "00000/00999.png", "01000/01000.png"),
    ],
    ids=["thousands", "first numbers"],
)
def test_shards_are_no_classes(write_image, noise, tmp_path, names):
    for name in names:
        write_image(name, noise(2, 2))
    described = data.describe(tmp_path)
    assert described.num_classes is None and described.num_examples == 3


def test_numbered_classes_are_no_shards(write_image, noise, tmp_path):
    for name in ("00000/00000_00000.png", "00001/00000_00000.png"):
        write_image(name, noise(2, 2))
    assert data.describe(tmp_path).class_names == ("00000", "00001")


# === Names that are no UTF-8 ===


@pytest.fixture
def latin(write_image, tmp_path):
    """Three images, one of them, and its class, with a name in Latin-1."""
    for level, name in ((1, b"caf\xe9/caf\xe9.png"), (2, b"tea/0.png"), (3, b"tea/1.png")):
        write_image(os.fsdecode(name), np.full((2, 2), level, np.uint8))
    return tmp_path


def test_files_whose_names_are_no_utf8_are_read(latin):
    assert data.describe(latin).class_names == ("caf\\xe9", "tea")
    assert labelled(latin) == ([1, 2, 3], [0, 1, 1])
    assert labelled(latin, broken="skip") == ([1, 2, 3], [0, 1, 1])


def test_they_are_named_where_they_are_broken(latin):
    path = os.fsencode(latin) + b"/caf\xe9/caf\xe9.png"
    with open(path, "wb"):
        pass
    with pytest.raises(ValueError, match=r"caf\\xe9/caf\\xe9.png: it has 0 bytes"):
        data.describe(latin)


def test_what_is_told_of_them_can_be_printed(latin):
    path = os.fsencode(latin) + b"/caf\xe9.npy"
    np.save(os.fsdecode(path), np.full((2, 2, 2), 200, np.uint8))
    assert data.describe(os.fsdecode(path)).name == "caf\\xe9"
    told = repr(data.load(latin, batch_size=3).provenance["source"])
    assert "caf" in told and told.encode()


def test_pairs_and_domains_of_such_names(latin, tmp_path):
    whole = data.load_pairs((latin, latin), batch_size=3, shuffle=False)
    images, inputs = next(iter(whole))
    np.testing.assert_array_equal(images, inputs)
    domains = data.load_unpaired(latin / "tea", latin / os.fsdecode(b"caf\xe9"))
    assert next(iter(domains))[0].shape == (1, 2, 2, 1)


def test_several_pictures_in_a_file_give_the_first(write_image, tmp_path):
    pages = [Image.new("L", (2, 2), level) for level in (200, 100)]
    write_image("0.tif", pages[0], save_all=True, append_images=pages[1:])
    images = next(iter(data.load(tmp_path, batch_size=1)))
    assert np.rint((images[0, 0, 0, 0] + 1) * 127.5) == 200
