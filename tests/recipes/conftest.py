"""One classifier cache for all recipes."""

import pytest


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """The recipes share their judge: it is trained once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def in_tmp(tmp_path, monkeypatch, cache):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFGAN_SUITE_CACHE", str(cache))
    return tmp_path
