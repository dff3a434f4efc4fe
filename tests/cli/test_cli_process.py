"""What only a process of its own shows: Ctrl-C, exit status, what is on the terminal."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parents[2]

# A shell gives a foreground job Python's handler; a test session may run with SIGINT ignored.
FOREGROUND = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from tfgan_suite.cli import main; sys.exit(main())"
)


@pytest.fixture
def start(here):
    """Returns a function that starts the command line; what still runs at the end is ended."""
    started = []

    def start(*command):
        process = subprocess.Popen(
            [sys.executable, "-c", FOREGROUND, *command],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(path, process):
    while not path.exists() or not path.read_bytes():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def test_ctrl_c_keeps_what_was_reached(start, here):
    process = start(
        *("train", "minimax_gaussians", "--smoke", "--run-dir", "runs/stopped"),
        *("--set", "epochs=1000000"),
    )
    wait_for(here / "runs/stopped/metrics.jsonl", process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in err and "finishing this step" in err
    assert "minimax_gaussians_ring: interrupted" in out
    assert (here / "runs/stopped/checkpoints/latest.keras").exists()
    assert not (here / "runs/stopped/checkpoints/final.keras").exists()


def test_a_pipe_gets_one_line_for_each_epoch(start):
    process = start("train", "minimax_gaussians", "--smoke", "--run-dir", "runs/piped")
    out, _ = process.communicate()
    assert process.returncode == 0
    assert sum(line.startswith("epoch ") for line in out.splitlines()) == 2
    assert "\r" not in out and "\x1b" not in out
