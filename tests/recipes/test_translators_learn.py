"""What small translators learn of real images, in minutes."""

import pathlib

import keras
import numpy as np
import pytest

from tfgan_suite import experiment
from tfgan_suite.generation import Translator

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"


def build(name, overrides, smoke=False):
    """The experiment of a recipe with some overrides, as a run would build it."""
    recipe = experiment.load_recipe(RECIPES / f"{name}.py")
    config = experiment.resolve_config(recipe, overrides.split(), smoke=smoke)
    keras.utils.set_random_seed(config.seed)
    return recipe.build(config)


def test_label_maps_from_photographs(real_data):
    """The other direction: what was asked for is given."""
    file = real_data("facades/facades-val.tar")
    made = build("pix2pix", f"data={file} validation={file} targets=right", smoke=True)
    usual = build("pix2pix", f"data={file} validation={file}", smoke=True)
    (maps, photos), (images, inputs) = (next(iter(b.real)) for b in (made, usual))
    np.testing.assert_array_equal(maps, inputs)
    np.testing.assert_array_equal(photos, images)
    history = made.trainer.fit(made.data, epochs=1, verbose=0).history
    assert np.isfinite(history["g_loss"]).all()


@pytest.mark.slow
def test_pix2pix_learns_eight_facades_by_heart(real_data):
    built = build(
        "pix2pix",
        f"""
        data={real_data("facades/facades-train.tar")} validation=none pairs=8 jitter=false
        image_size=64 batch_size=8 epochs=1500 filters=16 dropout=0 learning_rate=1e-3
        receptive_field=34
        """,
    )
    built.trainer.fit(built.data, epochs=built.epochs, verbose=0)
    (evaluator,) = built.evaluators
    assert evaluator(Translator(built.trainer))["l1"] < 0.06


@pytest.mark.slow
def test_cycles_of_unseen_images_and_discriminators_that_tell_domains_apart(real_data):
    """864 steps. At the full learning rate the discriminators' verdicts vary from step to step."""
    built = build(
        "cyclegan",
        f"""
        data={real_data("unpaired_art2photo/monet.tar")} held_out=24 image_size=64 batch_size=4
        data_b={real_data("unpaired_art2photo/photo.tar")} translator=unet filters=16
        receptive_field=34 learning_rate=5e-4 constant_epochs=10 decay_epochs=6
        """,
    )
    built.trainer.fit(built.data, epochs=built.epochs, verbose=0)
    translator = Translator(built.trainer)
    cycles, domains = (evaluator(translator) for evaluator in built.evaluators)
    assert cycles["num_examples"] == domains["num_examples"] == 24
    assert cycles["cycle_l1_a"] < 0.12 and cycles["cycle_l1_b"] < 0.12
    # Of pairs of two real images which no network was trained on.
    assert (domains["separation_a"] + domains["separation_b"]) / 2 > 0.8
    # No identities: translations are on their way to the other domain in its judge's eyes.
    assert domains["moved_to_a"] > 0.0 and domains["moved_to_b"] > 0.0
