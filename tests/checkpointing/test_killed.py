"""A training killed at random moments costs the work since its last checkpoint, nothing else."""

import pathlib

import pytest

PROGRAM = pathlib.Path(__file__).parent / "killing.py"


def test_two_random_moments(tmp_path, kill):
    kill(PROGRAM, tmp_path, 2, "1")


@pytest.mark.slow
def test_thirty_random_moments(tmp_path, kill):
    kill(PROGRAM, tmp_path, 30, "0")
