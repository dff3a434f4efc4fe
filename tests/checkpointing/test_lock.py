"""DirectoryLock: one process at a time, whatever becomes of it."""

import os
import signal
import subprocess
import sys

import pytest

from tfgan_suite.checkpointing.lock import DirectoryLock

# Takes the lock with the module alone: TensorFlow has no part in it.
HOLD = """
import importlib.util, sys, time
spec = importlib.util.spec_from_file_location("lock", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.DirectoryLock(sys.argv[2]).acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    module = sys.modules[DirectoryLock.__module__].__file__
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, module, tmp_path / "lock"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_another_process_is_kept_out_and_named(holder, tmp_path):
    with pytest.raises(BlockingIOError, match=f"process {holder.pid} on .*{tmp_path}"):
        DirectoryLock(tmp_path / "lock").acquire()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_of_a_dead_process_is_taken_over(holder, tmp_path, number):
    holder.send_signal(number)
    holder.wait()
    with DirectoryLock(tmp_path / "lock") as lock:
        assert lock.held
        assert (tmp_path / "lock").read_text().startswith(f"{os.getpid()} on ")


def test_two_in_one_process_exclude_each_other(tmp_path):
    with DirectoryLock(tmp_path / "lock") as lock:
        lock.acquire()  # once more is nothing new
        with pytest.raises(BlockingIOError):
            DirectoryLock(tmp_path / "lock").acquire()
    with DirectoryLock(tmp_path / "lock"):
        assert not lock.held


def test_a_lock_file_that_was_removed_by_hand_lets_nobody_in(holder, tmp_path):
    (tmp_path / "lock").unlink()
    with pytest.raises(BlockingIOError, match=f"Another training is at work in {tmp_path}"):
        DirectoryLock(tmp_path / "lock").acquire()
    holder.kill()
    holder.wait()
    with DirectoryLock(tmp_path / "lock") as lock:
        assert lock.held


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_what_a_link_leads_to_is_not_overwritten(tmp_path, make):
    (tmp_path / "run").mkdir()
    (tmp_path / "precious").write_text("text")
    make(tmp_path / "precious", tmp_path / "run" / "lock")
    with pytest.raises(OSError, match="The lock file is .* would be overwritten.*run/lock"):
        DirectoryLock(tmp_path / "run" / "lock").acquire()
    assert (tmp_path / "precious").read_text() == "text"


def test_a_pipe_is_no_lock_file(tmp_path):
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(OSError, match="no plain file"):
        DirectoryLock(tmp_path / "lock").acquire()


def test_a_lock_that_was_refused_is_not_held(holder, tmp_path):
    lock = DirectoryLock(tmp_path / "lock")
    with pytest.raises(BlockingIOError):
        lock.acquire()
    assert not lock.held
    holder.kill()
    holder.wait()
    lock.acquire()
    lock.release()
