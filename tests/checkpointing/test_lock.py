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
