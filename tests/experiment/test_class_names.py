"""Names of classes go from a data set of TFDS to all who ask for a class."""

import csv
import json

import keras
import numpy as np
import pytest
import tensorflow_datasets as tfds

from tfgan_suite import ConditionalGAN, data, networks
from tfgan_suite.cli import main
from tfgan_suite.experiment.real_data import RealData
from tfgan_suite.export import export
from tfgan_suite.generation import Generate
from tfgan_suite.metrics.generated_images import check_class_names
from tfgan_suite.serving.card_conditions import CardConditions, read_card

NAMES = ("cat", "dog", "owl")


class PetsForTests(tfds.core.GeneratorBasedBuilder):
    """Six images of three classes whose names are in the data set."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(16, 16, 1)),
            "label": tfds.features.ClassLabel(names=list(NAMES)),
        }
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        rng = np.random.default_rng(0)
        for number in range(6):
            image = rng.integers(0, 256, (16, 16, 1), np.uint8)
            yield number, {"image": image, "label": number % 3}


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    return PetsForTests(data_dir=tmp_path_factory.mktemp("tfds"))


@pytest.fixture(scope="module")
def trained(builder, tmp_path_factory):
    """The file of a trainer that was trained on the data set."""
    options = {"num_classes": 3, "seed": 1}
    generator = networks.dcgan.build_generator(16, 1, 4, 2, **options)
    discriminator = networks.dcgan.build_discriminator(16, 1, 2, **options)
    trainer = ConditionalGAN(generator, discriminator, 4, seed=1)
    trainer.compile()
    trainer.fit(data.load(builder, labels=True, batch_size=3), epochs=1, verbose=0)
    path = tmp_path_factory.mktemp("trained") / "pets.keras"
    trainer.save(path)
    return path


def test_the_command_line_takes_and_writes_them(trained, tmp_path, capsys):
    command = ["sample", str(trained), "--columns", "1", "--format", "folder", "--to"]
    assert main([*command, str(tmp_path), "--labels", "owl,cat"]) == 0
    with open(tmp_path / "seed-0-conditions.csv", newline="", encoding="utf-8") as lines:
        assert [row[1] for row in csv.reader(lines)] == ["labels", "owl", "cat"]
    capsys.readouterr()
    assert main([*command, str(tmp_path), "--labels", "owls"]) == 2
    assert "did you mean owl?): cat, dog, owl" in capsys.readouterr().err


def test_card_signatures_and_clients_have_them(trained, tmp_path):
    path = export(keras.saving.load_model(trained), tmp_path / "pets")
    card = json.loads((path / "assets.extra/model_card.json").read_text())
    assert card["conditions"]["labels"]["names"] == list(NAMES)
    client = CardConditions(read_card(path))
    np.testing.assert_array_equal(client.array("labels", ["owl", "cat"]), [2, 0])
    with pytest.raises(ValueError, match="names cat, dog, owl .did you mean dog"):
        client.array("labels", ["dgo"])


def test_judges_compare_them_with_those_of_the_real_images(trained, builder):
    generate = Generate(keras.saving.load_model(trained))
    assert generate.class_names == NAMES
    check_class_names(generate, RealData(builder, split="train").facts.class_names)
    assert generate.law() == {"labels": {"law": "equal", "names": list(NAMES)}}
    with pytest.raises(ValueError, match="cat, dog, owl, and a classifier of owl, dog, cat"):
        check_class_names(generate, NAMES[::-1])
