"""Runs and `.keras` files, exported and verified from the command line."""

import contextlib
import json
import pathlib

import numpy as np
import pytest

from tfgan_suite.cli import main
from tfgan_suite.experiment import restoring
from tfgan_suite.export import export, loading, verify

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"
CARD = "assets.extra/model_card.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a finished run, and its export."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "recipes").symlink_to(RECIPES)
    with contextlib.chdir(folder):
        command = ["train", "minimax_gaussians", "--smoke", "--set", "latent_dim=3"]
        assert main([*command, "--run-dir", "runs/first"]) == 0
    return folder


def read_card(version):
    return json.loads((version / CARD).read_text())


def test_the_card_of_what_a_training_exports(folder):
    card = read_card(folder / "saved_models/minimax_gaussians_ring-smoke/1")
    record = json.loads((folder / "runs/first/config.json").read_text())
    assert card["recipe"] == "minimax_gaussians" and card["config"] == record["config"]
    assert card["metrics"] == json.loads((folder / "runs/first/evaluation.json").read_text())
    assert card["command"] == record["command"] and card["trained_with"] == record["versions"]
    assert card["step"] == card["metrics"]["step"]


def test_the_command_writes_what_it_is_given_on_the_card(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    options = ["--licence", "CC0", "--dataset", "a ring", "--to", str(tmp_path / "ring")]
    assert main(["export", "runs/first", *options]) == 0
    card = read_card(tmp_path / "ring/1")
    assert (card["licence"], card["dataset"]) == ("CC0", "a ring")
    assert main(["verify", str(tmp_path / "ring"), "--against", "runs/first"]) == 0


def test_a_number_of_classes_that_there_are_not(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["export", "runs/first", "--to", str(tmp_path / "x"), "--classes", "3"]) == 2
    assert "takes no labels. Received: classes=3" in capsys.readouterr().err


def test_another_run_does_not_agree(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    run = restoring.restore("runs/first")
    version = export(run, tmp_path / "ring")
    for weight in run.trainer.serving_generator.weights:
        weight.assign(weight.value * 1.1)
    assert [check.name for check in verify(version, against=run).failures] == ["agreement"]


def test_a_file_is_exported_too(folder, tmp_path):
    file = folder / "runs/first/checkpoints/final.keras"
    assert main(["export", str(file), "--to", str(tmp_path / "ring")]) == 0
    assert read_card(tmp_path / "ring/1")["recipe"] is None
    trainer = restoring.restore(file).trainer
    served = loading.Served(tmp_path / "ring/1")
    seeds = np.arange(3)
    expected = trainer(trainer.latent_prior.from_seeds(seeds))
    found = served("from_seed", {"seeds": seeds})["vectors"]
    served.close()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
