"""A recipe file as a program: it does what `train` does, with the same options and output."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tfgan_suite.cli import main

ROOT = pathlib.Path(__file__).parents[2]
OPTIONS = ["--smoke", "--preset", "grid", "--set", "latent_dim=3", "seed=5", "--run-dir"]


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A recipe of one's own, in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    return shutil.copy(ROOT / "recipes/minimax_gaussians.py", tmp_path / "mine.py")


def run(*command):
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )


def without_timings(text):
    text = re.sub(r"images_per_second \S+", "SPEED", text)
    return re.sub(r"[\d.]+ s\b", "TIME", text)


def test_a_script_trains_and_says_what_train_says(mine, capsys):
    done = run("mine.py", *OPTIONS, "runs/x")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert pathlib.Path("saved_models/mine_grid-smoke/1/saved_model.pb").exists()
    shutil.rmtree("runs")
    shutil.rmtree("saved_models")
    assert main(["train", "mine.py", *OPTIONS, "runs/x"]) == 0
    said = capsys.readouterr().out
    assert without_timings(done.stdout) == without_timings(said)
    assert said.count("epoch ") == 2


def test_a_script_fails_as_train_does(mine):
    done = run("mine.py", "--set", "epoch=3")
    assert done.returncode == 2 and done.stdout == ""
    line = done.stderr.splitlines()[-1]  # after what TensorFlow says as it is loaded
    assert re.fullmatch(r"error: Unknown key 'epoch'\. Did you mean 'epochs'\?.*", line)
