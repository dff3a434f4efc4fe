"""One of two workers is killed: the other notices, and the same command goes on with the run."""

import pathlib

import pytest

PROGRAM = pathlib.Path(__file__).parent / "killing_workers.py"


@pytest.mark.slow
def test_ten_random_moments(tmp_path, kill):
    kill(PROGRAM, tmp_path, 10, "0")
