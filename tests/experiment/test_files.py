"""Atomic files and strict JSON."""

import json
import os
import pathlib

import numpy as np
import pytest

from tfgan_suite.files import replacing, strict, write_json


def test_a_file_appears_when_it_is_complete(tmp_path):
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        assert not (tmp_path / "a.txt").exists()
        assert temporary.name == "a.txt"
    assert (tmp_path / "a.txt").read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(error):
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise error
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_others_may_read_what_the_mask_allows(tmp_path):
    mask = os.umask(0o022)
    try:
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("new")
    finally:
        os.umask(mask)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


def test_a_directory_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        with replacing(tmp_path / "no" / "a.txt"):
            pass


def test_json_takes_what_python_and_numpy_have(tmp_path):
    value = {
        "tuple": (1, 2.5, None, True),
        "array": np.array([[1.5, np.nan]]),
        "number": np.float32(0.5),
        3: np.int64(4),
        "path": pathlib.Path("a/b"),
        "infinite": [float("inf"), -np.inf],
    }
    write_json(tmp_path / "a.json", value)
    assert json.loads((tmp_path / "a.json").read_text()) == {
        "tuple": [1, 2.5, None, True],
        "array": [[1.5, "NaN"]],
        "number": 0.5,
        "3": 4,
        "path": "a/b",
        "infinite": ["Infinity", "-Infinity"],
    }


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_python_reads_the_strings_back(value):
    assert float(strict(value)) == value
