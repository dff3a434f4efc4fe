"""From a recipe and a config to an experiment under a strategy."""

import keras

from tfgan_suite.experiment.experiment import Experiment
from tfgan_suite.experiment.precision import policy, resolve


def build(recipe, config, strategy, precision=None):
    """Builds a recipe's experiment under a strategy, from the config's seed.

    The layers of its trainer compute in a precision of `config.PRECISIONS` (None: in the one that
    Keras has); its judges, made later, do not.

    Raises:
        ValueError: if `build` returns anything but an `Experiment` with a compiled trainer.
    """
    keras.utils.set_random_seed(config.seed)
    with strategy.scope(), policy(resolve(precision)):
        experiment = recipe.build(config)
    if not isinstance(experiment, Experiment):
        raise ValueError(
            "`build(config)` must return a tfgan_suite.experiment.Experiment. "
            f"Received: {recipe.path} returning {type(experiment).__name__}"
        )
    if not getattr(experiment.trainer, "compiled", False):
        raise ValueError(
            "`build(config)` must compile the trainer: trainer.compile(...). "
            f"Received: {recipe.path} with a trainer that is not compiled"
        )
    if experiment.name is None:
        experiment.name = recipe.export_name(config)
    return experiment
