"""A training goes on with the data with which it was begun, or is told what has changed."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfgan_suite import data, testing, trainers
from tfgan_suite.callbacks import Checkpoints

RNG = np.random.default_rng(0)
SHAPE = (2, 2, 1)


def write(folder, count, first=0):
    folder.mkdir(exist_ok=True)
    for number in range(first, first + count):
        pixels = RNG.integers(0, 256, SHAPE[:2], dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return folder


def fit(x, folder, y=None, epochs=1, batch_size=None, **options):
    trainer = trainers.MinimaxGAN(*testing.mlp_networks(SHAPE), testing.LATENT_DIM, seed=0)
    trainer.compile(run_eagerly=True)
    callbacks = [Checkpoints(folder / "checkpoints", **options)]
    given = {} if batch_size is None else {"batch_size": batch_size}
    trainer.fit(x, y, epochs=epochs, callbacks=callbacks, verbose=0, **given)
    return int(trainer.step)


def load(folder, **options):
    return data.load(folder, **{"batch_size": 16, **options})


@pytest.fixture
def begun(tmp_path):
    """A folder of 33 pictures, on which a training of two steps was begun."""
    folder = write(tmp_path / "photos", 33)
    assert fit(load(folder), tmp_path) == 2
    return folder


def overwrite_three(folder):
    write(folder, 3, first=5)
    return load(folder)


def rename_one(folder):
    (folder / "05.png").rename(folder / "5.png")
    return load(folder)


@pytest.mark.parametrize(
    "change, said",
    [
        (overwrite_three, "contents: other bytes in 05.png, 06.png, 07.png"),
        (lambda f: load(write(f, 1, first=33)), "source.count: 33 -> 34"),
        (rename_one, "names: other names of files"),
        (lambda f: load(write(f.parent / "other", 33)), "name: 'photos' -> 'other'; "),
        (lambda f: load(f, seed=1), "options.seed: 0 -> 1"),
        (lambda f: load(f, shuffle=False), "options.shuffle: True -> False"),
        (lambda f: load(f, augment=["flip"]), r"options.augment: \[\] -> \['flip'\]"),
        (lambda f: load(f).map(lambda x: x), r"operations: nothing -> \['map'\]"),
        (lambda f: plain(load(f)), "known by its contents -> a dataset of unknown origin"),
    ],
    ids=range(9),
)
def test_changed_data_is_refused_by_name(begun, tmp_path, change, said):
    changed = change(begun)
    with pytest.raises(ValueError, match=f"begun with another configuration.*{said}"):
        fit(changed, tmp_path, epochs=2)


def plain(batches):
    images = np.concatenate(list(batches))
    return tf.data.Dataset.from_tensor_slices(images).batch(16, drop_remainder=True)


def test_changed_data_can_be_allowed(begun, tmp_path):
    changed = overwrite_three(begun)
    assert fit(changed, tmp_path, epochs=2, allow_changes=True) == 4
    assert fit(changed, tmp_path, epochs=3) == 6


def test_a_folder_that_was_moved_is_the_same_data(begun, tmp_path):
    shutil.copytree(begun, tmp_path / "elsewhere")
    shutil.rmtree(begun)
    assert fit(load(tmp_path / "elsewhere", cache=False), tmp_path, epochs=2) == 4


def test_arrays_given_to_fit_are_known_too(tmp_path):
    x = testing.images(8, SHAPE)
    assert fit(x, tmp_path, batch_size=4) == 2
    assert fit(x.copy(), tmp_path, epochs=2, batch_size=4) == 4
    x[5] = -x[5]
    with pytest.raises(ValueError, match="source.x.contents: other bytes in row 5"):
        fit(x, tmp_path, epochs=3, batch_size=4)


def test_checkpoints_of_before_go_on_with_a_warning(begun, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("tfgan_suite.callbacks._training_config.provenance_of", lambda _: None)
        fit(load(begun), tmp_path, epochs=2, allow_changes=True)
    with pytest.warns(UserWarning, match="does not say what the data was"):
        assert fit(overwrite_three(begun), tmp_path, epochs=3) == 6
