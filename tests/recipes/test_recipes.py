"""Every recipe runs its whole chain, and is described."""

import ast
import dataclasses
import json
import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import experiment
from tfgan_suite.callbacks.translating import is_translator
from tfgan_suite.cli import main
from tfgan_suite.trainers._play import Play

RECIPES = sorted((pathlib.Path(__file__).parents[2] / "recipes").glob("[!_]*.py"))
NOT_RUN_HERE = ("dcgan_celeb_a",)  # its data cannot be had without a network
# Recipes whose data are real image files, and where these are.
FILES = {
    "pix2pix_facades": {"data": "facades/facades-val.tar", "validation": "facades/facades-val.tar"},
    "colorize_cifar10": {
        "data": "unpaired_art2photo/monet.tar", "validation": "unpaired_art2photo/monet.tar",
    },
    "cyclegan_monet2photo": {
        "data": "unpaired_art2photo/monet.tar", "data_b": "unpaired_art2photo/photo.tar",
    },
}  # fmt: skip

all_recipes = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
runnable = pytest.mark.parametrize(
    "path", [p for p in RECIPES if p.stem not in NOT_RUN_HERE], ids=lambda path: path.stem
)


@pytest.fixture
def traces(monkeypatch):
    """The trainers whose step Python has run through, one for each trace."""
    found, end_step = [], Play.end_step
    monkeypatch.setattr(Play, "end_step", lambda self: found.append(self) or end_step(self))
    return found


@runnable
def test_a_smoke_run(path, in_tmp, request, monkeypatch, traces):
    if "mnist" in path.stem:
        monkeypatch.setenv("TFDS_DATA_DIR", str(request.getfixturevalue("mnist_dir")))
    recipe = experiment.load_recipe(path)
    files = FILES.get(path.stem, {}).items()
    overrides = [f"{key}={request.getfixturevalue('real_data')(file)}" for key, file in files]
    overrides += ["held_out=8"] if "data_b" in dict(files) else []
    config = experiment.resolve_config(recipe, overrides, smoke=True)
    result = experiment.run(recipe, config, smoke=True)
    # Callbacks, pictures, looks and scores included, over all epochs.
    assert len([t for t in traces if t is result.experiment.trainer]) == 1
    numbers = [
        value
        for scores in json.loads(result.directory.evaluation.read_text())["scores"].values()
        for value in scores.values()
        if isinstance(value, (int, float))
    ]
    assert numbers and np.isfinite(numbers).all()
    epochs = result.experiment.epochs
    assert {"epoch-0000.png", f"epoch-{epochs:04d}.png", "real.png"} <= {
        file.name for file in result.directory.samples.iterdir()
    }
    if is_translator(result.experiment.trainer):
        check_exported_translators(result, config.image_size)
        return
    if not result.experiment.export_name:
        assert result.exported in (None, {}, []) and list(result.directory.path.glob("*.png"))
        return
    served = tf.saved_model.load(result.exported).signatures["from_seed"]
    rows = tf.range(3, dtype=tf.int64)
    of_classes = len(result.experiment.trainer.generator.inputs) > 1
    made = served(seeds=rows, **({"labels": rows} if of_classes else {}))["images"].numpy()
    assert made.shape[1:] == tuple(result.experiment.trainer.generator.outputs[0].shape)[1:]
    assert np.isfinite(made).all()


def check_exported_translators(result, size):
    exported = result.exported if isinstance(result.exported, dict) else {"": result.exported}
    assert set(exported) == set(result.experiment.trainer.exports())
    for version in exported.values():
        served = tf.saved_model.load(version).signatures["serving_default"]
        channels = served.structured_input_signature[1]["images"].shape[-1]
        made = served(images=tf.zeros([3, size, size, channels]))["images"].numpy()
        assert made.shape == (3, size, size, 3)
        assert np.isfinite(made).all()
        assert main(["verify", str(version), "--against", str(result.directory.path)]) == 0


@all_recipes
def test_the_docstring_gives_paper_and_command(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert re.search(r"arXiv:\d{4}\.\d{4,5}", docstring)
    assert f"Command: python -m tfgan_suite train {path.stem}" in docstring


@all_recipes
def test_every_field_of_the_config_is_explained(path):
    tree = ast.parse(path.read_text())
    (config,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Config"]
    lines = path.read_text().splitlines()
    for field in config.body:
        assert "  # " in lines[field.lineno - 1], f"{field.target.id} has no comment"


@all_recipes
def test_the_config_can_be_set_from_outside(path):
    recipe = experiment.load_recipe(path)
    config = recipe.Config()
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        again = experiment.resolve_config(recipe, [f"{field.name}={text}"])
        assert again == config


@all_recipes
def test_the_export_has_the_recipes_name(path):
    assert f'name="{path.stem}"' in path.read_text()


def test_recipes_do_not_import_each_other():
    for path in RECIPES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not {p.stem for p in RECIPES} & {part for n in names for part in n.split(".")}
