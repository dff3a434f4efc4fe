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

RECIPES = sorted((pathlib.Path(__file__).parents[2] / "recipes").glob("[!_]*.py"))
NOT_RUN_HERE = ("dcgan_celeb_a",)  # its data cannot be had without a network

all_recipes = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
runnable = pytest.mark.parametrize(
    "path", [p for p in RECIPES if p.stem not in NOT_RUN_HERE], ids=lambda path: path.stem
)


@runnable
def test_a_smoke_run(path, in_tmp, request, monkeypatch):
    if "mnist" in path.stem:
        monkeypatch.setenv("TFDS_DATA_DIR", str(request.getfixturevalue("mnist_dir")))
    recipe = experiment.load_recipe(path)
    config = experiment.resolve_config(recipe, smoke=True)
    result = experiment.run(recipe, config, smoke=True)
    numbers = [
        value
        for scores in json.loads(result.directory.evaluation.read_text())["scores"].values()
        for value in scores.values()
        if isinstance(value, (int, float))
    ]
    assert numbers and np.isfinite(numbers).all()
    assert {"epoch-0000.png", f"epoch-{config.epochs:04d}.png", "real.png"} <= {
        file.name for file in result.directory.samples.iterdir()
    }
    served = tf.saved_model.load(result.exported).signatures["from_seed"]
    made = served(seeds=tf.range(3, dtype=tf.int64))["images"].numpy()
    assert made.shape[1:] == tuple(result.experiment.trainer.generator.outputs[0].shape)[1:]
    assert np.isfinite(made).all()


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
