"""`cycle_gan/monet2photo` of TFDS, prepared by its own builder from a few real images."""

import pathlib
import tarfile

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from tfgan_suite import data, experiment

NAME = "cycle_gan/monet2photo"
RECIPE = pathlib.Path(__file__).parents[2] / "recipes" / "cyclegan.py"
# The sizes of its images are not recorded in TFDS.
FULL_SIZE = {"image_size": 256, "resize": "crop"}
COUNTS = {"trainA": 5, "trainB": 3, "testA": 2, "testB": 1}


@pytest.fixture(scope="module")
def archives(real_data):
    """The JPEG files of both domains, in the order of their names."""

    def files(name):
        with tarfile.open(real_data(f"unpaired_art2photo/{name}.tar")) as tar:
            members = sorted((m for m in tar if m.isfile()), key=lambda m: m.name)
            return [tar.extractfile(member).read() for member in members[:8]]

    return {"A": files("monet"), "B": files("photo")}


@pytest.fixture(scope="module")
def prepared(archives, tmp_path_factory):
    """A `data_dir` in which the data set is prepared; only the download is replaced."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    for split, count in COUNTS.items():
        folder = unpacked / "monet2photo" / split
        folder.mkdir(parents=True)
        first = 0 if split.startswith("train") else 5
        for number, file in enumerate(archives[split[-1]][first : first + count]):
            (folder / f"{number}.jpg").write_bytes(file)
    root = tmp_path_factory.mktemp("tfds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfds.download.DownloadManager, "download_and_extract", lambda *_: unpacked)
        builder = tfds.builder(NAME, data_dir=root, try_gcs=False)
        builder.download_and_prepare(
            download_config=tfds.download.DownloadConfig(try_download_gcs=False)
        )
    return root


def pixels(file):
    return tf.io.decode_jpeg(file).numpy() / np.float32(127.5) - 1.0


def rows_of(images, files):
    """Which file each image is, by the nearest."""
    known = np.stack([pixels(file) for file in files])
    distances = [[np.abs(image - other).max() for other in known] for image in images]
    assert np.min(distances, axis=1).max() < 1e-5
    return list(np.argmin(distances, axis=1))


def test_both_domains_are_what_was_prepared(prepared, archives):
    batches = data.load_unpaired(NAME, data_dir=prepared, seed=1, **FULL_SIZE)
    assert batches.cardinality() == 5
    a, b = (np.concatenate(side) for side in zip(*batches.as_numpy_iterator()))
    assert sorted(rows_of(a, archives["A"][:5])) == [0, 1, 2, 3, 4]
    assert sorted(rows_of(b[:3], archives["B"][:3])) == [0, 1, 2]


def test_the_held_out_images_are_others(prepared, archives):
    options = {"split": "test", "shuffle": False, **FULL_SIZE}
    batches = data.load_unpaired(NAME, data_dir=prepared, **options)
    a, b = (np.concatenate(side) for side in zip(*batches.as_numpy_iterator()))
    assert sorted(rows_of(a, archives["A"])) == [5, 6]
    assert rows_of(b, archives["B"]) == [5, 5]  # the smaller domain begins anew


def test_sizes_jitter_and_batches(prepared):
    batches = data.load_unpaired(
        NAME, data_dir=prepared, image_size=64, resize="crop", channels=3, batch_size=2,
        jitter=True, mirror=True,
    )  # fmt: skip
    for a, b in batches:
        assert a.shape == b.shape == (2, 64, 64, 3)
        assert np.abs(a).max() <= 1.0 and np.abs(b).max() <= 1.0


def test_the_recipe_trains_on_it(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared))
    recipe = experiment.load_recipe(RECIPE)
    config = experiment.resolve_config(recipe, ["images=3", "batch_size=1"], smoke=True)
    built = recipe.build(config)
    built.trainer.fit(built.data, verbose=0)
    assert int(built.trainer.step) == 3
    a, b = next(iter(built.real))
    assert a.shape == b.shape == (2, 32, 32, 3)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"split": "val"}, r"Domain A: cycle_gan has the splits .*'testA'.*split='valA'"),
        ({"limit": 4}, "Domain B: cycle_gan has 3 examples. Received: skip=0, limit=4"),
        ({"skip": 3}, "Domain B: cycle_gan has 3 examples. Received: skip=3"),
        ({"domain_a": "cycle_gan/monet"}, "Domain A: TFDS refuses the name: .*cycle_gan/monet"),
        ({"image_size": None, "resize": None}, "Domain A: .*cycle_gan have different sizes"),
    ],
    ids=str,
)
def test_what_is_not_there_is_named(prepared, no_network, options, message):
    options = {"domain_a": NAME, "data_dir": prepared, **FULL_SIZE, **options}
    with pytest.raises(ValueError, match=message):
        data.load_unpaired(**options)


def test_what_is_missing_without_a_network_is_said(tmp_path, no_network):
    with pytest.raises(ValueError, match="Domain A: .*cycle_gan/monet2photo is not prepared in "):
        data.load_unpaired(NAME, data_dir=tmp_path)
