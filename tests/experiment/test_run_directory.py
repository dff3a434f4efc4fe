"""Run directories: where they are made, and when not."""

import pathlib

import pytest

from tfgan_suite.experiment.run_directory import RunDirectory, check_writable, create


def test_a_new_run_never_shares_a_directory(in_tmp):
    paths = [str(create(None, "ring").path) for _ in range(3)]
    assert paths == ["runs/ring", "runs/ring-2", "runs/ring-3"]


def test_an_explicit_directory_is_made(in_tmp):
    assert create("some/where", "ring").path.is_dir()
    assert not (in_tmp / "runs").exists()


def test_an_explicit_directory_may_be_there_if_it_is_empty(tmp_path):
    assert create(tmp_path, "ring").path == tmp_path


def test_an_explicit_directory_that_holds_something_is_refused(tmp_path):
    (tmp_path / "other.json").touch()
    with pytest.raises(ValueError, match=f"not empty.*{tmp_path}"):
        create(tmp_path, "ring")


def test_who_comes_second_is_told_that_another_has_begun_a_run(tmp_path):
    (tmp_path / "config.json").touch()
    with pytest.raises(BlockingIOError, match=f"Another process has just begun.*{tmp_path}"):
        create(tmp_path, "ring")


@pytest.mark.parametrize("name", ["file/run", "file"])
def test_a_directory_that_cannot_be_made_is_an_error(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Cannot write to the directory .*file"):
        create(tmp_path / name, "ring")


@pytest.mark.parametrize("name", ["file/run/deeper", "file"])
def test_a_file_in_the_way_is_found_before_anything_is_made(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Cannot write to the directory .*file"):
        check_writable(tmp_path / name)


def test_a_check_leaves_nothing_behind(tmp_path):
    check_writable(tmp_path / "not" / "there" / "yet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [None, "{", "[" * 3])
def test_what_is_not_a_run_directory_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match=f"Not a run directory.*{tmp_path}"):
        RunDirectory(pathlib.Path(tmp_path)).read_config()
