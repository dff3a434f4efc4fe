"""Finding and loading recipes."""

import os
import pathlib

import pytest

import tfgan_suite
from tfgan_suite.experiment import find_recipes, load_recipe
from tfgan_suite.experiment.config_outline import describe_config
from tfgan_suite.experiment.recipe_files import outline

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"
CONFIG = "import dataclasses\n@dataclasses.dataclass\nclass Config:\n"


@pytest.fixture
def recipes_here(in_tmp, recipe_text, monkeypatch):
    """A folder of recipes, and none installed."""
    monkeypatch.setattr("tfgan_suite.experiment.recipe_files.installed_folders", tuple)
    folder = in_tmp / "recipes"
    folder.mkdir()
    (folder / "small_ring.py").write_text(recipe_text)
    return folder


def test_a_recipe_is_loaded_from_its_path(tmp_path, recipe_text):
    path = tmp_path / "mine.py"
    path.write_text(recipe_text)
    recipe = load_recipe(path)
    assert (recipe.name, recipe.path, recipe.smoke) == ("mine", path, {"epochs": 1})
    assert recipe.Config().seed == 3


def test_a_recipe_is_loaded_by_its_name(recipes_here):
    assert load_recipe("small_ring").path.resolve() == recipes_here / "small_ring.py"


def test_installed_recipes_are_found(in_tmp, recipe_text, tmp_path, monkeypatch):
    folder = tmp_path / "installed" / "recipes"
    folder.mkdir(parents=True)
    (folder / "only_installed.py").write_text(recipe_text)
    monkeypatch.setattr(tfgan_suite, "__path__", [*tfgan_suite.__path__, str(folder.parent)])
    assert find_recipes()["only_installed"] == folder / "only_installed.py"
    assert load_recipe("only_installed").name == "only_installed"


def test_recipes_of_a_checkout_are_found_from_any_folder(in_tmp):
    names = set(find_recipes())
    assert {"dcgan", "minimax_gaussians"} <= names
    assert {path.name for path in RECIPES.glob("[!_]*.py")} == {f"{name}.py" for name in names}


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("nowhere", path)])
def test_a_pipe_or_a_broken_link_is_no_recipe(recipes_here, make):
    make(recipes_here / "other.py")
    assert set(find_recipes()) == {"small_ring"}
    with pytest.raises(ValueError, match="no such recipe file.*other.py"):
        load_recipe(recipes_here / "other.py")


@pytest.mark.parametrize("read", [outline, describe_config])
def test_a_recipe_that_has_become_a_pipe_is_not_waited_for(tmp_path, read):
    os.mkfifo(tmp_path / "r.py")
    if read is outline:
        with pytest.raises(OSError, match="no regular file.*r.py"):
            read(tmp_path / "r.py")
    else:
        assert read(tmp_path / "r.py") == []


def test_helpers_are_not_recipes(recipes_here):
    (recipes_here / "_helper.py").write_text("")
    (recipes_here / "notes.txt").write_text("")
    assert set(find_recipes()) == {"small_ring"}


def test_an_unknown_name_lists_the_known_ones_and_a_close_one(recipes_here):
    with pytest.raises(ValueError, match=r"Did you mean small_ring\?.*'small_rings'"):
        load_recipe("small_rings")


@pytest.mark.parametrize("path", ["nowhere.py", "some/folder"])
def test_a_file_that_is_not_there_is_named(in_tmp, path):
    with pytest.raises(ValueError, match=path):
        load_recipe(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def build(:", "SyntaxError"),
        ("import no_such_module_at_all", "no_such_module_at_all"),
        ("Config = 3", "Config=3"),
        (CONFIG + "    seed: int = 0", "build=None"),
        (CONFIG + "    n: int = 0\ndef build(config): ...", "without one"),
    ],
)
def test_a_broken_recipe_is_explained(tmp_path, text, message):
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"broken.py.*{message}|{message}.*broken.py"):
        load_recipe(path)


def test_the_first_line_is_read_without_running_the_file(tmp_path):
    path = tmp_path / "r.py"
    path.write_text('"""What it does.\n\nMore."""\nraise RuntimeError\n')
    assert outline(path).summary == "What it does."


@pytest.mark.parametrize(("text", "line"), [("x = 1", ""), ("def", "(not a valid Python file)")])
def test_a_first_line_that_is_not_there(tmp_path, text, line):
    path = tmp_path / "r.py"
    path.write_text(text)
    assert outline(path).summary == line
