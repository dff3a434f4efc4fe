"""Recipes: what is in the Python file of a family of experiments, and a preset of it."""

import dataclasses
import importlib.util
import pathlib
import re
import sys
from collections.abc import Callable

from tfgan_suite.experiment.recipe_files import closest, locate, path_and_preset

@dataclasses.dataclass(frozen=True)
class Recipe:
    """One family of experiments, as a Python file has it, and the preset that is asked for.

    Attributes:
        name: file name without `.py`.
        path: the file.
        Config: dataclass of everything that can be set; has at least `seed`.
        build: `build(config)` returns an `Experiment`.
        smoke: overrides with which the whole chain runs in seconds.
        presets: dict of names to settings, each a dict of overrides of `Config`.
        preset: name of the one that is asked for; None of a recipe without presets.
        preset_smoke: dict of presets' names to what `smoke` is for their own data beside that.
    """

    name: str
    path: pathlib.Path
    Config: type
    build: Callable
    smoke: dict
    presets: dict = dataclasses.field(default_factory=dict)
    preset: str | None = None
    preset_smoke: dict = dataclasses.field(default_factory=dict)

    @property
    def settings(self):
        """The overrides of the preset that is asked for."""
        return self.presets.get(self.preset, {})

    @property
    def of_data(self):
        """Keys whose settings in a preset speak of its own data: `OF_DATA` of `Config`."""
        return tuple(getattr(self.Config, "OF_DATA", ()))

    @property
    def data(self):
        """What the preset is for: the value of `data`, or None of a recipe without that key."""
        return self.settings.get("data", getattr(self.Config, "data", None))

    def run_name(self, config):
        """Name of a run: `dcgan-digits` by the preset, `dcgan-photos` by other data.

        Args:
            config: its `Config`.
        """
        if getattr(config, "data", None) != self.data:
            return f"{self.name}-{_name_of_data(config)}"
        return f"{self.name}-{self.preset}" if self.preset else self.name

    def export_name(self, config):
        """Name of the exported model: `dcgan_digits`."""
        return self.run_name(config).replace("-", "_")


def _name_of_data(config):
    """The last parts of the paths or names of the data, as they can stand in a file's name."""
    sources = (config.data, getattr(config, "data_b", None))
    names = []
    for source in filter(None, sources):
        last = pathlib.Path(source).name or pathlib.Path(source).resolve().name
        stem = re.sub(r"(\.tar)?(\.\w{2,3})?$", "", last.split(":")[0]) or last
        names.append(re.sub(r"[^\w.]+", "_", stem).strip("._") or "data")
    return "_".join(names)


def load_recipe(text):
    """Loads a recipe from a `.py` file, or by the name of one that `find_recipes` finds.

    Args:
        text: path or name, with `:PRESET` behind it for another than the default preset, which is
            the file's `DEFAULT_PRESET` or the first one.

    Returns:
        A `Recipe`.

    Raises:
        ValueError: if there is no such recipe or preset, the file cannot be run, or it lacks
            `Config` or `build`.
    """
    path, preset = locate(text), path_and_preset(text)[1]
    module = _run_file(path)
    config, build = getattr(module, "Config", None), getattr(module, "build", None)
    if not (isinstance(config, type) and dataclasses.is_dataclass(config)) or not callable(build):
        raise ValueError(
            "A recipe defines a dataclass `Config` and a function `build(config)`. "
            f"Received: {path} with Config={config!r}, build={build!r}"
        )
    if "seed" not in {field.name for field in dataclasses.fields(config)}:
        raise ValueError(f"A recipe's `Config` has an integer `seed`. Received: {path} without one")
    presets = dict(getattr(module, "PRESETS", {}))
    if preset is None and presets:
        preset = getattr(module, "DEFAULT_PRESET", next(iter(presets)))
    if preset is not None and preset not in presets:
        raise ValueError(unknown_preset(path.stem, preset, presets))
    return Recipe(
        path.stem,
        path,
        config,
        build,
        dict(getattr(module, "SMOKE", {})),
        presets,
        preset,
        dict(getattr(module, "PRESET_SMOKE", {})),
    )


def unknown_preset(name, preset, presets):
    """The words for a preset that is not there."""
    known = f"has the presets {', '.join(presets)}" if presets else "has no presets"
    return f"The recipe {name} {known}.{closest(preset, presets)} Received: {name}:{preset}"


def _run_file(path):
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
    return module
