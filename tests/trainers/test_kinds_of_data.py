"""What a data set declares goes with the trainer that is trained on it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Pillow

from tfgan_suite import ACGAN, ConditionalGAN, ModifiedMinimaxGAN, data, networks, testing
from tfgan_suite.batches import Batches
from tfgan_suite.conditions import Attributes, Labels, VectorCondition
from tfgan_suite.modalities import Image

NAMES = ["cat", "dog", "owl"]
LABELS = Labels(3, NAMES, [0.5, 0.25, 0.25])


def batches(y, condition):
    plain = tf.data.Dataset.from_tensor_slices((testing.points(8), y))
    return Batches(plain.batch(4, drop_remainder=True), condition=condition)


def trained(trainer, dataset):
    trainer.compile()
    trainer.fit(dataset, verbose=0)
    return trainer


def test_names_of_classes_come_with_the_data_and_stay(tmp_path):
    trainer = ConditionalGAN(*testing.label_networks(), testing.LATENT_DIM, seed=3)
    assert trainer.conditions[0].names is None
    trained(trainer, batches(np.arange(8) % 3, LABELS))
    assert trainer.interfaces[""].labels == LABELS
    trainer.save(tmp_path / "trainer.keras")
    loaded = keras.saving.load_model(tmp_path / "trainer.keras")
    assert loaded.interfaces[""].labels == LABELS


def test_what_was_declared_wins():
    own = Labels(3, ["a", "b", "c"])
    networks_of_labels = testing.label_networks()
    trainer = ConditionalGAN(*networks_of_labels, testing.LATENT_DIM, condition=own, seed=3)
    trained(trainer, batches(np.arange(8) % 3, LABELS))
    assert trainer.conditions == (own,)


def test_vectors_that_the_data_know_as_attributes_are_attributes():
    trainer = ConditionalGAN(*testing.conditional_networks(), testing.LATENT_DIM, seed=3)
    assert isinstance(trainer.conditions[0], VectorCondition)
    trained(trainer, batches(testing.one_hot(8), Attributes(NAMES)))
    assert trainer.conditions == (Attributes(NAMES),)


@pytest.mark.parametrize("condition", [Labels(4), VectorCondition(2), None])
def test_what_does_not_fit_the_networks_is_left(condition):
    trainer = ConditionalGAN(*testing.label_networks(), testing.LATENT_DIM, seed=3)
    trained(trainer, batches(np.arange(8) % 3, condition))
    assert trainer.conditions == (Labels(3),)


def test_images_from_a_folder_of_classes_name_them(tmp_path):
    for name in NAMES:
        (tmp_path / name).mkdir()
        for index in range(4):
            pixels = (testing.images(1, (16, 16), seed=index)[0] * 127 + 127).astype("uint8")
            Pillow.fromarray(pixels).save(tmp_path / name / f"{index}.png")
    generator = networks.dcgan.build_generator(16, 1, 4, 2, num_classes=3, seed=1)
    discriminator = networks.dcgan.build_discriminator(16, 1, 2, seed=2)
    head = networks.heads.build_class_head(discriminator, 3, seed=3)
    trainer = ACGAN(generator, head, 4, seed=3)
    trained(trainer, data.load(tmp_path, batch_size=4, labels=True))
    assert trainer.interfaces[""].labels.names == tuple(NAMES)
    assert trainer.modality == Image(16, 16, 1)


def test_data_without_kinds_change_nothing():
    trainer = ModifiedMinimaxGAN(*testing.mlp_networks(), testing.LATENT_DIM, seed=3)
    before = trainer.interfaces
    trained(trainer, testing.points(64))
    assert trainer.interfaces == before
