"""What trainers are about: declared or inferred, saved, and used for all calls and checks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from equal_trainings import TRAININGS

from tfgan_suite import ConditionalGAN, GAN, Pix2Pix, testing
from tfgan_suite.conditions import Attributes, Labels, VectorCondition
from tfgan_suite.latents import LatentPrior
from tfgan_suite.modalities import Image, Vector


def two_conditions():
    """Networks of `[latents, label, attributes]` and `[vector, label, attributes]`."""
    given = [keras.Input((testing.LATENT_DIM,)), keras.Input((), dtype="int32"), keras.Input((2,))]

    def told(first):
        label = keras.layers.Embedding(3, 2)(given[1])
        return keras.layers.Concatenate()([first, label, given[2]])

    vectors = keras.Input((2,))
    generator = keras.Model(given, keras.layers.Dense(2)(told(given[0])))
    return generator, keras.Model([vectors, *given[1:]], keras.layers.Dense(1)(told(vectors)))


def test_a_gan_makes_vectors_of_latents():
    gan = GAN(*testing.mlp_networks(), testing.LATENT_DIM)
    [interface] = gan.interfaces.values()
    assert isinstance(interface.source, LatentPrior) and interface.output.row == (2,)
    assert gan.modality is gan.interface.output and gan.conditions == ()


@pytest.mark.parametrize("name", TRAININGS)
def test_every_trainer_has_an_interface_for_each_generator_it_serves(name):
    trainer = TRAININGS[name].trainer()
    assert list(trainer.interfaces) == list(trainer.exports())
    for interface in trainer.interfaces.values():
        assert isinstance(interface.output, Image) and interface.output.row == (8, 8, 1)


def test_labels_are_those_that_all_networks_know():
    generator, _ = testing.label_networks(classes=5)
    _, discriminator = testing.label_networks(classes=3)
    gan = ConditionalGAN(generator, discriminator, testing.LATENT_DIM)
    assert gan.num_classes == 3 == gan.interfaces[""].classes


def test_a_condition_of_the_discriminator_alone_is_not_the_generators():
    gan = GAN(testing.mlp_networks()[0], testing.label_networks()[1], testing.LATENT_DIM)
    assert [type(kind) for kind in gan.conditions] == [Labels]
    assert gan.interfaces[""].conditions == ()


def test_what_is_declared_comes_back_from_a_file(tmp_path):
    labels = Labels(3, names=["a", "b", "c"])
    gan = ConditionalGAN(*testing.label_networks(), testing.LATENT_DIM, condition=labels)
    gan.compile()
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.conditions[0].names == ("a", "b", "c")


def test_what_is_inferred_is_not_in_the_config():
    gan = GAN(*testing.mlp_networks(), testing.LATENT_DIM)
    assert not {"modality", "condition", "source"} & set(gan.get_config())


@pytest.mark.parametrize("form, k", [(tuple, 1), (dict, 2)])
def test_two_conditions(form, k):
    kinds = [Labels(3), Attributes(2)]
    gan = GAN(*two_conditions(), testing.LATENT_DIM, condition=kinds, discriminator_steps=k, seed=1)
    gan.compile(loss="hinge", micro_batches=2)
    y = (np.arange(16) % 3, np.random.default_rng(0).integers(0, 2, (16, 2)))
    y = dict(zip(("labels", "attributes"), y)) if form is dict else y
    data = tf.data.Dataset.from_tensor_slices((testing.points(16), y)).batch(4)
    history = gan.fit(data, verbose=0).history
    assert np.isfinite(history["g_loss"]).all()
    y = (np.full(4, 3), np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"Labels must lie in \[0, 3\)"):
        gan.fit(tf.data.Dataset.from_tensor_slices((testing.points(4), y)).batch(2), verbose=0)


def test_a_declared_condition_must_fit_the_networks():
    with pytest.raises(ValueError, match="know 3 classes. Received: classes=4"):
        ConditionalGAN(*testing.label_networks(), testing.LATENT_DIM, condition=Labels(4))


def test_a_declared_modality_must_fit_the_generator():
    with pytest.raises(ValueError, match=r"of what the generator makes, of shape \(2,\)"):
        GAN(*testing.mlp_networks(), testing.LATENT_DIM, modality=Vector(3))


def test_vectors_are_vectors_unless_they_are_declared_labels():
    networks = testing.conditional_networks()
    inferred = ConditionalGAN(*networks, testing.LATENT_DIM)
    declared = ConditionalGAN(*networks, testing.LATENT_DIM, condition=Labels(3))
    assert isinstance(inferred.conditions[0], VectorCondition) and inferred.num_classes is None
    assert declared.num_classes == 3


def test_a_translator_has_a_source(tmp_path):
    source = Image(8, 8, 1)
    x = keras.Input((8, 8, 1))
    generator = keras.Model(x, keras.layers.Conv2D(3, 1)(x))
    y = keras.Input((8, 8, 3))
    discriminator = keras.Model(y, keras.layers.Conv2D(1, 4)(y))
    trainer = Pix2Pix(generator, discriminator, source=source)
    assert trainer.interfaces[""].source is source and trainer.modality.channels == 3
    trainer.compile()
    trainer.save(tmp_path / "trainer.keras")
    again = keras.saving.load_model(tmp_path / "trainer.keras")
    assert isinstance(again.declared_source, Image)
