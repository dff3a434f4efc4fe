"""Every recipe runs its whole chain, and is described."""

import ast
import dataclasses
import difflib
import inspect
import itertools
import json
import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import experiment
from tfgan_suite.cli import main
from tfgan_suite.experiment.recipe_files import outline
from tfgan_suite.generation.translator import takes_latents
from tfgan_suite.trainers.base.step import Step

FOLDER = pathlib.Path(__file__).parents[2] / "recipes"
RECIPES = sorted(FOLDER.glob("[!_]*.py"))
# Of the recipes as they were measured: all settings, and the losses of a smoke run.
MEASURED_AS = json.loads(pathlib.Path(__file__).with_name("settings.json").read_text())
# Presets that are run here: those whose data can be had without a network; of most families the
# first one always, the others with the slow tests, and those that differ from others by little.
SMOKED = [name for name in MEASURED_AS if "smoke" in MEASURED_AS[name]]
FIRST = {name.split(":")[0]: name for name in reversed(SMOKED)}.values()
ALIKE = {"colorize:cifar10", "js_against_wasserstein:lines", "vanishing_gradients:digits"}
RUN = [
    pytest.param(name, marks=() if name in FIRST and name not in ALIKE else pytest.mark.slow)
    for name in SMOKED
]
# Recipes whose data are real image files, and where these are.
FILES = {
    "pix2pix": {"data": "facades/facades-val.tar", "validation": "facades/facades-val.tar"},
    "colorize": {
        "data": "unpaired_art2photo/monet.tar", "validation": "unpaired_art2photo/monet.tar",
    },
    "cyclegan": {
        "data": "unpaired_art2photo/monet.tar", "data_b": "unpaired_art2photo/photo.tar",
    },
}  # fmt: skip

all_recipes = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
all_presets = pytest.mark.parametrize(
    "name", [f"{path.stem}:{preset}" for path in RECIPES for preset in outline(path).presets]
)


def load(name):
    family, preset = name.split(":")
    return experiment.load_recipe(f"{FOLDER / family}.py:{preset}")


@pytest.fixture
def traces(monkeypatch):
    """The trainers whose step Python has run through, one for each trace."""
    found, end = [], Step.end
    monkeypatch.setattr(Step, "end", lambda self: found.append(self.trainer) or end(self))
    return found


@pytest.mark.parametrize("name", RUN)
def test_a_smoke_run(name, in_tmp, request, monkeypatch, traces):
    if name.endswith("mnist"):
        monkeypatch.setenv("TFDS_DATA_DIR", str(request.getfixturevalue("mnist_dir")))
    recipe = load(name)
    files = FILES.get(recipe.name, {}).items()
    overrides = [f"{key}={request.getfixturevalue('real_data')(file)}" for key, file in files]
    overrides += ["held_out=8"] if "data_b" in dict(files) else []
    config = experiment.resolve_config(recipe, overrides, smoke=True)
    result = experiment.run(recipe, config, smoke=True)
    # Callbacks, pictures, looks and scores included, over all epochs.
    assert len([t for t in traces if t is result.experiment.trainer]) == 1
    check_losses(result, MEASURED_AS[name]["smoke"])
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
    if not takes_latents(result.experiment.trainer):
        check_exported_translators(result, config.image_size)
        return
    if not result.experiment.export_name:
        assert result.exported in (None, {}, []) and list(result.directory.path.glob("*.png"))
        return
    served = tf.saved_model.load(result.exported).signatures["from_seed"]
    rows = tf.range(3, dtype=tf.int64)
    of_classes = len(result.experiment.trainer.generator.inputs) > 1
    (made,) = served(seeds=rows, **({"labels": rows} if of_classes else {})).values()
    made = made.numpy()
    assert made.shape[1:] == tuple(result.experiment.trainer.generator.outputs[0].shape)[1:]
    assert np.isfinite(made).all()


def check_losses(result, expected):
    """The same networks, data and draws as when the recipe was measured."""
    lines = [json.loads(line) for line in result.directory.metrics.read_text().splitlines()]
    for line, losses in zip(lines, expected, strict=True):
        for loss, value in losses.items():
            assert line[loss] == pytest.approx(value, rel=1e-3, abs=1e-4), loss


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


@pytest.mark.parametrize("name", MEASURED_AS)
def test_a_preset_is_what_was_measured(name):
    recipe = load(name)
    config = json.loads(json.dumps(dataclasses.asdict(experiment.resolve_config(recipe))))
    measured = MEASURED_AS[name]["config"]
    assert {key: config[key] for key in measured} == measured


@all_recipes
def test_the_docstring_gives_paper_and_commands(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert re.search(r"arXiv:\d{4}\.\d{4,5}", docstring)
    assert f"Command: python -m tfgan_suite train {path.stem}" in docstring
    for preset in outline(path).presets:
        assert f"`{preset}`" in docstring or f"{path.stem}:{preset}" in docstring, preset


@all_recipes
def test_what_is_measured_is_of_a_preset(path):
    recipe = experiment.load_recipe(path)
    measured = ast.literal_eval(
        next(
            node.value
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign) and node.targets[0].id == "MEASURED"
        )
    )
    assert set(measured) <= set(recipe.presets)
    assert all(re.match(r"(\d+ min )?(\d+ s|\d+ min);", said) for said in measured.values())


@all_recipes
def test_every_field_of_the_config_is_explained(path):
    recipe = experiment.load_recipe(path)
    lines = {line.split(":")[0].strip(): line for line in explained(recipe.Config)}
    for field in dataclasses.fields(recipe.Config):
        assert "  # " in lines[field.name], f"{field.name} has no comment"


def explained(cls):
    """The lines of a dataclass and of its bases."""
    return [line for base in cls.__mro__[:-1] for line in inspect.getsource(base).splitlines()]


@all_presets
def test_the_config_can_be_set_from_outside(name):
    recipe = load(name)
    config = experiment.resolve_config(recipe)
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        again = experiment.resolve_config(recipe, [f"{field.name}={text}"])
        assert again == config


@all_presets
def test_the_smoke_overrides_are_keys(name):
    assert experiment.resolve_config(load(name), smoke=True)


def code_lines(path):
    """The lines of a file that do something: no docstrings, comments or imports."""
    tree = ast.parse(path.read_text())
    passed_over = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            passed_over |= set(range(node.lineno, node.end_lineno + 1))
    lines = path.read_text().splitlines()
    kept = [line for number, line in enumerate(lines, 1) if number not in passed_over]
    without_comments = [line.split("  # ")[0].strip() for line in kept]
    return [line for line in without_comments if re.search(r"\w", line) and line[0] != "#"]


@pytest.mark.parametrize(
    "one, other", list(itertools.combinations(RECIPES, 2)), ids=lambda path: path.stem
)
def test_no_two_recipes_share_more_than_15_lines(one, other):
    matcher = difflib.SequenceMatcher(None, code_lines(one), code_lines(other), autojunk=False)
    shared = [matcher.a[m.a + i] for m in matcher.get_matching_blocks() for i in range(m.size)]
    assert len(shared) <= 15, "\n".join(shared)


def test_recipes_do_not_import_each_other():
    for path in RECIPES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not {p.stem for p in RECIPES} & {part for n in names for part in n.split(".")}
