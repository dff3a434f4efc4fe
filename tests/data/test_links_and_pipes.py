"""Folders in which links lead in circles, and files that are none."""

import os

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import data


@pytest.fixture
def folder(tmp_path):
    """A folder of two classes with an image each."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / name / "0.png")
    return tmp_path


@pytest.mark.parametrize(
    ("link", "target"),
    [("a/again", "."), ("a/again", ".."), ("again", "."), ("a/deep/again", "../../b/back")],
)
def test_links_in_circles_are_named(folder, link, target):
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / "b" / "back").symlink_to("../a") if "back" in target else None
    (folder / link).symlink_to(target)
    with pytest.raises(ValueError, match="again|back.*is a link to one that it lies in"):
        data.load(folder, batch_size=1)


def test_links_to_folders_elsewhere_are_followed(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (folder / "b" / "0.png").rename(elsewhere / "0.png")
    (folder / "a" / "more").symlink_to(elsewhere)
    (folder / "b" / "same").symlink_to(elsewhere)
    assert data.describe(folder).num_examples == 3


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
def test_pipes_and_devices_are_named_and_not_waited_for(folder, make):
    make(folder / "b" / "1.png")
    with pytest.raises(ValueError, match="b/1.png: .*no regular file"):
        data.load(folder, batch_size=1)


def test_an_image_that_has_become_a_pipe_is_named(folder):
    batches = data.load(folder, batch_size=2, cache=False)
    (folder / "b" / "0.png").unlink()
    os.mkfifo(folder / "b" / "0.png")
    with pytest.raises(Exception, match="b/0.png: .*no regular file"):
        next(iter(batches))
