"""What libraries say is not shown, and kept."""

import logging
import warnings

import pytest

from tfgan_suite.quiet_imports import Aside

HERE = Aside.__init__.__code__.co_filename


@pytest.fixture
def shown(monkeypatch):
    """The warnings that Python shows."""
    found = []
    monkeypatch.setattr(warnings, "showwarning", lambda text, *_, **__: found.append(str(text)))
    return found


def speak():
    """As a library warns, TensorFlow logs, and this package warns."""
    warnings.showwarning(DeprecationWarning("old"), DeprecationWarning, "/lib/other.py", 3)
    warnings.showwarning(UserWarning("a label\nis gone"), UserWarning, HERE, 3)
    logging.getLogger("tensorflow").warning("5 out of the last 6 calls")
    logging.getLogger("absl").error("cannot go on")


def test_libraries_are_kept_and_this_package_is_heard(tmp_path, capsys, shown):
    aside = Aside()
    with aside.warnings():
        speak()
        aside.keep_in(tmp_path / "log.txt")
        speak()
    assert shown == []
    assert capsys.readouterr().err.count("warning: a label is gone\n") == 2
    kept = (tmp_path / "log.txt").read_text()
    for words in ("DeprecationWarning: old", "WARNING:tensorflow:5 out of the last 6 calls"):
        assert kept.count(words) == 2
    assert "label" not in kept and "cannot go on" not in kept


def test_all_is_shown_on_request(tmp_path, shown):
    aside = Aside(verbose=True)
    with aside.warnings():
        speak()
    aside.keep_in(tmp_path / "log.txt")
    assert not (tmp_path / "log.txt").exists()
    assert shown == ["old", "a label\nis gone"]


def test_it_ends_with_the_command(shown):
    with Aside().warnings():
        pass
    speak()
    assert shown == ["old", "a label\nis gone"]
