"""Checkpoints with random changes: found damaged, or read as they were written."""

import json
import random

import fuzzing
import numpy as np
import pytest

from tfgan_suite.checkpointing import format
from tfgan_suite.checkpointing.format import MANIFEST, STATE
from tfgan_suite.sealed_json import seal

ARRAYS = {
    "a/kernel": np.arange(12, dtype=np.float32).reshape(3, 4),
    "a/step": np.int64(7),
    "seed": np.arange(2, dtype=np.uint32),
}
ARRAYS = {name: np.asarray(array) for name, array in ARRAYS.items()}
FACTS = {"step": 7, "best": None, "position": {"epoch": 1, "step": 2, "data_step": 3}}


@pytest.fixture
def sound(tmp_path):
    """A checkpoint, and the bytes of its files by their names."""
    format.write(tmp_path, ARRAYS, FACTS)
    return tmp_path, {name: (tmp_path / name).read_bytes() for name in (STATE, MANIFEST)}


def changed(data, draw):
    """Bytes with a flipped bit, without an end, with more at the end, or with a piece elsewhere."""
    data = bytearray(data)
    kind, position = draw.randrange(6), draw.randrange(len(data))
    if kind == 0:
        del data[position:]
    elif kind == 1:
        data += bytes([draw.randrange(256)])
    elif kind == 2:
        data[position : position + 8] = data[-8:]
    else:
        data[position] ^= 1 << draw.randrange(8)
    return bytes(data)


def read(folder):
    with fuzzing.time_limit():
        return format.read(folder)


@fuzzing.cases(300)
def test_no_change_of_a_file_goes_unseen(sound, cases):
    folder, files = sound
    draw, refused = random.Random(0), 0
    for _ in range(cases):
        name = draw.choice([STATE, MANIFEST])
        (folder / name).write_bytes(changed(files[name], draw))
        try:
            arrays, facts = read(folder)
        except format.DamagedCheckpoint as error:
            assert str(folder) in str(error)
            refused += 1
        else:
            assert facts == FACTS and arrays.keys() == ARRAYS.keys()
            for key, array in ARRAYS.items():
                np.testing.assert_array_equal(arrays[key], array)
        (folder / name).write_bytes(files[name])
    assert refused > 0.9 * cases


@fuzzing.cases(200)
def test_a_state_whose_sums_were_made_to_fit_is_read_or_damaged(sound, cases):
    folder, files = sound
    draw, refused = random.Random(0), 0
    for _ in range(cases):
        (folder / STATE).write_bytes(changed(files[STATE], draw))
        resum(folder)
        try:
            read(folder)
        except format.DamagedCheckpoint:
            refused += 1
    assert refused > 0.2 * cases


def resum(folder, **changes):
    """Makes the sums of a checkpoint fit its files, as a forger would."""
    content = json.loads((folder / MANIFEST).read_text()) | changes
    del content["sha256"]
    size, digest = format._measure(folder / STATE)
    content["files"] = {STATE: {"bytes": size, "sha256": digest}} | changes.get("files", {})
    (folder / MANIFEST).write_bytes(seal(content, "sha256", 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": None}, {"dtypes": []}, {"dtypes": {"b": "float32"}},
        {"dtypes": {"a/kernel": "no_dtype"}}, {"dtypes": {"a/kernel": 3}}, {"version": "1"},
        {"files": {STATE: None}},
    ],
    ids=str,
)  # fmt: skip
def test_a_manifest_that_makes_no_sense(sound, changes):
    folder, _ = sound
    resum(folder, **changes)
    with pytest.raises(format.DamagedCheckpoint, match=str(folder)):
        read(folder)


def test_other_files_are_not_read_whatever_the_manifest_says(sound):
    folder, _ = sound
    resum(folder, files={"../../../dev/zero": {"bytes": 0, "sha256": ""}})
    assert read(folder)[1] == FACTS


def test_a_state_that_is_packed_is_damaged(sound):
    folder, _ = sound
    np.savez_compressed(folder / STATE, **{"a": np.zeros(10_000_000)})
    resum(folder, dtypes={"a": "float64"})
    with pytest.raises(format.DamagedCheckpoint, match="compressed"):
        read(folder)
