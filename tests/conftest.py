"""Set-up shared by all tests: two logical CPU devices, one strategy, seeds."""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import pytest
import tensorflow as tf

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
