"""A folder with the recipes, and a finished run in it."""

import contextlib
import pathlib

import pytest

from tfgan_suite.cli import main

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"
TRAIN = ["train", "minimax_gaussians", "--smoke", "--set", "latent_dim=3", "seed=5"]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """A folder from which the recipes are found, with one run."""
    folder = tmp_path_factory.mktemp("workplace")
    (folder / "recipes").symlink_to(RECIPES)
    with contextlib.chdir(folder):
        status = main([*TRAIN, "--run-dir", "runs/first"])
    assert status == 0
    return folder


@pytest.fixture
def here(workplace, monkeypatch):
    """Runs the test in the workplace."""
    monkeypatch.chdir(workplace)
    monkeypatch.delenv("TFGAN_SUITE_TRACEBACK", raising=False)
    return workplace


@pytest.fixture
def fails(here, capsys):
    """Returns a function that runs a command which must fail; returns its one line of error."""

    def fails(*command):
        assert main(list(command)) == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1 and lines[0].startswith("error: "), lines
        return lines[0]

    return fails
