"""Files that are no images at all, whatever they are called: named, or skipped and counted."""

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data

HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"


def write(folder, count=6, level=100):
    folder.mkdir(parents=True)
    for number in range(count):
        Image.new("L", (4, 4), level + number).save(folder / f"{number}.png")
    return folder


def harm(folder):
    """Breaks three of the files, each in a way of its own."""
    (folder / "1.png").write_bytes(b"")
    (folder / "2.png").write_bytes(HTML)
    (folder / "4.png").write_bytes((folder / "4.png").read_bytes()[:20])
    return folder


def levels(batches):
    return [
        [int(np.rint((image[0, 0, 0] + 1) * 127.5)) for part in batch for image in part]
        for batch in batches.as_numpy_iterator()
    ]


def short(dataset):
    return sorted(name[-7:] for name in data.skipped(dataset))


def test_all_of_them_are_named(tmp_path):
    folder = harm(write(tmp_path / "a"))
    message = r"a/1.png: it has 0 bytes; so it is with .*a/2.png, .*a/4.png .`data.load` passes"
    with pytest.raises(ValueError, match=message):
        data.load(folder, batch_size=2)


@pytest.mark.parametrize("cache", [False, True])
def test_they_are_skipped_and_counted_from_the_start(tmp_path, cache):
    folder = harm(write(tmp_path / "a"))
    options = {"shuffle": False, "batch_size": 1, "cache": cache}
    dataset = data.load(folder, broken="skip", **options)
    assert short(dataset) == ["a/1.png", "a/2.png", "a/4.png"]
    found = [int(np.rint((x[0, 0, 0, 0] + 1) * 127.5)) for x in dataset.as_numpy_iterator()]
    assert found == [100, 103, 103, 103, 105, 105]
    assert len(data.skipped(dataset)) == 3


def test_a_class_or_folder_of_broken_files_alone_is_an_error(tmp_path):
    write(tmp_path / "good")
    for name in ("1.png", "2.png", "4.png"):
        (tmp_path / "good" / name).replace(tmp_path / name)
    (tmp_path / "bad").mkdir()
    for name in ("1.png", "2.png"):
        (tmp_path / name).unlink()
        (tmp_path / "bad" / name).write_bytes(HTML)
    (tmp_path / "4.png").unlink()
    with pytest.raises(ValueError, match="Every class must have an image.*none of bad"):
        data.load(tmp_path, broken="skip", batch_size=1)
    with pytest.raises(ValueError, match="1.png.*so it is with .*2.png"):
        data.load(tmp_path / "bad", broken="skip", batch_size=1)


def test_domains_skip_and_count_too(tmp_path):
    a, b = harm(write(tmp_path / "a")), write(tmp_path / "b", 3)
    with pytest.raises(ValueError, match="Domain A: .*a/1.png"):
        data.load_unpaired(a, b)
    batches = data.load_unpaired(a, b, broken="skip")
    assert short(batches) == ["a/1.png", "a/2.png", "a/4.png"]
    (b / "0.png").write_bytes(HTML)  # after it was opened
    levels(batches)
    assert short(batches) == ["a/1.png", "a/2.png", "a/4.png", "b/0.png"]


@pytest.mark.parametrize("sizes", ["one", "several"])
def test_a_pair_goes_as_a_whole(tmp_path, sizes):
    a, b = harm(write(tmp_path / "a")), write(tmp_path / "b", level=200)
    (b / "5.png").write_bytes(b"")
    options = {"shuffle": False, "batch_size": 2}
    if sizes == "several":
        for folder in (a, b):
            Image.open(folder / "3.png").resize((8, 8)).save(folder / "3.png")
        options |= {"image_size": 4, "resize": "crop"}
    with pytest.raises(ValueError, match="a/1.png"):
        data.load_pairs((a, b), **options)
    pairs = data.load_pairs((a, b), broken="skip", **options)
    # 0 and 3 are whole; the others give way to the next one that is.
    assert levels(pairs) == [[100, 103, 200, 203], [103, 103, 203, 203], [100, 100, 200, 200]]
    assert short(pairs) == ["a/1.png", "a/2.png", "a/4.png", "b/5.png"]


def test_pictures_side_by_side(tmp_path):
    pairs = data.load_pairs(data.SideBySide(harm(write(tmp_path / "a"))), broken="skip")
    assert short(pairs) == ["a/1.png", "a/2.png", "a/4.png"] and len(levels(pairs)) == 6


def test_rows_of_arrays_are_left_out_of_both():
    images = np.linspace(-1, 1, 5, dtype=np.float32)[:, None, None, None].repeat(4, axis=-1)
    inputs = -images
    images[1], inputs[3] = np.nan, 2.0
    pairs = data.load_pairs((images, inputs), broken="skip", shuffle=False)
    assert [pair[0][0, 0, 0, 0] for pair in pairs.as_numpy_iterator()] == [-1.0, 0.0, 1.0]
    assert all((a == -b).all() for a, b in pairs.as_numpy_iterator())
    assert len(data.skipped(pairs)) == 2


def test_pairs_that_cannot_skip_say_so(tmp_path, noise):
    folder = write(tmp_path / "a")
    with pytest.raises(ValueError, match="skipped of two folders.*broken='skip' with a and array"):
        data.load_pairs((folder, noise(6, 4, 4, 1)), broken="skip")
    for load in (data.load_pairs, data.load_unpaired):
        with pytest.raises(ValueError, match="Received: broken='ignore'"):
            load((folder, folder), broken="ignore")
