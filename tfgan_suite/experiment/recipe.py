"""Recipe files: where they are, and what is in one."""

import ast
import dataclasses
import difflib
import importlib.util
import pathlib
import sys
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One experiment as a Python file.

    Attributes:
        name: file name without `.py`.
        path: the file.
        Config: dataclass of everything that can be set; has at least `seed`.
        build: `build(config)` returns an `Experiment`.
        smoke: overrides with which the whole chain runs in seconds.
    """

    name: str
    path: pathlib.Path
    Config: type
    build: Callable
    smoke: dict


def find_recipes():
    """All recipes by name: those in `./recipes`, then those installed with the package.

    Returns:
        Dict of name to path, sorted by name; a file in `./recipes` wins over an installed one.
    """
    found = {}
    for folder in (*installed_folders(), "recipes"):
        for path in pathlib.Path(folder).glob("*.py"):
            if not path.name.startswith("_"):
                found[path.stem] = path
    return dict(sorted(found.items()))


def installed_folders():
    """Folders of the installed recipes; none in a checkout that is not installed."""
    spec = importlib.util.find_spec("tfgan_suite.recipes")
    return tuple(spec.submodule_search_locations or ()) if spec else ()


def first_line(path):
    """First line of a recipe's docstring, without running the file; "" if there is none."""
    try:
        docstring = ast.get_docstring(ast.parse(pathlib.Path(path).read_text(encoding="utf-8")))
    except (SyntaxError, ValueError):
        return "(not a valid Python file)"
    return (docstring or "").partition("\n")[0]


def load_recipe(path_or_name):
    """Loads a recipe from a `.py` file, or by the name of one that `find_recipes` finds.

    Raises:
        ValueError: if there is no such recipe, the file cannot be run, or it lacks `Config` or
            `build`.
    """
    path = locate(path_or_name)
    name = f"tfgan_suite_recipe_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and Keras's registration look the module up by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(name, None)
        raise ValueError(
            f"The recipe {path} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    config, build = getattr(module, "Config", None), getattr(module, "build", None)
    if not (isinstance(config, type) and dataclasses.is_dataclass(config)) or not callable(build):
        raise ValueError(
            "A recipe defines a dataclass `Config` and a function `build(config)`. "
            f"Received: {path} with Config={config!r}, build={build!r}"
        )
    if "seed" not in {field.name for field in dataclasses.fields(config)}:
        raise ValueError(f"A recipe's `Config` has an integer `seed`. Received: {path} without one")
    return Recipe(path.stem, path, config, build, dict(getattr(module, "SMOKE", {})))


def locate(path_or_name):
    """Path of a recipe file or name, without running anything.

    Raises:
        ValueError: if there is none.
    """
    text = str(path_or_name)
    path = pathlib.Path(text).expanduser()
    if path.suffix == ".py" or len(path.parts) > 1:
        if not path.is_file():
            raise ValueError(f"There is no such recipe file. Received: {text!r}")
        return path
    known = find_recipes()
    if text not in known:
        near = difflib.get_close_matches(text, known, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        names = ", ".join(known) or "none: there is no folder ./recipes here"
        raise ValueError(f"Unknown recipe.{hint} Known: {names}. Received: {text!r}")
    return known[text]
