"""Checkpoints of two processes under MultiWorkerMirroredStrategy."""

import json
import pathlib

import pytest

from tfgan_suite.checkpointing import CheckpointStore, DirectoryLock, format

HERE = pathlib.Path(__file__).parent

# Trains in directories of this worker, `whole-0` and so on, in several ways one after the other.
WORKER = """
import json, os, pathlib, shutil, sys
import tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy()  # before anything else of TensorFlow
import keras
import trainings
from tfgan_suite import testing, trainers
from tfgan_suite.callbacks import Checkpoints
from tfgan_suite.checkpointing import CheckpointStore

root, index = pathlib.Path(sys.argv[1]), json.loads(os.environ["TF_CONFIG"])["task"]["index"]

def train(folder, epochs):
    with strategy.scope():
        networks = testing.mlp_networks()
        gan = trainers.MinimaxGAN(*networks, testing.LATENT_DIM, ema_decay=0.9, seed=7)
        gan.compile(keras.optimizers.Adam(0.01))
    data = tf.data.Dataset.from_tensor_slices(testing.points(16)).batch(4, drop_remainder=True)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    kept = Checkpoints(root / folder, every_steps=2, keep=9)
    gan.fit(data.with_options(options), epochs=epochs, verbose=0, callbacks=[kept])
    return trainings.digests(gan)

try:
    train("shared", 1)
except BlockingIOError as error:
    refused = str(error)
whole = train(f"whole-{index}", 2)
train(f"parts-{index}", 1)
if index == 1:  # as if it had been killed before its last save
    shutil.rmtree(CheckpointStore(root / "parts-1").paths()[-1])
resumed = train(f"parts-{index}", 2)
print(json.dumps({"refused": refused, "whole": whole, "resumed": resumed}))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory, two_workers):
    """The directory in which two workers trained, and what each printed."""
    root = tmp_path_factory.mktemp("workers")
    (root / "shared").mkdir()
    with DirectoryLock(root / "shared" / "training.lock"):  # as another worker would hold it
        outputs = two_workers("-c", WORKER, root, search=[HERE])
    return root, [json.loads(output.splitlines()[-1]) for output in outputs]


@pytest.mark.slow
def test_they_go_on_from_the_newest_checkpoint_that_both_have(results):
    root, printed = results
    for index, worker in enumerate(printed):
        assert worker["resumed"] == worker["whole"]
        paths = CheckpointStore(root / f"parts-{index}").paths()
        steps = [format.verify(path)["step"] for path in paths]
        # Worker 0 had the step 4, and did it again from the 2 with the other.
        assert steps == ([2, 4, 4, 6, 8] if index == 0 else [2, 4, 6, 8])


@pytest.mark.slow
def test_a_directory_of_another_worker_is_refused(results):
    for worker in results[1]:
        assert "Each worker keeps its checkpoints in a directory of its own" in worker["refused"]
