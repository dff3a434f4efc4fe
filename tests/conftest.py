"""Set-up shared by all tests: two logical CPU devices, one strategy, seeds."""

import json
import os
import pathlib
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import networks, trainers
from tfgan_suite.launching import free_ports

# Before anything else touches TensorFlow: the devices cannot be split once they are in use.
_cpu, *_ = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(_cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@pytest.fixture(scope="session")
def two_replicas():
    """The one MirroredStrategy of the session: several in one process collide."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture(autouse=True)
def fresh_state():
    """Every test starts from the same seeds and leaves no dtype policy behind."""
    keras.utils.set_random_seed(1234)
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


@pytest.fixture
def make_trainer():
    """Returns a function from the shape of an example to a compiled trainer of small MLPs."""

    def make(shape=(8, 8, 1), run_eagerly=True, **options):
        generator = networks.mlp.build_generator(shape, 5, (8,), seed=1)
        discriminator = networks.mlp.build_discriminator(shape, (8,), seed=2)
        options = {"ema_decay": 0.5, "seed": 3, **options}
        trainer = trainers.ModifiedMinimaxGAN(generator, discriminator, 5, **options)
        # Plain gradient descent in large steps: every epoch changes the pictures. Eager, as a few
        # small steps take less time than their tracing.
        trainer.compile(
            keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5), run_eagerly=run_eagerly
        )
        return trainer

    return make


@pytest.fixture
def real_examples():
    """Returns a function from the shape of an example to 32 examples in [-1, 1]."""

    def make(shape=(8, 8, 1)):
        return np.random.default_rng(0).uniform(-1.0, 1.0, (32, *shape)).astype(np.float32)

    return make


ROOT = pathlib.Path(__file__).parents[1]


def _environment(*search, **variables):
    path = os.pathsep.join(map(str, (*search, ROOT)))
    return {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", **variables}


@pytest.fixture(scope="session")
def two_workers():
    """Returns a function that runs a program in two processes, the workers of one cluster.

    Its arguments are those of Python; `search` are folders in which the program finds modules.
    Returns what each process has printed.
    """

    def run(*arguments, search=(), timeout=600):
        workers = [f"localhost:{port}" for port in free_ports(2)]
        processes = []
        for index in range(2):
            task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
            processes.append(
                subprocess.Popen(
                    [sys.executable, *arguments],
                    env=_environment(*search, TF_CONFIG=json.dumps(task)),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        try:
            outputs = [process.communicate(timeout=timeout) for process in processes]
        finally:
            for process in processes:
                process.kill()
        for process, (_, errors) in zip(processes, outputs, strict=True):
            assert process.returncode == 0, errors[-3000:]
        return [output for output, _ in outputs]

    return run


@pytest.fixture(scope="session")
def kill():
    """Returns a function that runs a program which kills trainings at random moments."""

    def run(program, folder, kills, seed):
        done = subprocess.run(
            [sys.executable, "-W", "error::UserWarning", program, folder, str(kills), seed],
            env=_environment(),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        print(done.stdout)
        assert f"{kills} kills" in done.stdout

    return run


@pytest.fixture(scope="session")
def real_data():
    """Returns a function from a name to its path in the folder of real image files."""
    folder = os.environ.get("TFGAN_SUITE_TEST_DATA")

    def path(name):
        if not folder:
            pytest.skip(f"TFGAN_SUITE_TEST_DATA is not set: {name!r} is not tested")
        return os.path.join(folder, name)

    return path


@pytest.fixture(scope="session")
def mnist_dir(real_data, tmp_path_factory):
    """A folder for TFDS into which the files of MNIST were put by hand; prepared by the first use."""
    root = tmp_path_factory.mktemp("tfds")
    manual = root / "downloads" / "manual"
    manual.mkdir(parents=True)
    for file in pathlib.Path(real_data("mnist")).iterdir():
        (manual / file.name).symlink_to(file)
    return root
