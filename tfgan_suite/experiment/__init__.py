"""Experiments: from a recipe file and overrides to a run directory.

    from tfgan_suite import experiment
    recipe = experiment.load_recipe("recipes/dcgan_digits.py")
    config = experiment.resolve_config(recipe, ["epochs=10", "seed=3"])
    result = experiment.run(recipe, config)

Importing this package does not import TensorFlow: the command line answers without it.
"""

from tfgan_suite.experiment.config import resolve_config
from tfgan_suite.experiment.definition import Experiment
from tfgan_suite.experiment.recipe import Recipe, find_recipes, load_recipe

__all__ = ["Experiment", "Recipe", "find_recipes", "load_recipe", "resolve_config", "run"]


def run(recipe, config, **options):
    """Trains, evaluates and exports; see `tfgan_suite.experiment.running.run`."""
    from tfgan_suite.experiment.running import run

    return run(recipe, config, **options)
