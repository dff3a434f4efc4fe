"""Two processes under MultiWorkerMirroredStrategy."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest

import tfgan_suite

WORKER = """
import json
import tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy()  # before anything else of TensorFlow
import keras
from tfgan_suite import MinimaxGAN, losses, testing

with strategy.scope():
    gan = MinimaxGAN(*testing.mlp_networks(), testing.LATENT_DIM, ema_decay=0.9, seed=7)
    gan.compile(keras.optimizers.SGD(0.01), penalties=[losses.GradientPenalty(1.0)])
data = tf.data.Dataset.from_tensor_slices(testing.points(24)).batch(4, drop_remainder=True)
options = tf.data.Options()
options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
data = data.with_options(options)
history = gan.fit(data, epochs=2, verbose=0, validation_data=data).history
history.pop("images_per_second")
print(json.dumps({
    "replicas": strategy.num_replicas_in_sync,
    "step": gan.step.numpy().item(),
    "history": history,
    "weights": [testing.vector(n).tolist() for n in (gan.generator, gan.discriminator)],
    "average": testing.vector(gan.ema_generator).tolist(),
}))
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def results():
    """What each of two workers printed after the same training."""
    workers = [f"localhost:{free_port()}" for _ in range(2)]
    root = str(pathlib.Path(tfgan_suite.__file__).parents[1])
    processes = []
    for index in range(2):
        task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(task), "PYTHONPATH": root}
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", WORKER],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        outputs = [process.communicate(timeout=300) for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, (_, errors) in zip(processes, outputs, strict=True):
        assert process.returncode == 0, errors[-3000:]
    return [json.loads(output.splitlines()[-1]) for output, _ in outputs]


def test_both_workers_end_with_the_same_weights(results):
    first, second = results
    assert first["replicas"] == 2
    assert first["step"] == second["step"] == 12
    for name in ("weights", "average"):
        assert first[name] == second[name]
    assert np.isfinite(np.concatenate(first["weights"])).all()


def test_both_workers_log_the_same_means(results):
    first, second = (result["history"] for result in results)
    assert {"g_loss", "d_loss", "gradient_penalty", "val_g_loss", "val_d_loss"} <= set(first)
    assert first == second
    assert np.isfinite(list(first.values())).all()
