"""The example of the page on resuming, killed and started again."""

import os
import re
import subprocess
import sys
import time

import documents
import pytest

# What is added to the script: the same first weights each time, as it gives its networks no seed;
# and all that it has trained, as a digest.
SEED = "import keras\n\nkeras.utils.set_random_seed(1)\n"
DIGEST = """
import hashlib

state = b"".join(v.numpy().tobytes() for v in gan.variables)
print(hashlib.sha256(state).hexdigest())
"""
SECONDS = 300  # within which the first checkpoint must be there


def script():
    """The example, of six epochs, with a checkpoint in the middle of each."""
    (block,) = [b for b in documents.blocks(documents.ROOT / "docs/resume.md") if b.twice]
    code = re.sub(r"\bepochs=\d+", "epochs=6", block.code)
    return re.sub(r"\bevery_steps=\d+", "every_steps=10", SEED + code) + DIGEST


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-c", script()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def digest(process):
    output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    return output.splitlines()[-1]


@pytest.mark.slow
def test_it_ends_as_if_it_had_not_been_killed(tmp_path):
    folders = [tmp_path / name for name in ("whole", "killed")]
    for folder in folders:
        folder.mkdir()
    expected = digest(start(folders[0]))
    checkpoints = folders[1] / "runs/x/training"
    with start(folders[1]) as process:
        end = time.monotonic() + SECONDS
        while not list(checkpoints.glob("checkpoint-*")):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.05)
        process.kill()
        process.communicate()
    assert process.returncode < 0
    assert digest(start(folders[1])) == expected
