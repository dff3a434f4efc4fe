"""Commands that succeed: what they make and what they say."""

import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import drawing
from tfgan_suite.cli import main


def trainer(folder):
    return keras.saving.load_model(folder / "runs/first/checkpoints/final.keras")


def test_train_records_its_command_and_config(here):
    record = json.loads((here / "runs/first/config.json").read_text())
    assert record["command"][3:6] == ["train", "minimax_gaussians", "--smoke"]
    assert record["config"]["latent_dim"] == 3 and record["smoke"] is True


def test_train_says_what_it_made_and_where(here, capsys):
    assert main(["train", "minimax_gaussians", "--smoke", "--set", "latent_dim=3"]) == 0
    said = capsys.readouterr().out
    for text in (
        "epoch 2/2",
        "minimax_gaussians_ring: trained",
        "runs/minimax_gaussians-ring-smoke/checkpoints/final.keras",
        "runs/minimax_gaussians-ring-smoke/evaluation.json",
        # The name without a number has models of another run.
        "saved_models/minimax_gaussians_ring-smoke_2/1",
        "modes_covered",
        "python -m tfgan_suite sample runs/minimax_gaussians-ring-smoke --seed 1",
    ):
        assert text in said
    assert (here / "saved_models/minimax_gaussians_ring-smoke_2/1/saved_model.pb").exists()


def test_a_dry_run_writes_nothing(here, capsys):
    before = sorted(here.rglob("*"))
    assert main(["train", "minimax_gaussians", "--dry-run", "--set", "batch_size=32"]) == 0
    assert sorted(here.rglob("*")) == before
    said = capsys.readouterr().out
    for text in ("mlp_generator", "mlp_discriminator", "batch_size", "(32, 2) float32", "Minimax"):
        assert text in said


def test_list_shows_every_recipe_with_its_first_line_and_its_presets(here, capsys):
    assert main(["list"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    files = {path.stem for path in (here / "recipes").glob("[!_]*.py")}
    assert {name.partition(":")[0] for name, _ in lines} == files
    assert all(len(text) > 20 for name, text in lines if ":" not in name)
    assert dict(lines)["dcgan:digits"].startswith("2 min 12 s; 10 of 10 classes")
    assert dict(lines)["dcgan:celeb_a"] == "not measured"


def test_samples_of_a_run(here, capsys):
    assert main(["sample", "runs/first", "--seed", "4", "--count", "30"]) == 0
    made = trainer(here)
    points = made(made.sample_latents(30, seed=4)).numpy()
    with Image.open(here / "runs/first/samples/seed-4.png") as image:
        drawn = np.asarray(image).astype(int)
    assert np.abs(drawn - drawing.scatter(points, drawing.limits(points))).max() <= 2
    assert "runs/first/samples/seed-4.png" in capsys.readouterr().out


def test_samples_of_a_file_go_where_they_are_wanted(here, tmp_path):
    file = "runs/first/checkpoints/final.keras"
    assert main(["sample", file, "--count", "3", "--to", str(tmp_path / "new/p.png")]) == 0
    with Image.open(tmp_path / "new/p.png") as image:
        assert image.format == "PNG"


def test_samples_of_a_file_stand_beside_it(here, tmp_path):
    file = shutil.copy(here / "runs/first/checkpoints/final.keras", tmp_path)
    assert main(["sample", file, "--count", "3"]) == 0
    assert (tmp_path / "final-seed-0.png").exists()


def test_evaluate_gives_the_scores_of_the_run_again(here, capsys):
    path = here / "runs/first/evaluation.json"
    first = json.loads(path.read_text())
    assert main(["evaluate", "runs/first"]) == 0
    again = json.loads(path.read_text())
    assert again["scores"] == first["scores"]
    assert "high_quality_fraction" in capsys.readouterr().out


def test_evaluate_otherwise_does_not_replace_the_scores_of_the_run(here):
    path = here / "runs/first/evaluation.json"
    first = path.read_text()
    assert main(["evaluate", "runs/first", "--samples", "40", "--seed", "9"]) == 0
    assert path.read_text() == first
    other = json.loads((here / "runs/first/evaluation-n40-seed9.json").read_text())
    assert other["scores"]["mode_coverage"]["samples"] == 40
    assert other["seed"] == 9


def test_export_publishes_the_next_version(here, tmp_path, capsys):
    for version in ("1", "2"):
        assert main(["export", "runs/first", "--to", str(tmp_path / "ring")]) == 0
        assert f"ring/{version}" in capsys.readouterr().out
    served = tf.saved_model.load(tmp_path / "ring/2").signatures["serving_default"]
    made = trainer(here)
    latents = made.sample_latents(5, seed=0)
    np.testing.assert_allclose(
        served(latents=latents)["vectors"], made(latents), rtol=1e-5, atol=1e-6
    )


def test_export_goes_to_the_name_of_the_run(here):
    assert main(["export", "runs/first", "--version", "70"]) == 0
    assert (here / "saved_models/minimax_gaussians_ring-smoke/70/saved_model.pb").exists()


def test_export_raw_is_the_generator_as_trained(tmp_path):
    from tfgan_suite import networks, trainers

    generator = networks.mlp.build_generator(2, 3, (4,), seed=0)
    discriminator = networks.mlp.build_discriminator(2, (4,), seed=0)
    averaged = trainers.MinimaxGAN(generator, discriminator, 3, ema_decay=0.9, seed=0)
    averaged.ema_generator.set_weights([w + 1.0 for w in generator.get_weights()])
    averaged.save(tmp_path / "t.keras")
    latents = averaged.sample_latents(5, seed=0)
    for options, network in (([], averaged.ema_generator), (["--raw"], generator)):
        target = tmp_path / f"out{len(options)}"
        assert main(["export", str(tmp_path / "t.keras"), "--to", str(target), *options]) == 0
        served = tf.saved_model.load(target / "1").signatures["serving_default"]
        np.testing.assert_allclose(
            served(latents=latents)["vectors"], network(latents), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("command", [[], ["train"], ["sample"], ["evaluate"], ["export"], ["list"]])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])
    assert stop.value.code == 0
    assert "usage: python -m tfgan_suite" in capsys.readouterr().out


def test_help_of_a_recipe_lists_its_keys_with_their_comments(here, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["train", "mlp_gan", "--help"])
    assert stop.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "latent_dim" in said and "components of z" in said
    assert "image_size" in said  # of the class that its own is made of
