"""Configs from overrides."""

import dataclasses
import json
import pathlib
from dataclasses import asdict

import pytest

from tfgan_suite import experiment
from tfgan_suite.experiment import config_outline, resolve_config
from tfgan_suite.experiment.config import parse, restore_config

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", int, 12),
        ("-3", int, -3),
        ("2e-4", float, 2e-4),
        ("3", float, 3.0),
        ("a=b", str, "a=b"),
        ("True", bool, True),
        ("no", bool, False),
        ("0", bool, False),
        ("4,5", tuple[int, ...], (4, 5)),
        ("(4, 5)", tuple[int, ...], (4, 5)),
        ("[4]", tuple[int, ...], (4,)),
        ("4,", tuple[int, ...], (4,)),
        ("", tuple[int, ...], ()),
        ("0.5,9", tuple[float, float], (0.5, 9.0)),
        ("none", int | None, None),
        ("7", int | None, 7),
        ("7", float | str, 7.0),
        ("seven", float | str, "seven"),
    ],
)
def test_values_have_the_annotated_type(text, kind, value):
    parsed = parse(text, kind)
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.5", int),
        ("ten", float),
        ("nan", float),
        ("inf", float),
        ("maybe", bool),
        ("2", bool),
        ("1,x", tuple[int, ...]),
        ("1", tuple[int, int]),
        ("none", int),
        ("x", int | None),
    ],
)
def test_values_of_another_type_are_refused(text, kind):
    with pytest.raises(ValueError):
        parse(text, kind)


def test_overrides_change_the_defaults(recipe):
    config = resolve_config(recipe, ["epochs=7", "mixture=grid", "hidden_units=1,2", "limit=none"])
    assert (config.epochs, config.mixture, config.hidden_units, config.limit, config.seed) == (
        7,
        "grid",
        (1, 2),
        None,
        3,
    )


def test_the_last_override_of_a_key_wins(recipe):
    assert resolve_config(recipe, ["epochs=7", "epochs=8"]).epochs == 8


def test_smoke_comes_before_overrides(recipe):
    assert resolve_config(recipe, smoke=True).epochs == 1
    assert resolve_config(recipe, ["epochs=5"], smoke=True).epochs == 5


def test_an_unknown_key_lists_the_known_ones_and_a_close_one(recipe):
    with pytest.raises(ValueError, match=r"'epoch'.*Did you mean 'epochs'\?.*batch_size.*epoch=3"):
        resolve_config(recipe, ["epoch=3"])


@pytest.mark.parametrize(
    ("override", "wanted"),
    [
        ("epochs=many", "`epochs` must be an integer"),
        ("learning_rate=fast", "`learning_rate` must be a number"),
        ("mixture=triangle", "`mixture` must be one of ring, grid"),
        ("hidden_units=8;4", "`hidden_units` must be ints separated by commas"),
        ("limit=low", "`limit` must be an integer or none"),
        ("export=perhaps", "`export` must be true or false"),
    ],
)
def test_a_bad_value_names_key_type_and_value(recipe, override, wanted):
    with pytest.raises(ValueError, match=f"{wanted}. Received: '{override}'"):
        resolve_config(recipe, [override])


@pytest.mark.parametrize("override", ["epochs", "=3", " =3"])
def test_an_override_without_key_or_value_is_refused(recipe, override):
    with pytest.raises(ValueError, match="key=value"):
        resolve_config(recipe, [override])


def test_an_unknown_key_in_smoke_names_the_recipe(write_recipe):
    recipe = write_recipe(('SMOKE = {"epochs": 1}', 'SMOKE = {"epoch": 1}'))
    with pytest.raises(ValueError, match="SMOKE of .*small.py"):
        resolve_config(recipe, smoke=True)


def test_a_config_comes_back_from_json(recipe):
    config = resolve_config(recipe, ["hidden_units=1,2", "limit=4"])
    assert restore_config(recipe, json.loads(json.dumps(asdict(config)))) == config


@pytest.mark.parametrize("path", sorted(RECIPES.glob("[!_]*.py")), ids=lambda path: path.stem)
def test_what_can_be_set_in_a_recipe_is_known_without_running_it(path):
    known = config_outline.config_of(path)
    names = [field.name for field in dataclasses.fields(experiment.load_recipe(path).Config)]
    assert [field.name for field in dataclasses.fields(known)] == names
    lines = config_outline.describe_config(path)
    assert [line.partition("=")[0] for line in lines] == names
    assert all("; " in line for line in lines)  # each with a comment


def test_a_recipe_of_which_nothing_is_known_before_is_run(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from somewhere import Base\n\n\nclass Config(Base):\n    pass\n")
    assert config_outline.config_of(path) is None
    assert config_outline.describe_config(path) == []
    config_outline.check_overrides(path, ["anything=1"])


def test_what_belongs_to_the_class_is_no_key():
    recipe = experiment.load_recipe(RECIPES / "dcgan.py")
    with pytest.raises(ValueError, match="Unknown key 'OF_DATA'"):
        experiment.resolve_config(recipe, ["OF_DATA=x"])
