"""Checkpoints on disk: whole or not there, verified, thinned out, damaged ones passed over."""

import errno
import os
import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from tfgan_suite.checkpointing import CheckpointError, CheckpointStore, format

ROOT = pathlib.Path(__file__).parents[2]
ml_dtypes = pytest.importorskip("ml_dtypes")


def state(step):
    """A state whose every value says of which step it is."""
    return {
        "step": np.asarray(step, np.int64),
        "generator/000/kernel": np.full((16, 8), step + 0.1, np.float32),
        "half": np.full(3, step, ml_dtypes.bfloat16),
    }


def saved(folder, steps, **options):
    store = CheckpointStore(folder, **options)
    store.prepare()
    return store, [store.save(state(step), {"step": step}) for step in steps]


def newest_step(store):
    path, arrays, facts = store.newest()
    assert facts["step"] == int(arrays["step"])
    return facts["step"]


def test_arrays_come_back_bit_for_bit(tmp_path):
    store, _ = saved(tmp_path, [5])
    _, arrays, _ = store.newest()
    assert arrays.keys() == state(5).keys()
    for name, array in state(5).items():
        assert arrays[name].dtype == array.dtype and arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()


def test_an_empty_directory_has_none(tmp_path):
    assert CheckpointStore(tmp_path / "none").newest() is None


def test_the_last_ones_stay(tmp_path):
    store, paths = saved(tmp_path, range(5), keep=2)
    assert store.paths() == paths[-2:]
    assert newest_step(store) == 4


def test_the_best_stays_whatever_its_age(tmp_path):
    store, (best,) = saved(tmp_path, [0], keep=1)
    for step in (1, 2):
        store.save(state(step), {"step": step}, best=best)
    assert [path.name for path in store.paths()] == ["checkpoint-000001", "checkpoint-000003"]


def test_what_killed_saves_left_is_taken_away(tmp_path):
    (tmp_path / ".tmp-checkpoint-000001").mkdir()
    (tmp_path / ".tmp-checkpoint-000001" / "state.npz").write_bytes(b"half")
    saved(tmp_path, [1])
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-000001"]


# === Damage ===


def test_a_flipped_bit_anywhere_is_found(tmp_path):
    _, (path,) = saved(tmp_path, [1])
    for file in path.iterdir():
        content = file.read_bytes()
        # Every byte of the manifest; of the arrays, every region (headers, data, directory).
        step = 1 if file.suffix == ".json" else 7
        for position in range(0, len(content), step):
            changed = bytearray(content)
            changed[position] ^= 1 << position % 8
            file.write_bytes(changed)
            with pytest.raises(format.DamagedCheckpoint):
                format.verify(path)
        file.write_bytes(content)
    assert format.verify(path)["step"] == 1


@pytest.mark.parametrize("file", [format.STATE, format.MANIFEST])
@pytest.mark.parametrize("kept", [0, 0.5, -1], ids=["empty", "half", "last_byte"])
def test_a_truncated_file_is_passed_over_with_a_warning(tmp_path, file, kept):
    store, paths = saved(tmp_path, [1, 2])
    content = (paths[1] / file).read_bytes()
    (paths[1] / file).write_bytes(content[: int(len(content) * kept) if kept >= 0 else kept])
    with pytest.warns(UserWarning, match="CHECKPOINT IS DAMAGED.*Going back to checkpoint-000001"):
        assert newest_step(store) == 1


@pytest.mark.parametrize("file", [format.STATE, format.MANIFEST])
def test_a_missing_file_is_passed_over_with_a_warning(tmp_path, file):
    store, paths = saved(tmp_path, [1, 2])
    (paths[1] / file).unlink()
    with pytest.warns(UserWarning, match="DAMAGED"):
        assert newest_step(store) == 1


@pytest.mark.parametrize("file", [format.STATE, format.MANIFEST])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
def test_a_pipe_or_device_is_passed_over_and_not_waited_for(tmp_path, file, make):
    store, paths = saved(tmp_path, [1, 2])
    (paths[1] / file).unlink()
    make(paths[1] / file)
    with pytest.warns(UserWarning, match=f"DAMAGED.*no regular file.*{file}"):
        assert newest_step(store) == 1


def test_a_manifest_nested_without_end_is_damaged(tmp_path):
    (tmp_path / format.MANIFEST).write_text('{"facts":' + "[" * 100_000)
    with pytest.raises(format.DamagedCheckpoint, match="too deeply"):
        format.verify(tmp_path)


def test_nothing_but_damaged_ones_is_an_error(tmp_path):
    store, (path,) = saved(tmp_path, [1])
    (path / format.MANIFEST).write_text("{}")
    with pytest.raises(CheckpointError, match="No checkpoint in .* verifies"):
        store.newest()


# === Saves that fail ===


def out_of_space(monkeypatch, after=0, times=10**9):
    """Lets writing fail for want of space, after a number of writes, a number of times."""
    real, count = os.write, [0]

    def write(descriptor, data):
        count[0] += 1
        if after < count[0] <= after + times:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)


