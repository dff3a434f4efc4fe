"""The record of a run: what it was begun with, and what has changed since."""

import dataclasses
import datetime
import hashlib
import json
import os
import platform
import shutil

from tfgan_suite.checkpointing import differences
from tfgan_suite.files import read_regular, replacing, strict, write_json
from tfgan_suite.version import __version__


def record(
    directory,
    recipe,
    config,
    *,
    export_name,
    interfaces,
    strategy,
    strategy_name,
    precision,
    command,
    smoke,
):
    """Writes `config.json` and `recipe.py`: all that is needed to do the run again.

    Args:
        directory: a `RunDirectory`.
        recipe: the `Recipe`.
        config: its resolved config.
        export_name: name under which the generator is exported, or None.
        interfaces: dict of the `Interface`s of the trainer by their names.
        strategy: the `tf.distribute.Strategy`.
        strategy_name: its name on the command line.
        precision: in which the networks compute.
        command: list of strings, the command that began the run.
        smoke: whether the recipe's smoke overrides were applied.
    """
    from tfgan_suite.distribution import describe_devices, worker_count
    from tfgan_suite.interface import to_json

    if not (directory.recipe.exists() and recipe.path.samefile(directory.recipe)):
        with replacing(directory.recipe) as temporary:
            shutil.copyfile(recipe.path, temporary)
    started = datetime.datetime.now(datetime.UTC)
    before = directory.read_config() if directory.config.exists() else {}
    write_json(
        directory.config,
        {
            "run": before.get("run") or _identity(directory, started),
            "recipe": recipe.name,
            "preset": recipe.preset,
            "recipe_path": os.fspath(recipe.path),
            "smoke": smoke,
            "export_name": export_name,
            "interfaces": {name: to_json(interface) for name, interface in interfaces.items()},
            "config": dataclasses.asdict(config),
            "command": list(command),
            "started": started.isoformat(timespec="seconds"),
            "versions": versions(),
            "devices": describe_devices(),
            "strategy": strategy_name,
            "workers": worker_count(strategy),
            "precision": precision,
            "replicas": strategy.num_replicas_in_sync,
        },
    )


def _identity(directory, started):
    """What tells a run from others of its name: of another day, or elsewhere."""
    path = os.fspath(directory.path.absolute())
    digest = hashlib.sha256(f"{path} {os.getpid()} {started.isoformat()}".encode()).hexdigest()
    return f"{directory.path.name}-{digest[:12]}"


def changes(directory, recipe, config, *, strategy, strategy_name, precision):
    """What differs between a run and how it is to go on.

    Args:
        directory: the `RunDirectory` of the run.
        recipe: the `Recipe`.
        config: its resolved config.
        strategy: the `tf.distribute.Strategy`.
        strategy_name: its name on the command line.
        precision: in which the networks compute.

    Returns:
        List of `"key: before -> now"`.
    """
    before = directory.read_config()
    now = {
        "recipe": recipe.name,
        "config": json.loads(json.dumps(strict(dataclasses.asdict(config)))),
        "strategy": strategy_name,
        "precision": precision,
        "replicas": strategy.num_replicas_in_sync,
        "recipe file": hashlib.sha256(read_regular(recipe.path)).hexdigest()[:12],
    }
    stored = {key: before[key] for key in ("recipe", "config", "strategy", "replicas")}
    stored["precision"] = before.get("precision", "float32")  # older runs had no choice
    stored["recipe file"] = hashlib.sha256(read_regular(directory.recipe)).hexdigest()[:12]
    return differences(stored, now)


def versions():
    """Versions of Python and of the packages that decide what a run gives."""
    import importlib.metadata

    import keras
    import numpy as np
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "tensorflow-gan": importlib.metadata.version("tensorflow-gan"),
        "numpy": np.__version__,
        "tfgan_suite": __version__,
    }
