"""JSON files that others have written: an object, or an error that says what is wrong."""

import os

import pytest

from tfgan_suite import files


def test_an_object_comes_back(tmp_path):
    files.write_json(tmp_path / "a.json", {"a": [1, "é"]})
    assert files.read_json(tmp_path / "a.json") == {"a": [1, "é"]}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b'{"a":' + b"[" * 100_000, "too deeply"),
        (b'{"a":' * 100_000, "too deeply"),
        (b"[1, 2]", "no JSON object but of type list"),
        (b"{", "Expecting property name"),
        (b'{"\xff": 1}', "can't decode"),
        (b"", "Expecting value"),
    ],
)
def test_what_is_no_object_is_named(tmp_path, text, match):
    (tmp_path / "a.json").write_bytes(text)
    with pytest.raises(ValueError, match=match):
        files.read_json(tmp_path / "a.json")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path), os.mkdir])
def test_pipes_devices_and_folders_are_not_opened(tmp_path, make):
    make(tmp_path / "a.json")
    for read in (files.read_json, files.read_regular):
        with pytest.raises(OSError, match="no regular file.*a.json"):
            read(tmp_path / "a.json")
