"""Facts by which data is known again, and what they say has changed."""

import os
import shutil

import numpy as np
import pytest

from tfgan_suite import provenance


def write(folder, count, size=20000):
    """Files of random bytes, larger than what is read of them."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    paths = [folder / f"{number:03}.bin" for number in range(count)]
    for path in paths:
        path.write_bytes(generator.bytes(size))
    return paths


def test_a_copied_folder_is_the_same_data(tmp_path):
    paths = write(tmp_path / "a", 70)
    shutil.copytree(tmp_path / "a", tmp_path / "elsewhere" / "b")
    copies = sorted((tmp_path / "elsewhere" / "b").iterdir())
    os.utime(copies[3], (1, 1))
    before = provenance.of_files(paths, tmp_path / "a")
    assert before == provenance.of_files(copies, tmp_path / "elsewhere" / "b")
    assert before["count"] == 70 and before["bytes"] == 70 * 20000
    assert len(before["contents"]) == 64


@pytest.mark.parametrize("place", [0, 4095, 15904, 19999])
def test_a_byte_at_either_end_of_a_file_is_seen(tmp_path, place):
    paths = write(tmp_path, 5)
    before = provenance.of_files(paths, tmp_path)
    content = bytearray(paths[2].read_bytes())
    content[place] ^= 1
    paths[2].write_bytes(content)
    after = provenance.of_files(paths, tmp_path)
    assert provenance.changes(before, after) == ["data.contents: other bytes in 002.bin"]


def test_the_size_of_a_file_is_seen(tmp_path):
    paths = write(tmp_path, 3)
    before = provenance.of_files(paths, tmp_path)
    content = paths[1].read_bytes()
    paths[1].write_bytes(content[:10000] + b"x" + content[10000:])
    assert provenance.changes(before, provenance.of_files(paths, tmp_path)) == [
        "data.bytes: 60000 -> 60001",
        "data.contents: other bytes in 001.bin",
    ]


def test_one_file_more_is_named_by_the_number_alone(tmp_path):
    paths = write(tmp_path, 34)
    before, after = (provenance.of_files(paths[:count], tmp_path) for count in (33, 34))
    assert provenance.changes(before, after) == [
        "data.bytes: 660000 -> 680000",
        "data.count: 33 -> 34",
        "data.names: other names of files",
    ]


def test_many_changed_files_are_named_in_part(tmp_path):
    paths = write(tmp_path, 10, size=10)
    before = provenance.of_files(paths, tmp_path)
    for path in paths:
        path.write_bytes(b"another 10")
    (line,) = provenance.changes(before, provenance.of_files(paths, tmp_path))
    names = ", ".join(f"{number:03}.bin" for number in range(5))
    assert line == f"data.contents: other bytes in {names}, ..."


def test_a_file_that_is_gone_is_another_content(tmp_path):
    paths = write(tmp_path, 3)
    before = provenance.of_files(paths, tmp_path)
    paths[0].unlink()
    assert "000.bin" in provenance.changes(before, provenance.of_files(paths, tmp_path))[-1]


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64", "int64", "bool"])
def test_one_element_of_an_array_is_seen(dtype):
    array = np.ones([200, 3, 2]).astype(dtype)
    before = provenance.of_arrays(x=array, y=None)
    assert provenance.of_arrays(x=array.copy()) == before
    array[137, 2, 1] = 0
    after = provenance.of_arrays(x=array)
    assert provenance.changes(before, after) == ["data.x.contents: other bytes in row 137 to 139"]


def test_shape_and_dtype_of_an_array_are_named():
    before = provenance.of_arrays(x=np.zeros([4, 2], np.uint8))
    after = provenance.of_arrays(x=np.zeros([5, 2], np.float32))
    assert provenance.changes(before, after) == [
        "data.x.dtype: 'uint8' -> 'float32'",
        "data.x.shape: [4, 2] -> [5, 2]",
    ]


def test_of_a_large_array_rows_are_sampled(monkeypatch):
    monkeypatch.setattr(provenance, "_ARRAY_BYTES", 100)
    array = np.zeros([1000, 1], np.uint8)
    before = provenance.of_arrays(x=array)
    array[:] = 1
    assert provenance.of_arrays(x=array) != before


def test_an_array_without_rows_has_facts_too():
    assert provenance.of_arrays(x=np.zeros([0, 3]))["x"]["contents"] == {}


def test_names_of_folders_are_told_but_are_no_change():
    before, after = {"name": "a", "kind": "files"}, {"name": "b", "kind": "files"}
    assert provenance.changes(before, after) == []
    after["count"] = 3
    assert provenance.changes(before, after) == [
        "data.name: 'a' -> 'b'",
        "data.count: nothing -> 3",
    ]


def test_what_is_another_kind_of_data_is_told_by_its_kind():
    files = {"kind": "files", "name": "photos", "count": 3, "contents": {"a": "1"}}
    lines = provenance.changes({"source": files}, {"source": {"kind": "gaussians/ring"}})
    assert "data.source.kind: 'files' -> 'gaussians/ring'" in lines
    assert not any("contents" in line for line in lines)
