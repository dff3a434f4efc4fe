"""Two worker processes give the weights of one device with the same global batch, through `fit`."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from tfgan_suite.launching import free_ports

HERE = pathlib.Path(__file__).parent
TOLERANCE = {"SGD": 1e-5, "Adam": 1e-3}


def train(program, *arguments):
    """What each of two workers printed, as lists of JSON values."""
    workers = [f"localhost:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
        processes.append(
            subprocess.Popen(
                [sys.executable, HERE / program, *arguments],
                env={
                    **os.environ,
                    "TF_CONFIG": json.dumps(task),
                    "PYTHONPATH": str(HERE.parents[1]),
                    "TF_CPP_MIN_LOG_LEVEL": "3",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        outputs = [process.communicate(timeout=1800) for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, (_, errors) in zip(processes, outputs, strict=True):
        assert process.returncode == 0, errors[-3000:]
    return [
        [json.loads(line) for line in text.splitlines() if line.startswith(("{", "["))]
        for text, _ in outputs
    ]


def check_alike(*names):
    chief, other = train("training_alike.py", *names)
    assert len(chief) == len(other) > 0
    for ours, theirs in zip(chief, other, strict=True):
        print(ours)
        assert ours["weights"] == theirs["weights"], ours
        assert ours["difference"] <= TOLERANCE[ours["optimizer"]], ours
        assert ours["moved"] > 1e-3, ours


@pytest.mark.slow
def test_every_trainer():
    check_alike()


def test_every_example_is_seen_by_one_worker():
    """In each of two epochs: all of the data, none twice, and the global batches of one device."""
    first, second = train("seeing_data.py")
    for ours, theirs in zip(first, second, strict=True):
        assert ours["alone"] == theirs["alone"]
        for number, batch in enumerate(ours["alone"] or ()):
            assert ours["seen"][number] + theirs["seen"][number] == batch
        seen = sum(ours["seen"] + theirs["seen"], [])
        assert sorted(seen) == sorted(set(seen))
        assert len(seen) == ours["rows"], ours["source"]
