"""Experiments: from a recipe file and overrides to a run directory.

    from tfgan_suite import experiment
    recipe = experiment.load_recipe("recipes/dcgan.py:mnist")
    config = experiment.resolve_config(recipe, ["epochs=10", "seed=3"])
    result = experiment.run(recipe, config)

A recipe takes from here what many recipes need: `ImageConfig`, `open_images` and the
like.

Importing this package does not import TensorFlow: the command line answers without it.
"""

from tfgan_suite.experiment.config import resolve_config
from tfgan_suite.experiment.experiment import Experiment
from tfgan_suite.experiment.image_config import (
    SMOKE_IMAGES,
    DenseLayersConfig,
    ImageConfig,
    PairConfig,
    TranslationConfig,
)
from tfgan_suite.experiment.recipe import Recipe, load_recipe
from tfgan_suite.experiment.recipe_files import find_recipes

__all__ = [
    "SMOKE_IMAGES",
    "DenseLayersConfig",
    "Experiment",
    "ImageConfig",
    "PairConfig",
    "Recipe",
    "TranslationConfig",
    "find_recipes",
    "load_recipe",
    "open_images",
    "resolve_config",
    "run",
]


def open_images(config, **options):
    """Opens the images of a config; see `tfgan_suite.experiment.image_data.open_images`."""
    from tfgan_suite.experiment.image_data import open_images

    return open_images(config, **options)


def run(recipe, config, **options):
    """Trains, evaluates and exports; see `tfgan_suite.experiment.running.run`."""
    from tfgan_suite.experiment.running import run

    return run(recipe, config, **options)
