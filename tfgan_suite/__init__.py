"""TF-GAN as Keras 3 models: trainers, losses, networks, data, metrics, export.

Importing the package imports TensorFlow and registers all its classes with Keras, so that a `.keras`
file loads after a plain `import tfgan_suite`. Only the command line puts that off until a command
needs it.
"""

import importlib
import importlib.util
import os
import sys

from tfgan_suite.version import __version__

_MODULES = (
    "callbacks",
    "conditions",
    "data",
    "export",
    "generation",
    "layers",
    "losses",
    "metrics",
    "modalities",
    "networks",
    "optimizers",
    "plots",
    "schedules",
    "serving",
    "tf_gan",
    "trainers",
)


def _load():
    """Imports the whole package and fills its namespace."""
    for name in _MODULES:
        globals()[name] = importlib.import_module(f"{__name__}.{name}")
    trainers = globals()["trainers"]
    top_level = {name: getattr(trainers, name) for name in trainers.__all__}
    for module, name in (("distribution", "get_strategy"), ("operations", "step_operations")):
        top_level[name] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals().update(top_level)
    globals()["__all__"] = sorted(["__version__", *_MODULES, *top_level])


def __getattr__(name):
    if name.startswith("__") or "__all__" in globals():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Alone: while the package is loaded itself, its modules may ask for their neighbours.
    if name in _MODULES or importlib.util.find_spec(f"{__name__}.{name}"):
        return importlib.import_module(f"{__name__}.{name}")
    _load()
    return getattr(sys.modules[__name__], name)


def _runs_as_command():
    program = os.path.basename(sys.argv[0]) if getattr(sys, "argv", None) else ""
    # While `python -m tfgan_suite` imports the package, the program's name is still "-m".
    return program == "tfgan-suite" or (program == "-m" and __name__ in sys.orig_argv)


if not _runs_as_command():
    _load()
