"""A training killed at random moments costs the work since its last checkpoint, nothing else."""

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def kill(folder, kills, seed):
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", HERE / "killing.py", folder, str(kills), seed],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1]), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    print(done.stdout)
    assert f"{kills} kills" in done.stdout


def test_two_random_moments(tmp_path):
    kill(tmp_path, 2, "1")


@pytest.mark.slow
def test_thirty_random_moments(tmp_path):
    kill(tmp_path, 30, "0")
