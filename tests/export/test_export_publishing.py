"""Version directories: numbers, atomicity, failures."""

import errno
import os
import threading

import pytest
import tensorflow as tf

from tfgan_suite.admission import load_admitted
from tfgan_suite.export import verify


def children(path):
    return sorted(os.listdir(path)) if path.exists() else []


def test_versions_count_up_and_the_new_directory_is_returned(trainer, export, tmp_path):
    paths = [export(trainer, tmp_path / "a/b") for _ in range(2)]
    assert paths == [tmp_path / "a/b/1", tmp_path / "a/b/2"]
    assert children(tmp_path / "a/b") == ["1", "2"]


def test_next_version_is_above_all_that_a_server_would_take(trainer, export, tmp_path):
    for name in ("3", "007", "notes", ".tmp-9", "12x"):
        (tmp_path / name).mkdir()
    assert export(trainer, str(tmp_path)) == tmp_path / "8"


def test_given_version(trainer, export, tmp_path):
    assert export(trainer, tmp_path, version=20240101).name == "20240101"


@pytest.mark.parametrize("existing", ["4", "004"])
def test_existing_version_is_refused_and_untouched(trainer, export, tmp_path, existing):
    (tmp_path / existing).mkdir()
    (tmp_path / existing / "model").write_text("live")
    with pytest.raises(ValueError, match="version=4"):
        export(trainer, tmp_path, version=4)
    assert children(tmp_path) == [existing]
    assert (tmp_path / existing / "model").read_text() == "live"


@pytest.mark.parametrize("version", [0, -1, 1.0, "1", True, 2**63])
def test_bad_version_is_refused(trainer, export, tmp_path, version):
    with pytest.raises(ValueError, match=r"positive integer.*Received: version="):
        export(trainer, tmp_path / "new", version=version)
    assert not (tmp_path / "new").exists()


def test_server_can_read_what_is_published(trainer, export, tmp_path):
    path = export(trainer, tmp_path)
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 & ~mask == 0o755 & ~mask


def test_nothing_is_visible_before_the_rename(trainer, export, tmp_path, monkeypatch):
    rename, seen = os.rename, []

    def spy(source, target):
        seen.extend(children(tmp_path))
        complete = {entry.name for entry in source.rglob("*")}
        assert {"saved_model.pb", "variables.index"} <= complete
        rename(source, target)

    monkeypatch.setattr(os, "rename", spy)
    export(trainer, tmp_path)
    assert len(seen) == 1 and seen[0].startswith(".tmp-")


def half_a_model(error):
    def save(module, path, **kwargs):
        path.mkdir()
        (path / "saved_model.pb").write_bytes(b"half")
        raise error

    return save


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        tf.errors.ResourceExhaustedError(None, None, "No space left on device"),
    ],
)
def test_failed_save_leaves_nothing(trainer, export, tmp_path, monkeypatch, error):
    monkeypatch.setattr(tf.saved_model, "save", half_a_model(error))
    with pytest.raises(OSError, match="No space left on device") as caught:
        export(trainer, tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert children(tmp_path) == []


def test_interrupted_save_leaves_nothing(trainer, export, tmp_path, monkeypatch):
    monkeypatch.setattr(tf.saved_model, "save", half_a_model(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        export(trainer, tmp_path)
    assert children(tmp_path) == []


def test_failed_rename_leaves_nothing(trainer, export, tmp_path, monkeypatch):
    def fail(source, target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(PermissionError, match=str(tmp_path)):
        export(trainer, tmp_path)
    assert children(tmp_path) == []


def test_everything_is_flushed_before_the_rename(trainer, export, tmp_path, monkeypatch):
    rename, fsync, flushed, order = os.rename, os.fsync, set(), []

    def record_fsync(descriptor):
        flushed.add(os.fstat(descriptor).st_ino)
        order.append("fsync")
        fsync(descriptor)

    def record_rename(source, target):
        order.append("rename")
        assert {entry.stat().st_ino for entry in [source, *source.rglob("*")]} <= flushed
        rename(source, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "rename", record_rename)
    export(trainer, tmp_path)
    assert order[-2:] == ["rename", "fsync"]
    assert tmp_path.stat().st_ino in flushed


def overtaken(tmp_path, name):
    """`os.rename` which finds that another exporter has just published version `name`."""
    rename = os.rename

    def late(source, target):
        if not (tmp_path / name).exists():
            (tmp_path / name).mkdir()
            (tmp_path / name / "saved_model.pb").write_text("theirs")
        rename(source, target)

    return late


def test_overtaken_exporter_takes_the_next_number(trainer, export, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "rename", overtaken(tmp_path, "1"))
    assert export(trainer, tmp_path) == tmp_path / "2"
    assert (tmp_path / "1/saved_model.pb").read_text() == "theirs"


def test_overtaken_exporter_refuses_a_given_number(trainer, export, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "rename", overtaken(tmp_path, "5"))
    with pytest.raises(ValueError, match="version=5"):
        export(trainer, tmp_path, version=5)
    assert children(tmp_path) == ["5"]
    assert (tmp_path / "5/saved_model.pb").read_text() == "theirs"


def test_concurrent_exporters_all_publish(make_trainer, export, tmp_path):
    trainer = make_trainer(policy="mixed_bfloat16")
    threads = [threading.Thread(target=export, args=(trainer, tmp_path)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert children(tmp_path) == ["1", "2", "3", "4"]
    assert {layer.dtype_policy.name for layer in trainer.generator.layers[1:-1]} == {
        "mixed_bfloat16"
    }


@pytest.mark.parametrize("below", ["", "models"])
def test_path_in_the_way_is_named(trainer, export, tmp_path, below):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / below
    with pytest.raises(OSError, match=f"Cannot export to {path}"):
        export(trainer, path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_unwritable_path_is_named(trainer, export, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=f"Cannot export to {tmp_path}"):
        export(trainer, tmp_path)


def test_url_is_refused(trainer, export):
    with pytest.raises(ValueError, match="local directory.*gs://bucket"):
        export(trainer, "gs://bucket/models")


# === Paths that TensorFlow takes for patterns ===


@pytest.mark.parametrize("name", ["[bold]", "a*b", "a?b", "a\\b"])
def test_a_path_that_is_a_pattern_to_tensorflow_is_refused(trainer, export, tmp_path, name):
    """Else the weights of `[bold]` are not found, and those of `a*b` may be another model's."""
    with pytest.raises(ValueError, match="pattern.*give another folder"):
        export(trainer, tmp_path / name)
    assert children(tmp_path) == []


def test_a_model_moved_to_such_a_path_is_named(trainer, export, tmp_path):
    export(trainer, tmp_path / "model")
    (tmp_path / "model").rename(tmp_path / "[model]")
    for read in (verify, load_admitted):
        with pytest.raises(ValueError, match=r"pattern.*\[model\]"):
            read(tmp_path / "[model]/1")