@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_full_disk_is_an_error_and_keeps_the_older_one(tmp_path, monkeypatch, after):
    store, _ = saved(tmp_path, [1], keep=1)
    out_of_space(monkeypatch, after)
    with pytest.raises(CheckpointError, match="No space left on device.*as they were"):
        store.save(state(2), {"step": 2})
    assert newest_step(store) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-000001"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small tmpfs is not allowed here")
    yield path
    subprocess.run(["umount", path], check=True)


def test_a_really_full_disk(small_disk):
    store, _ = saved(small_disk / "kept", [1], keep=1)
    (small_disk / "filler").write_bytes(b"\0" * 2**15)
    with pytest.raises(CheckpointError, match="No space left on device"):
        store.save({"big": np.zeros(2**14, np.float32)}, {"step": 2})
    assert newest_step(store) == 1
    (small_disk / "filler").unlink()
    store.save(state(3), {"step": 3})
    assert newest_step(store) == 3


def test_a_disk_that_has_become_read_only(small_disk):
    store, _ = saved(small_disk / "kept", [1], keep=1)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(CheckpointError, match="Read-only file system.*as they were"):
        store.save(state(2), {"step": 2})
    assert newest_step(store) == 1
    with pytest.raises(OSError, match="Read-only file system"):  # nor does a training begin there
        store.prepare()
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    store.save(state(3), {"step": 3})
    assert newest_step(store) == 3


def test_a_failed_save_is_retried_as_configured(tmp_path, monkeypatch):
    store, _ = saved(tmp_path, [1], retries=2, retry_seconds=0.0)
    out_of_space(monkeypatch, times=2)
    with pytest.warns(UserWarning, match="trying again.*No space left"):
        store.save(state(2), {"step": 2})
    assert newest_step(store) == 2


def test_a_directory_that_cannot_be_written_is_an_error(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the administrator may write everywhere: permissions are not tested")
    store, _ = saved(tmp_path / "kept", [1])
    (tmp_path / "kept").chmod(0o500)
    try:
        with pytest.raises(CheckpointError, match="Permission denied"):
            store.save(state(2), {"step": 2})
        assert newest_step(store) == 1
    finally:
        (tmp_path / "kept").chmod(0o700)


@pytest.mark.parametrize(
    "options", [{"keep": 0}, {"keep": 1.5}, {"retries": -1}, {"keep": True}]
)
def test_numbers_out_of_range_are_refused(tmp_path, options):
    with pytest.raises(ValueError, match=f"Received: {next(iter(options))}="):
        CheckpointStore(tmp_path, **options)


# === Saves that are killed ===

# Saves checkpoints of steps 1, 2, ... and kills itself at the n-th call of the system that has to
# do with files. It forks for every n, so that what it imports is imported once.
KILLED = """
    import os, shutil, signal, sys
    import numpy as np
    from tfgan_suite.checkpointing import CheckpointStore

    NAMES = ("open", "write", "fsync", "close", "mkdir", "rename", "replace", "unlink", "rmdir",
             "remove", "scandir", "stat", "lstat", "fstat")
    folder = sys.argv[1]
    calls = [0]

    def watched(real, n):
        def call(*args, **kwargs):
            calls[0] += 1
            if calls[0] == n:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)
        return call

    def state(step):
        return {"step": np.asarray(step), "kernel": np.full((9, 9), step, np.float32)}

    def check(where, finished):
        store = CheckpointStore(where, keep=2)
        path, arrays, facts = store.newest()  # warns, and so fails, if the newest is damaged
        assert facts["step"] == arrays["step"] == arrays["kernel"][0, 0], (facts, arrays)
        assert facts["step"] in ((3,) if finished else (2, 3)), facts
        names = sorted(os.listdir(where))
        assert all(name.startswith((".tmp-", "checkpoint-")) for name in names), names
        store.prepare()  # the next process goes on
        store.save(state(4), {"step": 4})
        assert len(store.paths()) == 2 and store.newest()[2]["step"] == 4
        assert not [name for name in os.listdir(where) if name.startswith(".tmp-")]

    n = 0
    finished = False
    while not finished:
        n += 1
        where = os.path.join(folder, str(n))
        store = CheckpointStore(where, keep=2)
        store.prepare()
        for step in (1, 2):
            store.save(state(step), {"step": step})
        child = os.fork()
        if not child:
            for name in NAMES:
                setattr(os, name, watched(getattr(os, name), n))
            store.save(state(3), {"step": 3})
            os._exit(0)
        _, status = os.waitpid(child, 0)
        finished = status == 0
        assert finished or os.WTERMSIG(status) == signal.SIGKILL, status
        check(where, finished)
        shutil.rmtree(where)
    print(n - 1)
"""


def test_a_save_killed_at_any_file_operation_leaves_a_whole_checkpoint(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", textwrap.dedent(KILLED), tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Three directories made and renamed, two files of several writes each, one old one removed.
    assert int(done.stdout) > 25
