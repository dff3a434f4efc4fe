"""Two worker processes give the weights of one device with the same global batch, through `fit`."""

import json
import pathlib

import pytest

HERE = pathlib.Path(__file__).parent
TOLERANCE = {"SGD": 1e-5, "Adam": 1e-3}


def lines(outputs):
    """The JSON values among the lines that each worker printed."""
    return [
        [json.loads(line) for line in text.splitlines() if line.startswith(("{", "["))]
        for text in outputs
    ]


def check_alike(two_workers, *names):
    chief, other = lines(two_workers(HERE / "training_alike.py", *names, timeout=1800))
    assert len(chief) == len(other) > 0
    for ours, theirs in zip(chief, other, strict=True):
        print(ours)
        assert ours["weights"] == theirs["weights"], ours
        assert ours["difference"] <= TOLERANCE[ours["optimizer"]], ours
        assert ours["moved"] > 1e-3, ours


@pytest.mark.slow
def test_every_trainer(two_workers):
    check_alike(two_workers)


def test_every_example_is_seen_by_one_worker(two_workers):
    """In each of two epochs: all of the data, none twice, and the global batches of one device."""
    first, second = lines(two_workers(HERE / "seeing_data.py"))
    for ours, theirs in zip(first, second, strict=True):
        assert ours["alone"] == theirs["alone"]
        for number, batch in enumerate(ours["alone"] or ()):
            assert ours["seen"][number] + theirs["seen"][number] == batch
        seen = sum(ours["seen"] + theirs["seen"], [])
        assert sorted(seen) == sorted(set(seen))
        assert len(seen) == ours["rows"], ours["source"]
