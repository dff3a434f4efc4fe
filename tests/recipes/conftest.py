"""One classifier cache for all recipes, and MNIST prepared from its files."""

import os
import pathlib

import pytest

RECIPES = pathlib.Path(__file__).parents[2] / "recipes"


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """The recipes share their judge: it is trained once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def mnist_dir(real_data, tmp_path_factory):
    """A folder for TFDS into which the files of MNIST were put by hand."""
    root = tmp_path_factory.mktemp("tfds")
    manual = root / "downloads" / "manual"
    manual.mkdir(parents=True)
    for file in pathlib.Path(real_data("mnist")).iterdir():
        os.symlink(file, manual / file.name)
    return root


@pytest.fixture
def in_tmp(tmp_path, monkeypatch, cache):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFGAN_SUITE_CACHE", str(cache))
    return tmp_path
