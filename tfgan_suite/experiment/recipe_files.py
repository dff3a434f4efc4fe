"""Recipe files: where they are, and what one says of itself without being run."""

import ast
import dataclasses
import difflib
import importlib.util
import os
import pathlib

from tfgan_suite.files import read_regular

# What recipes were called when each had one data set: the family and the preset of today.
RENAMED = {
    "acgan_mnist": "acgan:mnist",
    "cgan_mnist": "cgan:mnist",
    "colorize_cifar10": "colorize:cifar10",
    "cyclegan_monet2photo": "cyclegan:monet2photo",
    "dcgan_celeb_a": "dcgan:celeb_a",
    "dcgan_digits": "dcgan:digits",
    "dcgan_mnist": "dcgan:mnist",
    "infogan_mnist": "infogan:mnist",
    "mlp_gan_digits": "mlp_gan:digits",
    "pix2pix_facades": "pix2pix:facades",
    "projection_sngan_digits": "sngan:digits",
    "wgan_digits": "wgan:digits",
    "wgan_gp_digits": "wgan_gp:digits",
    "wgan_gp_gaussians": "wgan_gp:ring",
    "wgan_gp_mnist": "wgan_gp:mnist",
}


@dataclasses.dataclass(frozen=True)
class Outline:
    """What can be said of a recipe without running its file.

    Attributes:
        summary: first line of its docstring.
        presets: dict of the presets' names, the default first, to what was measured of them, ""
            where nothing was.
    """

    summary: str
    presets: dict


def find_recipes():
    """All recipes by name: those in `./recipes`, then those installed with the package.

    Returns:
        Dict of name to path, sorted by name; a file in `./recipes` wins over an installed one.
    """
    found = {}
    for folder in (*installed_folders(), "recipes"):
        for path in pathlib.Path(folder).glob("*.py"):
            if path.is_file() and not path.name.startswith("_"):  # no pipe, no broken link
                found[path.stem] = path
    return dict(sorted(found.items()))


def installed_folders():
    """Folders of the installed recipes; of a checkout, where they stand beside the package."""
    spec = importlib.util.find_spec("tfgan_suite.recipes")
    if spec:
        return tuple(spec.submodule_search_locations or ())
    root = pathlib.Path(__file__).parents[2]
    is_checkout = (root / "setup.py").is_file()  # and not a folder of all installed packages
    return (str(root / "recipes"),) if is_checkout else ()


def path_and_preset(text):
    """Splits `dcgan:mnist` or `path/to/recipe.py:mnist`; the preset is None if none is named."""
    text = str(text)
    before, colon, after = text.rpartition(":")
    if not colon or "/" in after or after.endswith(".py"):
        return text, None
    return before, after


def locate(text):
    """Path of a recipe that is given as `load_recipe` takes it, without running anything.

    Raises:
        ValueError: if there is none.
    """
    name, _ = path_and_preset(text)
    path = pathlib.Path(os.path.expanduser(name))
    if path.suffix == ".py" or len(path.parts) > 1:
        if not path.is_file():
            raise ValueError(f"There is no such recipe file. Received: {str(text)!r}")
        if path.suffix != ".py":
            raise ValueError(f"A recipe is a Python file, NAME.py. Received: {str(text)!r}")
        return path
    known = find_recipes()
    if name in known:
        return known[name]
    if name in RENAMED:
        raise ValueError(
            f"The recipe {name} is the preset {RENAMED[name]} now. Received: {str(text)!r}"
        )
    names = ", ".join(known) or "none: there is no folder ./recipes here"
    raise ValueError(
        f"Unknown recipe.{closest(name, known)} Known: {names}. Received: {str(text)!r}"
    )


def closest(text, known):
    """" Did you mean ...?", or "" if nothing known is near."""
    near = difflib.get_close_matches(text, known, n=3)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def outline(path):
    """The `Outline` of a recipe file."""
    try:
        tree = ast.parse(read_regular(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: too deep
        return Outline("(not a valid Python file)", {})
    assigned = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    presets, default = assigned.get("PRESETS"), assigned.get("DEFAULT_PRESET")
    names = []
    if isinstance(presets, ast.Dict):
        names = [key.value for key in presets.keys if isinstance(key, ast.Constant)]
    if isinstance(default, ast.Constant) and default.value in names:
        names = [default.value, *(name for name in names if name != default.value)]
    measured = _literal(assigned.get("MEASURED"))
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    return Outline(summary, {name: str(measured.get(name, "")) for name in names})


def _literal(node):
    """A dict that is written out in the source; {} where there is none."""
    try:
        value = ast.literal_eval(node) if node else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
