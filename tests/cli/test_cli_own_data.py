"""`train --data`: a recipe is chosen, and the choice is said."""

import json
import shlex

import numpy as np
import pytest
from PIL import Image

from tfgan_suite.cli import main


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Grey pictures of two sizes in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    rng = np.random.default_rng(0)
    for index in range(8):
        pixels = rng.integers(0, 256, (20 + index % 2, 24), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{index}.png")
    return tmp_path


def full_command(said):
    (line,) = [line for line in said.splitlines() if line.startswith("in full  ")]
    return shlex.split(line.removeprefix("in full  "))


def test_the_choice_is_said_and_made(photos, capsys):
    options = ["--smoke", "--set", "batch_size=4", "epochs=1"]
    assert main(["train", "--data", "./photos", *options]) == 0
    said = capsys.readouterr().out
    assert "data  photos: 8 images, 2 sizes, most of them" in said
    for words in ("chosen  dcgan", "image_size=16: the sizes differ", "8 images are few"):
        assert words in said
    record = json.loads((photos / "runs/dcgan-photos-smoke/config.json").read_text())
    config = record["config"]
    assert (config["image_size"], config["resize"], config["latent_dim"]) == (16, "crop", 100)
    assert (config["batch_size"], config["epochs"]) == (4, 1)
    # The command that is said builds the same.
    command = full_command(said)
    assert command[:5] == ["python", "-m", "tfgan_suite", "train", "dcgan"]
    assert main([*command[3:], "--run-dir", "runs/dcgan-photos-smoke"]) == 0
    assert "finished already" in capsys.readouterr().out


def test_data_beside_a_recipe_are_its_data(photos, capsys):
    size = ["image_size=16", "resize=crop"]
    assert main(["train", "dcgan", "--data", "photos", "--dry-run", "--set", *size]) == 0
    assert "dcgan-photos" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command, words",
    [
        ([], "Give a recipe"),
        (["--data", "./photos", "--preset", "digits"], "Give a recipe"),
        (["--data", "./nothing"], "does not exist"),
        (["--data", "gaussians"], "Images are wanted"),
        (["dcgan", "--data", "gaussians"], "Images are wanted"),
    ],
)
def test_what_cannot_be_chosen(photos, capsys, command, words):
    assert main(["train", *command]) == 2
    assert words in capsys.readouterr().err
