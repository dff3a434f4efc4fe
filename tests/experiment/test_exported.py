"""Exported generators as evaluators call them."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import trainers
from tfgan_suite.experiment.exported import ExportedGenerator, is_exported
from tfgan_suite.export import export

CLASSES, LATENT_DIM = 3, 4


def network(first_shape, output_shape):
    """A small network of `[input, labels]`."""
    first, labels = keras.Input(first_shape), keras.Input((), dtype="int32")
    looked_up = keras.layers.Embedding(CLASSES, 5)(labels)
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(first), looked_up])
    outputs = keras.layers.Dense(int(np.prod(output_shape)), "tanh")(joined)
    return keras.Model([first, labels], keras.layers.Reshape(output_shape)(outputs))


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    """A trainer of a generator of classes, and its export."""
    keras.utils.set_random_seed(0)
    trainer = trainers.ModifiedMinimaxGAN(
        network((LATENT_DIM,), (8, 8, 1)), network((8, 8, 1), (1,)), LATENT_DIM, seed=0
    )
    folder = tmp_path_factory.mktemp("models") / "digits"
    export(trainer, folder, max_rows=16)
    return trainer, folder


def test_images_are_those_of_seeds_and_classes(conditional):
    trainer, folder = conditional
    made = ExportedGenerator(folder)
    seeds = (np.int64(7) << 32) + np.arange(20)
    latents = trainer.latent_prior.from_seeds(seeds)
    labels = np.arange(20) % CLASSES
    np.testing.assert_array_equal(made.labels(20, 7), labels)
    expected = trainer([latents, tf.constant(labels, tf.int32)], training=False)
    np.testing.assert_allclose(made(20, 7), expected, atol=1e-6)  # 20 rows, 16 at once


def test_other_seeds_give_other_images(conditional):
    made = ExportedGenerator(conditional[1])
    assert np.abs(made(6, 0) - made(6, 1)).max() > 0.01


def test_latents_of_chosen_classes(conditional):
    trainer, folder = conditional
    made = ExportedGenerator(folder)
    latents, labels = made.latents(5, 3), np.full(5, 2)
    np.testing.assert_array_equal(latents, trainer.sample_latents(5, seed=3))
    expected = trainer([latents, tf.constant(labels, tf.int32)], training=False)
    np.testing.assert_allclose(made.of(latents, labels), expected, atol=1e-6)


def test_the_description_says_which_version_it_is(conditional):
    _, folder = conditional
    made = ExportedGenerator(folder / "1")
    assert made.name == "digits-1" and made.classes == CLASSES
    assert made.modality.shape == (8, 8, 1)
    assert made.description["checkpoint"] == "digits/1"
    assert made.description["weights"] == "as trained"
    assert made.description["signature"] == "from_seed"


def test_the_largest_version_is_taken(conditional, tmp_path):
    for version in ("9", "10"):
        shutil.copytree(conditional[1] / "1", tmp_path / "m" / version)
    assert ExportedGenerator(tmp_path / "m").name == "m-10"


@pytest.fixture
def save(tmp_path):
    """Returns a function that saves a function as `serving_default`; returns the directory."""

    def save(function, *specs):
        module = tf.Module()
        signature = tf.function(function).get_concrete_function(*specs)
        tf.saved_model.save(module, tmp_path / "other", signatures=signature)
        return tmp_path / "other"

    return save


def test_a_model_of_latents_alone(save):
    spec = tf.TensorSpec([None, 4], tf.float32, name="z")
    path = save(lambda z: {"images": tf.reshape(tf.tanh(z), [-1, 2, 2, 1])}, spec)
    made = ExportedGenerator(path)
    expected = np.tanh(made.latents(9, 1)).reshape(9, 2, 2, 1)
    np.testing.assert_allclose(made(9, 1), expected, atol=1e-6)
    assert made.description["signature"] == "serving_default" and made.classes is None


def test_translators_are_refused(save):
    path = save(lambda x: {"images": x}, tf.TensorSpec([None, 8, 8, 3], tf.float32, name="images"))
    with pytest.raises(ValueError, match=r"generators of latents.*\['images'\]"):
        ExportedGenerator(path)


def test_damage_is_named(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"no graph")
    assert is_exported(tmp_path)
    with pytest.raises(ValueError, match="cannot be loaded as a SavedModel"):
        ExportedGenerator(tmp_path)


def test_other_directories_are_no_models(tmp_path):
    (tmp_path / "3").mkdir()
    assert not is_exported(tmp_path) and not is_exported(tmp_path / "none")
