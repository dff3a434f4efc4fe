"""Commands that fail: one clear line, status 2, no traceback."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from tfgan_suite.cli import main
from tfgan_suite.path_arguments import check_source

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"


def test_an_unknown_recipe(fails):
    line = fails("train", "minimax_gausians")
    assert "Did you mean minimax_gaussians" in line and "wgan_gp" in line


@pytest.mark.parametrize(
    "old, new",
    [("dcgan_mnist", "dcgan:mnist"), ("wgan_gp_gaussians", "wgan_gp:ring")],
)
def test_a_recipe_of_before_is_named_anew(fails, old, new):
    assert f"is the preset {new} now" in fails("train", old)


@pytest.mark.parametrize(
    "command", [["dcgan:mnisd"], ["dcgan", "--preset", "mnisd"], ["recipes/dcgan.py:mnisd"]]
)
def test_an_unknown_preset(fails, command):
    line = fails("train", *command)
    assert "digits, mnist, celeb_a" in line and "Did you mean mnist" in line


def test_a_preset_is_given_once(fails):
    assert "--preset mnist" in fails("train", "dcgan:digits", "--preset", "mnist")


def test_an_unknown_key(fails):
    line = fails("train", "minimax_gaussians", "--set", "epoch=1")
    assert "'epochs'" in line and "hidden_units" in line


@pytest.mark.parametrize(
    "override", ["epochs=1.5", "hidden_units=a", "learning_rate=nan", "seed"]
)
def test_a_bad_value(fails, override):
    line = fails("train", "minimax_gaussians", "--set", override)
    assert override in line and (override.split("=")[0] in line)


def test_a_value_that_the_library_refuses(fails, here):
    line = fails("train", "minimax_gaussians", "--set", "batch_size=-1", "--run-dir", "runs/bad")
    assert "batch_size=-1" in line
    assert not (here / "runs/bad").exists()


def test_a_run_directory_that_cannot_be_written(fails, tmp_path):
    (tmp_path / "file").touch()
    line = fails("train", "minimax_gaussians", "--run-dir", str(tmp_path / "file" / "run"))
    assert "Cannot write to the directory" in line and str(tmp_path / "file" / "run") in line


def test_an_export_directory_that_cannot_be_written(fails, tmp_path, here):
    (tmp_path / "file").touch()
    options = ["--saved-models", str(tmp_path / "file"), "--run-dir", "runs/n"]
    line = fails("train", "minimax_gaussians", *options)
    assert "Cannot write to the directory" in line
    assert not (here / "runs/n").exists()


def test_a_run_directory_of_another_run(fails):
    message = fails("train", "minimax_gaussians", "--run-dir", "runs/first")
    assert "another configuration" in message and "--allow-changes" in message


def test_a_run_directory_of_something_else(fails):
    assert "holds no run" in fails("train", "minimax_gaussians", "--run-dir", "recipes")


@pytest.mark.parametrize("command", ["sample", "evaluate", "export"])
def test_a_run_that_is_not_there(fails, command):
    assert "'runs/none'" in fails(command, "runs/none")


@pytest.mark.parametrize("command", ["sample", "evaluate", "export"])
def test_a_directory_that_is_no_run(fails, command):
    assert "Not a run directory" in fails(command, "recipes")


def test_a_run_without_a_trainer(fails, here, tmp_path):
    for name in ("config.json", "recipe.py"):
        (tmp_path / name).write_bytes((here / "runs/first" / name).read_bytes())
    assert "saved no trainer yet" in fails("sample", str(tmp_path))


def test_a_damaged_trainer(fails, tmp_path):
    (tmp_path / "t.keras").write_bytes(b"not a zip file")
    assert "t.keras cannot be read as a trainer" in fails("sample", str(tmp_path / "t.keras"))


def test_a_model_that_is_no_trainer(fails, tmp_path):
    import keras

    path = str(tmp_path / "m.keras")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path)
    assert "must hold a trainer" in fails("export", path, "--to", str(tmp_path))


def test_evaluate_takes_no_file(fails):
    assert "run directory" in fails("evaluate", "runs/first/checkpoints/final.keras")


def test_samples_are_png(fails):
    assert "--to picture.jpg" in fails("sample", "runs/first", "--to", "picture.jpg")


def test_a_file_has_no_name_to_export_to(fails):
    assert "no name of its own" in fails("export", "runs/first/checkpoints/final.keras")


def test_a_version_that_exists(fails):
    assert "version=1" in fails("export", "runs/first", "--version", "1")


def test_no_recipes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tfgan_suite.experiment.recipe_files.installed_folders", tuple)
    assert main(["list"]) == 2
    assert "no recipes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["dance"],
        ["sample", "runs/first", "--count", "0"],
        ["sample", "runs/first", "--columns", "x"],
        ["train", "minimax_gaussians", "--strategy", "many"],
    ],
)
def test_a_command_line_that_cannot_be_read(command, capsys):
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and "--help`" in line


def test_the_traceback_on_request(here, monkeypatch):
    monkeypatch.setenv("TFGAN_SUITE_TRACEBACK", "1")
    with pytest.raises(ValueError, match="Unknown recipe"):
        main(["train", "no_such_recipe"])


def test_an_unexpected_error_names_its_type(fails, monkeypatch):
    def broken(*_):
        raise KeyError("weights")

    monkeypatch.setattr("tfgan_suite.cli.find_recipes", broken)
    assert fails("list") == "error: KeyError: 'weights'"


def test_the_name_of_another_runs_models_is_not_taken(fails, here, tmp_path):
    export = ["export", "runs/first", "--to", str(tmp_path / "ring")]
    assert main(export) == 0
    card = tmp_path / "ring/1/assets.extra/model_card.json"
    record = json.loads(card.read_text())
    card.write_text(json.dumps({**record, "run": "another"}))
    assert "of another run: give another --name, or --supersede" in fails(*export)
    assert main([*export, "--supersede"]) == 0


@pytest.mark.parametrize("name", ["../ring", "a/b", "", ".x"])
def test_a_name_is_that_of_a_directory(fails, name):
    assert "letters, digits" in fails("export", "runs/first", "--name", name)


def test_a_run_is_new_or_that_of_a_directory(fails):
    assert "--new or --run-dir" in fails("train", "wgan", "--new", "--run-dir", "runs/x")


@pytest.mark.parametrize(
    "command, words",
    [
        (["train", "dcgan", "--set", "image_size=x"], "`image_size` must be"),
        (["evaluate", "noise", "--data", "digits", "--metrics", "fid"], "'frechet_distance'"),
    ],
)
def test_what_is_wrong_with_settings_is_known_without_tensorflow(here, command, words):
    code = (
        "import sys; from tfgan_suite.cli import main;"
        f"status = main({command});"
        "sys.exit(status if 'tensorflow' not in sys.modules else 99)"
    )
    # As `python -m tfgan_suite` does, which puts the import off.
    program = f"import sys; sys.argv = ['tfgan-suite']; {code}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(RECIPES.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and done.stderr.startswith("error: ") and words in done.stderr


@pytest.mark.parametrize("option", ["--data", "--set=data="])
def test_the_home_of_nobody_is_not_there(fails, option):
    given = [option, "~no-such-user/x"] if option == "--data" else [f"{option}~no-such-user/x"]
    command = ["evaluate", "noise"] if option == "--data" else ["train", "mlp_gan"]
    assert "does not exist. Received: " in fails(*command, *given)


@pytest.mark.parametrize("split", ["", ":test", ":train[:50%]"])
def test_real_images_that_are_not_there_are_missed_before_all_else(tmp_path, split):
    with pytest.raises(ValueError, match="does not exist. Received: data: .*/no"):
        check_source(f"data:{tmp_path}/no{split}")
    for right in (f"data:{tmp_path}{split}", f"data:mnist:3.0.1{split}", "noise", "runs/first"):
        check_source(right)


def test_a_recipe_is_a_python_file(fails, here):
    assert "NAME.py" in fails("train", "runs/first/config.json")
