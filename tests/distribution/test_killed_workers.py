"""One of two workers is killed: the other notices, and the same command goes on with the run."""

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def kill(folder, kills, seed):
    done = subprocess.run(
        [sys.executable, HERE / "killing_workers.py", folder, str(kills), seed],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1]), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    print(done.stdout)
    assert f"{kills} kills" in done.stdout


def test_one_random_moment(tmp_path):
    kill(tmp_path, 1, "1")


@pytest.mark.slow
def test_ten_random_moments(tmp_path):
    kill(tmp_path, 10, "0")
