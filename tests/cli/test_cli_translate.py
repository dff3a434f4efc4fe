"""`translate`: anybody's images, by a translator that was trained before."""

import keras
import numpy as np
import pytest
from PIL import Image

from tfgan_suite import CycleGAN, drawing
from tfgan_suite.cli import main
from tfgan_suite.generation import Translator

SHAPE = (8, 8, 1)
LEVELS = np.random.default_rng(0).integers(0, 256, (5, 8, 8), np.uint8)


def network(seed, last=None):
    images = keras.Input(SHAPE)
    kernel = keras.initializers.GlorotUniform(seed)
    x = keras.layers.Conv2D(1, 3, padding="same", activation=last, kernel_initializer=kernel)
    return keras.Model(images, x(images))


@pytest.fixture(scope="module")
def trainer():
    return CycleGAN(network(1, "tanh"), network(2, "tanh"), network(3), network(4), seed=1)


@pytest.fixture
def file(trainer, tmp_path):
    trainer.save(tmp_path / "t.keras")
    (tmp_path / "photos").mkdir()
    for index, levels in enumerate(LEVELS):
        Image.fromarray(levels).save(tmp_path / "photos" / f"{index}.png")
    return str(tmp_path / "t.keras")


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


@pytest.mark.parametrize("direction", ["a_to_b", "b_to_a"])
def test_each_image_becomes_a_file(file, trainer, tmp_path, capsys, direction):
    command = ["translate", file, str(tmp_path / "photos"), "--direction", direction]
    assert main(command) == 0
    images = LEVELS[..., np.newaxis].astype(np.float32) / 127.5 - 1.0
    made = drawing.to_uint8(Translator(trainer)(images, direction))[..., 0].astype(int)
    folder = tmp_path / f"t-translated-{direction}"
    for index, expected in enumerate(made):
        assert np.abs(pixels(folder / f"{direction}-{index:04d}.png") - expected).max() <= 1
    assert "5 translations of" in capsys.readouterr().out


def test_a_picture_has_inputs_beside_what_became_of_them(file, trainer, tmp_path):
    target = tmp_path / "both.png"
    command = ["translate", file, str(tmp_path / "photos"), "--count", "2", "--format", "picture"]
    assert main([*command, "--to", str(target)]) == 0
    images = LEVELS[:2, ..., np.newaxis].astype(np.float32) / 127.5 - 1.0
    rows = np.stack([images, Translator(trainer)(images)], axis=1).reshape(4, *SHAPE)
    expected = drawing.tile(rows, 2).repeat(3, axis=-1)
    assert np.abs(pixels(target) - expected).max() <= 1


@pytest.mark.parametrize(
    "options, named",
    [
        (["--direction", "up"], "('a_to_b', 'b_to_a')"),
        (["--labels", "3"], "nothing beside images. Received: --labels 3"),
        (["--format", "picture", "--to", "folder"], ".png file"),
    ],
)
def test_what_cannot_be_translated_is_named(file, tmp_path, capsys, options, named):
    assert main(["translate", file, str(tmp_path / "photos"), *options]) == 2
    line = capsys.readouterr().err.strip()
    assert line.startswith("error: ") and "\n" not in line and named in line


def test_a_generator_of_latents_translates_nothing(fails):
    assert "generators take examples" in fails("translate", "runs/first", "photos")
