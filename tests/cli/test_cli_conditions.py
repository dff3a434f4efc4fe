"""`sample` of generators that depend on vectors or attributes, and of files in a folder."""

import csv

import keras
import numpy as np
import pytest
from PIL import Image

from tfgan_suite import GAN, drawing
from tfgan_suite.cli import main
from tfgan_suite.export import export
from tfgan_suite.generation import Generate

SHAPE, DIM = (8, 8, 1), 3


def network(first, out):
    given, condition = keras.Input(first), keras.Input((2,))
    x = keras.layers.Concatenate()([keras.layers.Flatten()(given), condition])
    return keras.Model([given, condition], out(x))


@pytest.fixture(scope="module")
def trainer():
    def images(x):
        return keras.layers.Reshape(SHAPE)(keras.layers.Dense(64, "tanh")(x))

    return GAN(network((DIM,), images), network(SHAPE, keras.layers.Dense(1)), DIM, seed=1)


@pytest.fixture
def file(trainer, tmp_path):
    path = tmp_path / "t.keras"
    trainer.save(path)
    return str(path)


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


def test_a_row_of_the_vector_that_is_asked_for(file, trainer, tmp_path, capsys):
    assert main(["sample", file, "--condition", "0.5,-1", "--columns", "3", "--seed", "2"]) == 0
    z, given = trainer.sample_latents(3, seed=2).numpy(), np.tile([0.5, -1.0], (3, 1))
    expected = drawing.tile(Generate(trainer).of(z, given), 3).repeat(3, axis=-1)
    drawn = pixels(tmp_path / "t-condition-0.5,-1-seed-2.png")
    assert np.abs(drawn[:, -expected.shape[1] :] - expected).max() <= 1
    assert "3 samples of" in capsys.readouterr().out


def test_files_of_their_own_and_what_they_are(file, trainer, tmp_path):
    target = tmp_path / "made"
    command = ["sample", file, "--condition", "1,2", "--columns", "2", "--format", "folder"]
    assert main([*command, "--to", str(target)]) == 0
    made = Generate(trainer).of(trainer.sample_latents(2, seed=0), np.tile([1.0, 2.0], (2, 1)))
    for index in range(2):
        expected = drawing.to_uint8(made[index])[..., 0].astype(int)
        assert np.abs(pixels(target / f"seed-0-{index:04d}.png") - expected).max() <= 1
    with open(target / "seed-0-conditions.csv", newline="", encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [
            ["example", "condition"], ["0", "1, 2"], ["1", "1, 2"],
        ]  # fmt: skip


def test_points_are_one_file(here, tmp_path):
    command = ["sample", "runs/first", "--count", "5", "--seed", "4", "--format", "folder"]
    assert main([*command, "--to", str(tmp_path)]) == 0
    points = np.loadtxt(tmp_path / "seed-4-vectors.csv", delimiter=",", skiprows=1)
    trainer = keras.saving.load_model(here / "runs/first/checkpoints/final.keras")
    expected = Generate(trainer)(5, seed=4)
    np.testing.assert_allclose(points, expected, rtol=1e-6)


def test_truncated_latents_give_less_various_points(here, tmp_path):
    spreads = []
    for psi in ("1", "0.1"):
        command = ["sample", "runs/first", "--format", "folder", "--truncation", psi]
        assert main([*command, "--to", str(tmp_path / psi)]) == 0
        file = tmp_path / psi / "seed-0-vectors.csv"
        spreads.append(np.loadtxt(file, delimiter=",", skiprows=1).std())
    assert spreads[1] < 0.5 * spreads[0]


@pytest.fixture
def taught(trainer, tmp_path):
    """A file of a trainer that has seen vectors, and the vectors."""
    rows = np.random.default_rng(0).normal(size=(32, 2)).astype(np.float32)
    own = GAN(*map(keras.models.clone_model, trainer.networks()), DIM, seed=1)
    own.compile(loss="modified_minimax")
    own.fit(np.linspace(-1, 1, 32 * 64, dtype=np.float32).reshape(32, *SHAPE), rows, verbose=0)
    own.save(tmp_path / "taught.keras")
    return own, rows


def test_rows_of_the_data_are_drawn_where_nothing_is_asked_for(taught, tmp_path):
    (own, rows), file = taught, str(tmp_path / "taught.keras")
    assert main(["sample", file, "--columns", "4", "--to", str(tmp_path / "s.png")]) == 0
    assert main(["sample", file, "--columns", "4", "--to", str(tmp_path / "walks.gif")]) == 0
    wanted = rows[np.linspace(0, 31, 16).round().astype(int)]  # 64 examples, 4 in a row
    latents = np.tile(own.sample_latents(4, seed=0).numpy(), (16, 1))
    expected = drawing.tile(Generate(own).of(latents, np.repeat(wanted, 4, axis=0)), 4)
    drawn = pixels(tmp_path / "s.png")[:, -expected.shape[1] :]
    assert np.abs(drawn - expected.repeat(3, axis=-1)).max() <= 1
    with Image.open(tmp_path / "walks.gif") as walks:
        assert walks.n_frames > 16


def test_a_generator_of_vectors_is_judged_and_its_export(taught, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own, _ = taught
    np.save("images.npy", np.random.default_rng(1).integers(0, 256, (40, *SHAPE), np.uint8))
    export(own, "models/mine")
    scores = ["--metrics", "sliced_wasserstein", "--samples", "32", "--data", "images.npy"]
    assert main(["evaluate", "taught.keras", "models/mine", *scores]) == 0
    folder = tmp_path / capsys.readouterr().out.splitlines()[-1].split(": ", 1)[1]
    (table,) = folder.glob("*.md")
    assert "condition asked for: by chance of 32 rows of the data" in table.read_text()


@pytest.mark.parametrize(
    "options, named",
    [
        ([], "only its data know"),
        (["--labels", "1"], "no classes to choose from; it takes --condition"),
        (["--attributes", "Hat=1"], "no attributes to choose from; it takes --condition"),
        (["--condition", "1"], "2 numbers with commas"),
        (["--condition", "1,2", "--count", "4"], "--count 4 --condition 1,2"),
        (["--condition", "1,2", "--to", "folder"], "--format folder"),
        (["--condition", "1,2", "--truncation", "-1"], "truncation=-1.0"),
    ],
)
def test_what_cannot_be_drawn_is_named(file, capsys, options, named):
    assert main(["sample", file, *options]) == 2
    line = capsys.readouterr().err.strip()
    assert line.startswith("error: ") and "\n" not in line and named in line
