"""What a small Pix2Pix learns of real facades, in minutes."""

import pathlib

import keras
import pytest

from tfgan_suite import experiment
from tfgan_suite.callbacks import Translator

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"


@pytest.mark.slow
def test_pix2pix_learns_eight_facades_by_heart(real_data):
    recipe = experiment.load_recipe(RECIPES / "pix2pix_facades.py")
    overrides = f"""
        data={real_data("facades/facades-train.tar")} validation=none pairs=8 jitter=false
        image_size=64 batch_size=8 epochs=1500 filters=16 dropout=0 learning_rate=1e-3
        receptive_field=34
    """
    config = experiment.resolve_config(recipe, overrides.split())
    keras.utils.set_random_seed(config.seed)
    built = recipe.build(config)
    built.trainer.fit(built.data, epochs=built.epochs, verbose=0)
    (evaluator,) = built.evaluators
    assert evaluator(Translator(built.trainer))["l1"] < 0.06
