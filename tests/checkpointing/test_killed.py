"""A training killed at random moments costs the work since its last checkpoint, nothing else."""

import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]
HERE = pathlib.Path(__file__).parent

# Trains in a directory, prints a line for each step, and the digests of the state at the end.
TRAIN = """
import json, sys
sys.path.insert(0, sys.argv[2])
import keras
import trainings
from tfgan_suite import callbacks

class Line(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print(int(self.model.step), flush=True)

trainer = trainings.train("lazy_r1", sys.argv[1], epochs=10, extra=[Line()], every_steps=3)
print(json.dumps(trainings.digests(trainer)))
"""


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-W", "error::UserWarning", "-c", TRAIN, folder, HERE],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_thirty_random_moments(tmp_path):
    out, err = start(tmp_path / "whole").communicate()
    assert err == "" or "Traceback" not in err, err
    *steps, digests = out.splitlines()
    assert [int(step) for step in steps] == list(range(1, 41))
    generator = np.random.default_rng(0)
    kills, attempt, reached = 0, 0, 0
    while kills < 30:
        process = start(tmp_path / str(attempt))
        # After some steps, and at any moment of the next one or of a save.
        wanted = int(generator.integers(1, 12))
        seen = []
        for _, line in zip(range(wanted), process.stdout):
            seen.append(line.strip())
        time.sleep(float(generator.uniform(0.0, 0.05)))
        process.kill()
        rest, err = process.communicate()
        seen += rest.splitlines()
        if seen and seen[-1].startswith("{"):  # it came to the end before it was killed
            assert json.loads(seen[-1]) == json.loads(digests)
            attempt, reached = attempt + 1, 0
            continue
        assert "Traceback" not in err, err
        kills += 1
        steps = [int(line) for line in seen if line.isdigit()]
        # At most the steps since the last save come again (3 steps, or the end of an epoch of 4).
        assert not steps or steps[0] > reached - 3, (steps, reached)
        reached = steps[-1] if steps else reached
    out, err = start(tmp_path / str(attempt)).communicate()
    assert json.loads(out.splitlines()[-1]) == json.loads(digests), err
