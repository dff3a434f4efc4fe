"""Any image file is read as Pillow reads it, turned upright, or it is named: none is altered."""

import random
import shutil
import tarfile
import warnings
import zipfile

import image_file_cases as cases
import numpy as np
import pytest

from tfgan_suite import data
from tfgan_suite.data.image_files import decode, has_image_suffix, read_headers

SOME = [30, pytest.param(None, marks=pytest.mark.slow)]
SIZE = (11, 13)


def read(path, content):
    """The pixels of a file with some content as RGBA, or None where it is refused by name."""
    path.write_bytes(content)
    (header,) = read_headers([path])
    try:
        with warnings.catch_warnings():  # Pillow's, on files that it then refuses, or reads.
            warnings.simplefilter("ignore")
            pixels = decode(path)
    except ValueError as error:
        assert str(path) in str(error)
        return None
    assert pixels.dtype == np.uint8
    assert pixels.shape == header[:3]
    return cases.as_rgba(pixels)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("number", SOME)
def test_whole_files_are_read_as_pillow_reads_them(tmp_path, number):
    for name, content in cases.whole_files(number and 3 * number):
        expected, found = cases.expected(content), read(tmp_path / name, content)
        if expected is None:
            assert found is None, name
        else:
            np.testing.assert_array_equal(found, expected, err_msg=name)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("number", SOME)
def test_files_cut_short_are_named_or_read_in_full(tmp_path, number):
    for name, content in cases.whole_files(number):
        expected = cases.expected(content)
        if expected is None:
            continue
        for sixteenth in range(16):
            found = read(tmp_path / name, content[: len(content) * sixteenth // 16])
            if found is not None:
                np.testing.assert_array_equal(found, expected, f"{name} cut at {sixteenth}/16")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("suffix", [".pcx", ".jpx"])
def test_a_decoder_that_reads_what_is_left_is_not_trusted(tmp_path, suffix):
    """A grey picture is left of one in 256 colours, and one of fewer bits of its wavelets."""
    files = {n: c for n, c in cases.whole_files(None) if n.endswith(suffix) and "13x11" in n}
    assert len(files) > 3
    for name, content in files.items():
        expected = cases.expected(content)
        for missing in (1, 2, 100, 700, 800):
            found = read(tmp_path / name, content[:-missing])
            if found is not None:
                np.testing.assert_array_equal(found, expected, f"{name} less {missing} bytes")


@pytest.mark.parametrize("number", SOME)
def test_suffixes_do_not_matter(tmp_path, number):
    draw = random.Random(1)
    for name, content in cases.whole_files(number):
        expected = cases.expected(content)
        if expected is not None:
            wrong = draw.choice([".png", ".jpg", ".gif", ".tif", ".webp", ".bmp"])
            found = read(tmp_path / f"{name}{wrong}", content)
            np.testing.assert_array_equal(found, expected, err_msg=name + wrong)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of files of one size and of all kinds, one that is cut and one that is no image;
    and the pixels that are in it, in order."""
    folder, pixels = tmp_path_factory.mktemp("all"), []
    for name, content in cases.whole_files(40, "-13x11"):
        expected = cases.expected(content)
        if expected is not None and expected.shape[:2] == SIZE and has_image_suffix(name):
            (folder / name).write_bytes(content)
            pixels.append(expected)
    (folder / "notes.txt").write_text("no image")
    return folder, np.stack(pixels)


def _as_tar(folder, path):
    with tarfile.open(path, "w") as archive:
        archive.add(folder, "photos")
    return path


def _as_zip(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"photos/{file.name}")
    return path


@pytest.mark.parametrize("kind", ["folder", "tar", "zip", "pairs", "domains"])
@pytest.mark.parametrize("broken", ["raise", "skip"])
def test_every_source_of_files_reads_them_all(tmp_path, folder, kind, broken):
    source, expected = folder
    if broken == "skip":
        source = shutil.copytree(source, tmp_path / "photos")
        (source / "9999.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
        expected = np.concatenate([expected, expected[:1]])
    options = {"batch_size": len(expected), "shuffle": False, "broken": broken}
    if kind in ("tar", "zip"):
        source = {"tar": _as_tar, "zip": _as_zip}[kind](source, tmp_path / f"photos.{kind}")
    if kind == "pairs":
        batches = data.load_pairs((source, source), channels=(4, 4), **options)
    elif kind == "domains":
        batches = data.load_unpaired(source, source, channels=4, **options)
    else:
        batches = data.load(source, channels=4, **options)
        assert data.describe(source, broken=broken).passed_over == ("notes.txt",)
    parts = next(iter(batches))
    for part in parts if kind in ("pairs", "domains") else [parts]:
        levels = np.rint((part.numpy() + 1.0) * 127.5).astype(np.uint8)
        np.testing.assert_array_equal(levels, expected)
    assert sum(name.endswith("9999.png") for name in data.skipped(batches)) == (broken == "skip")
