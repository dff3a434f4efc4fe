"""Presets of a recipe: which one is asked for, what it sets, and what runs of it are called."""

import json

import pytest

from tfgan_suite import experiment
from tfgan_suite.experiment import load_recipe, resolve_config
from tfgan_suite.experiment.recipe_files import outline, path_and_preset
from tfgan_suite.experiment.restoring import restore

PRESETS = """SMOKE = {"epochs": 1}
PRESETS = {"short": {"data": "ring", "limit": 8}, "long": {"data": "grid", "epochs": 9, "limit": 4}}
MEASURED = {"long": "2 s; all of it"}
PRESET_SMOKE = {"long": {"limit": 2}}
"""


@pytest.fixture
def family(write_recipe):
    """Returns a function that loads a recipe with presets, one of them or the default."""
    path = write_recipe(
        ('SMOKE = {"epochs": 1}\n', PRESETS),
        ('name: str = "small"\n', 'data: str = "ring"\n    OF_DATA = ("limit",)\n'),
        ("name=config.name,\n", "\n"),
        name="family",
    ).path
    return lambda preset="": load_recipe(f"{path}{preset and ':'}{preset}")


def test_the_first_preset_is_the_default(family):
    assert family().preset == "short" and resolve_config(family()).limit == 8


def test_a_file_says_another_default(family):
    path = family().path
    path.write_text(path.read_text() + 'DEFAULT_PRESET = "long"\n')
    assert load_recipe(path).preset == "long"
    assert list(outline(path).presets) == ["long", "short"]


def test_a_preset_comes_before_smoke_and_overrides(family):
    recipe = family("long")
    assert resolve_config(recipe).epochs == 9
    assert resolve_config(recipe, smoke=True).epochs == 1
    assert resolve_config(recipe, smoke=True).limit == 2
    assert resolve_config(recipe, ["epochs=3", "limit=5"], smoke=True).limit == 5


def test_other_data_put_aside_what_is_of_the_presets_own(family):
    config = resolve_config(family("long"), ["data=mine"], smoke=True)
    assert (config.limit, config.epochs) == (None, 1)
    assert resolve_config(family("long"), ["data=mine"]).epochs == 9
    assert resolve_config(family("long"), ["data=grid"]).limit == 4


def test_an_unknown_preset_lists_the_known_ones(family):
    with pytest.raises(ValueError, match="presets short, long. Did you mean long.*family:lomg"):
        family("lomg")


def test_a_recipe_without_presets_has_none(recipe):
    assert recipe.preset is None
    with pytest.raises(ValueError, match="small has no presets.*small:digits"):
        load_recipe(f"{recipe.path}:digits")


def test_an_unknown_key_of_a_preset_names_the_recipe(family):
    path = family().path
    path.write_text(path.read_text().replace('"epochs": 9', '"epoch": 9'))
    with pytest.raises(ValueError, match=r"PRESETS\['long'\] of .*family.py"):
        resolve_config(load_recipe(f"{path}:long"))


@pytest.mark.parametrize(
    "overrides, name",
    [
        ([], "family-long"),
        (["epochs=2"], "family-long"),
        (["data=./my_photos"], "family-my_photos"),
        (["data=/some/where/my photos/"], "family-my_photos"),
        (["data=photos.tar.gz"], "family-photos"),
        (["data=~/x/images.npz"], "family-images"),
        (["data=cycle_gan/monet2photo"], "family-monet2photo"),
        (["data=mnist:3.0.1"], "family-mnist"),
        (["data=.."], "family-data"),
    ],
)
def test_a_run_is_called_after_preset_or_data(family, overrides, name):
    recipe = family("long")
    config = resolve_config(recipe, overrides)
    assert recipe.run_name(config) == name
    assert recipe.export_name(config) == name.replace("-", "_")


@pytest.mark.parametrize(
    "text, parts",
    [
        ("dcgan", ("dcgan", None)),
        ("dcgan:mnist", ("dcgan", "mnist")),
        ("a/b.py:mnist", ("a/b.py", "mnist")),
        ("runs/10:30/recipe.py", ("runs/10:30/recipe.py", None)),
        ("10:30.py", ("10:30.py", None)),
    ],
)
def test_where_a_preset_begins(text, parts):
    assert path_and_preset(text) == parts


def test_the_outline_is_read_without_running_the_file(family):
    path = family().path
    path.write_text(path.read_text() + "raise RuntimeError\n")
    assert outline(path).presets == {"short": "", "long": "2 s; all of it"}


def test_a_run_knows_its_preset(family, in_tmp):
    recipe = family("long")
    result = experiment.run(recipe, resolve_config(recipe, ["epochs=1"]))
    assert str(result.directory.path) == "runs/family-long"
    assert str(result.exported) == "saved_models/family_long/1"
    assert result.directory.load_recipe()[0].preset == "long"


def test_a_run_of_before_presets_is_still_read(finished):
    folder, result = finished
    path = folder / result.directory.config
    record = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in record.items() if k != "preset"}))
    try:
        assert restore(folder / result.directory.path).recipe.name == "small"
    finally:
        path.write_text(json.dumps(record))
