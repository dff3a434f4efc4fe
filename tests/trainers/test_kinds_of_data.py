"""What a data set declares goes with the trainer that is trained on it."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image as Pillow

from tfgan_suite import ACGAN, ConditionalGAN, ModifiedMinimaxGAN, data, networks, testing
from tfgan_suite.batches import Batches
from tfgan_suite.conditions import Attributes, Labels, VectorCondition
from tfgan_suite.generation import Generate
from tfgan_suite.interface import from_json, to_json
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
    known = Attributes(NAMES, [0.5, 0.25, 0.25])
    trained(trainer, batches(testing.one_hot(8), known))
    assert trainer.conditions == (known,)


@pytest.mark.parametrize("condition", [Labels(4), VectorCondition(2), None])
def test_what_does_not_fit_the_networks_is_left(condition):
    trainer = ConditionalGAN(*testing.label_networks(), testing.LATENT_DIM, seed=3)
    trained(trainer, batches(np.arange(8) % 3, condition))
    assert trainer.conditions == (Labels(3),)


VECTORS = np.arange(24, dtype=np.float32).reshape(8, 3)


class _Pairs(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = slice(4 * index, 4 * index + 4)
        return testing.points(8)[rows], VECTORS[rows]


def _generated():
    yield from (_Pairs()[index] for index in range(2))


@pytest.mark.parametrize(
    "data",
    [
        lambda: (testing.points(8), VECTORS),
        lambda: (tf.data.Dataset.from_tensor_slices((testing.points(8), VECTORS)).batch(4),),
        lambda: (batches(VECTORS, None),),
        lambda: (_Pairs(),),
        lambda: (_generated(),),
    ],
    ids=["arrays", "dataset", "batches", "PyDataset", "generator"],
)
def test_rows_of_vectors_that_were_seen_are_kept_and_drawn(data, tmp_path):
    trainer = ConditionalGAN(*testing.conditional_networks(), testing.LATENT_DIM, seed=3)
    trainer.compile()
    trainer.fit(*data(), steps_per_epoch=1, shuffle=False, verbose=0)
    trainer.save(tmp_path / "trainer.keras")
    (kind,) = keras.saving.load_model(tmp_path / "trainer.keras").conditions
    np.testing.assert_array_equal(np.sort(kind.observed, axis=0), VECTORS)
    record = json.loads(json.dumps(to_json(trainer.interfaces[""])))
    assert from_json(record).conditions == (kind,)
    generate = Generate(trainer)
    asked = generate.condition(20, 1, by_frequency=True)
    assert {tuple(row) for row in asked} <= {tuple(row) for row in VECTORS}
    assert generate.law(by_frequency=True) == {"condition": {"law": "by chance", "observed": 8}}
    assert generate(5, seed=0).shape == (5, 2)


def test_attributes_without_frequencies_take_them_from_the_data():
    parts = (*testing.conditional_networks(), testing.LATENT_DIM)
    trainer = ConditionalGAN(*parts, seed=3, condition=Attributes(NAMES))
    trainer.compile()
    trainer.fit(testing.points(8), testing.one_hot(8), verbose=0)
    (kind,) = trainer.conditions
    assert kind.names == tuple(NAMES) and kind.observed[:3] == ("100", "010", "001")
    np.testing.assert_allclose(kind.frequencies, testing.one_hot(8).mean(axis=0))


def test_what_is_no_number_is_not_kept():
    wrong = VECTORS.copy()
    wrong[2, 1] = np.nan
    assert len(VectorCondition(3).knowing(wrong).observed) == 7
    assert VectorCondition(3).knowing(np.full([2, 3], np.inf)).observed is None


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
