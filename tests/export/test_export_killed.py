"""A server that polls never sees half a version, wherever an export is killed."""

import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest
import served_kinds as kinds

from tfgan_suite.export import export, verify

HERE = pathlib.Path(__file__).parent


def seen_by_a_server(path):
    """The children that TensorFlow Serving would try to load: those named by an integer."""
    return [path / name for name in os.listdir(path) if name.isdigit()] if path.exists() else []


def is_complete(version):
    """Whether a version has every file that it has when its export has ended."""
    files = {file.relative_to(version).as_posix() for file in version.rglob("*") if file.is_file()}
    return files == {
        "saved_model.pb", "fingerprint.pb", "variables/variables.index",
        "variables/variables.data-00000-of-00001", "assets.extra/model_card.json",
        "assets.extra/tf_serving_warmup_requests",
    }  # fmt: skip


class Watcher(threading.Thread):
    """Polls as a server does, but every millisecond instead of every second."""

    def __init__(self, path):
        super().__init__()
        self.path, self.incomplete, self.polls, self.done = path, [], 0, threading.Event()

    def run(self):
        while not self.done.is_set():
            self.polls += 1
            self.incomplete += [v for v in seen_by_a_server(self.path) if not is_complete(v)]
            self.done.wait(0.001)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.done.set()
        self.join()


def export_killed_at(operation, path):
    search = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    return subprocess.run(
        [sys.executable, str(HERE / "killed.py"), str(path), str(operation)],
        env=os.environ | {"PYTHONPATH": search}, capture_output=True, text=True, check=False,
    )


def check_killed(operation, path):
    """Kills an export at an operation; what is left is whole or hidden, and can be gone on with."""
    with Watcher(path) as watcher:
        done = export_killed_at(operation, path)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert watcher.polls and not watcher.incomplete
    versions = seen_by_a_server(path)
    assert all(is_complete(version) for version in versions)
    following = export(kinds.of_points(), path)
    assert following.name == str(len(versions) + 1)
    return versions, following


def test_a_watcher_during_exports(tmp_path):
    trainer, path = kinds.of_points(), tmp_path / "model"
    with Watcher(path) as watcher:
        for _ in range(3):
            export(trainer, path)
    assert watcher.polls > 50 and not watcher.incomplete
    assert len(seen_by_a_server(path)) == 3


def test_what_a_watcher_sees_at_every_step(tmp_path, monkeypatch):
    """SIGKILL leaves the files as they are: what is seen before a step is what it would leave."""
    steps, rename, fsync = [], os.rename, os.fsync

    def look(function):
        def looked(*arguments):
            seen = seen_by_a_server(tmp_path)
            steps.append((function.__name__, len(seen)))
            assert all(is_complete(version) for version in seen)
            return function(*arguments)

        return looked

    monkeypatch.setattr(os, "fsync", look(fsync))
    monkeypatch.setattr(os, "rename", look(rename))
    export(kinds.of_points(), tmp_path)
    names = [name for name, _ in steps]
    assert names.count("rename") == 1 and names.count("fsync") > 8
    at = names.index("rename")
    assert {count for _, count in steps[: at + 1]} == {0}
    assert [count for _, count in steps[at + 1 :]] == [1]


def test_killed_just_before_the_rename(tmp_path):
    versions, following = check_killed("os.rename", tmp_path / "model")
    assert not versions
    assert verify(following).passed


@pytest.mark.slow
def test_killed_at_every_step(tmp_path):
    names = export_killed_at(0, tmp_path / "whole").stdout.split()
    assert len(names) > 20
    published = []
    for operation in range(1, len(names) + 1):
        versions, _ = check_killed(operation, tmp_path / f"killed-{operation}")
        published.append(len(versions))
    at = names.index("os.rename")
    assert published == [0] * (at + 1) + [1] * (len(names) - at - 1)
    print(f"killed at {len(names)} operations: {' '.join(names)}")
