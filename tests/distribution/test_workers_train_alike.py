"""Two worker processes give the weights of one device with the same global batch, through `fit`."""

import json
import pathlib
import socket

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


@pytest.fixture(scope="module")
def outputs(two_workers):
    """What each of two workers says of its port and of the examples that it is shown."""
    return two_workers(HERE / "seeing_data.py")


@pytest.mark.skipif(not hasattr(socket, "SO_BINDTODEVICE"), reason="binds no ports to interfaces")
def test_workers_of_one_machine_listen_to_it_alone(outputs):
    assert [text.splitlines()[0] for text in outputs] == ["interfaces lo"] * 2


def test_every_example_is_seen_by_one_worker(outputs):
    """In each of two epochs: all of the data, none twice, and the global batches of one device."""
    first, second = lines(outputs)
    for ours, theirs in zip(first, second, strict=True):
        assert ours["alone"] == theirs["alone"]
        for number, batch in enumerate(ours["alone"] or ()):
            assert ours["seen"][number] + theirs["seen"][number] == batch
        seen = sum(ours["seen"] + theirs["seen"], [])
        assert sorted(seen) == sorted(set(seen))
        assert len(seen) == ours["rows"], ours["source"]
