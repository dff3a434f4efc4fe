"""`sample` of generators of classes."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from tfgan_suite import drawing
from tfgan_suite.cli import main
from tfgan_suite.experiment import walks
from tfgan_suite.generation import Generate, interpolate
from tfgan_suite.latents import LatentPrior


@pytest.fixture(scope="module")
def trainer():
    from tfgan_suite import ConditionalGAN, networks

    options = {"num_classes": 3, "seed": 1}
    generator = networks.dcgan.build_generator(16, 1, 4, 2, **options)
    discriminator = networks.dcgan.build_discriminator(16, 1, 2, **options)
    return ConditionalGAN(generator, discriminator, 4, seed=1)


@pytest.fixture
def file(trainer, tmp_path):
    path = tmp_path / "t.keras"
    trainer.save(path)
    return str(path)


def read(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


@pytest.mark.parametrize(
    "options, classes, rows, name",
    [
        ([], [0, 1, 2], 1, "t-seed-2.png"),
        (["--labels", "1"], [1], 1, "t-labels-1-seed-2.png"),
        (["--labels", "0-1", "--rows", "2"], [0, 1], 2, "t-labels-0-1-seed-2.png"),
        (["--rows", "2"], [0, 1, 2], 2, "t-seed-2.png"),
        (["--labels", "2,0-1"], [2, 0, 1], 1, "t-labels-2,0-1-seed-2.png"),
    ],
)
def test_rows_of_classes(file, trainer, tmp_path, capsys, options, classes, rows, name):
    assert main(["sample", file, "--columns", "3", "--seed", "2", *options]) == 0
    z = np.tile(trainer.sample_latents(3 * rows, seed=2), (len(classes), 1))
    made = Generate(trainer).of(z, np.repeat(classes, 3 * rows))
    drawn = read(tmp_path / name)
    assert np.abs(drawn - drawing.tile(made, 3)[..., 0]).max() <= 1
    assert f"{len(made)} samples of" in capsys.readouterr().out


def test_a_count_takes_the_classes_in_turn(file, trainer, tmp_path):
    assert main(["sample", file, "--count", "5", "--columns", "3"]) == 0
    made = Generate(trainer)(5, seed=0)
    drawn = read(tmp_path / "t-seed-0.png")
    assert np.abs(drawn - drawing.tile(made, 3)[..., 0]).max() <= 1


@pytest.mark.parametrize(
    "options, named",
    [
        (["--labels", "3"], "classes 0 to 2. Received: --labels 3"),
        (["--labels", "1-9"], "classes 0 to 2. Received: --labels 1-9"),
        (["--labels", "seven"], "as 7, as 0-9 or as 1,3,5-7. Received: --labels seven"),
        (["--labels", "2-1"], "Received: --labels 2-1"),
        (["--labels", "1,"], "Received: --labels 1,"),
        (["--labels", "1", "--count", "4"], "Received: --count 4 --labels 1"),
        (["--rows", "2", "--count", "4"], "Received: --count 4 --rows 2"),
    ],
)
def test_what_cannot_be_drawn_is_named(file, capsys, options, named):
    assert main(["sample", file, *options]) == 2
    line = capsys.readouterr().err.strip()
    assert line.startswith("error: ") and "\n" not in line and named in line


@pytest.mark.parametrize("options", [["--labels", "7"], ["--rows", "2"]])
def test_a_generator_without_classes_is_named(fails, options):
    line = fails("sample", "runs/first", *options)
    assert "no classes to choose from" in line and " ".join(options) in line


def frames(path):
    with Image.open(path) as image:
        return [
            np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(image)
        ]


def test_walks_between_latents(file, trainer, tmp_path):
    command = ["sample", file, "--labels", "2,0", "--columns", "3", "--seed", "2"]
    assert main([*command, "--to", str(tmp_path / "walk.gif")]) == 0
    found = frames(tmp_path / "walk.gif")
    ways = interpolate(LatentPrior(4), 3, walks.STEPS, 2)
    for index in (0, walks.STEPS - 1):  # the k-th of each class are of the same latents
        z = np.tile(ways[:, index], (2, 1)).astype(np.float32)
        made = drawing.tile(Generate(trainer).of(z, np.repeat([2, 0], 3)), 3)
        # 256 colours at most.
        assert np.abs(found[index] - made).mean() <= 2
    assert len(found) == 2 * walks.STEPS - 2  # there and back
    np.testing.assert_array_equal(found[1], found[-1])
