"""Strategies by name, the arithmetic of global batches, rows that differ between replicas."""

import collections

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_suite import distribution, get_strategy, launching
from tfgan_suite.distribution import strategies
from tfgan_suite.latents import stateless_rows

Device = collections.namedtuple("Device", "name")
SEED = tf.constant([3, 8], tf.int64)


@pytest.fixture
def fake_gpus(monkeypatch):
    """Returns a function that lets TensorFlow seem to have `n` GPUs."""

    def fake(n):
        devices = {
            "GPU": [Device(f"/device:GPU:{i}") for i in range(n)],
            "CPU": [Device("/device:CPU:0")],
        }
        monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: devices[kind])

    return fake


@pytest.fixture
def made(monkeypatch):
    """The arguments with which `tf.distribute.MirroredStrategy` is called; it is not made."""
    calls = []
    monkeypatch.setattr(
        tf.distribute, "MirroredStrategy", lambda *args: calls.append(args) or "made"
    )
    return calls


@pytest.mark.parametrize("name", ["one", "auto"])
def test_one_device_has_the_default_strategy(name):
    assert get_strategy(name) is tf.distribute.get_strategy()


def test_a_strategy_is_returned_as_it_is(two_replicas):
    assert get_strategy(two_replicas) is two_replicas


def test_mirrored_without_a_gpu_takes_all_logical_cpus(made):
    assert get_strategy("mirrored") == "made"
    assert made == [(["/device:CPU:0", "/device:CPU:1"],)]


@pytest.mark.parametrize("name", ["mirrored", "auto"])
def test_several_gpus_are_mirrored(name, made, fake_gpus):
    fake_gpus(2)
    assert get_strategy(name) == "made"
    assert made in ([(["/device:GPU:0", "/device:GPU:1"],)], [()])  # no argument: all GPUs


def test_auto_does_not_mirror_a_single_gpu(made, fake_gpus):
    fake_gpus(1)
    assert get_strategy("auto") is tf.distribute.get_strategy()
    assert not made


@pytest.mark.parametrize("name", ["gpu", "", None, 2])
def test_an_unknown_strategy_lists_the_known_ones(name):
    with pytest.raises(ValueError, match="`strategy` must be one of .*'mirrored'.*strategy="):
        get_strategy(name)


def test_without_a_tpu_it_is_said_what_is_missing(monkeypatch):
    monkeypatch.delenv("TPU_NAME", raising=False)
    monkeypatch.setattr(strategies, "_has_local_tpu", lambda: False)
    with pytest.raises(ValueError, match="no device /dev/accel.*TPU_NAME does not name"):
        get_strategy("tpu")


@pytest.mark.parametrize("address", ["grpc://localhost:{}", "grpc://localhost", "grpc://:x"])
def test_a_tpu_that_does_not_answer_is_named(address, monkeypatch):
    (port,) = launching.free_ports(1)
    monkeypatch.setenv("TPU_NAME", address.format(port))
    with pytest.raises(ValueError, match="No TPU answers at the address.*TPU_NAME='grpc://"):
        get_strategy("tpu")


@pytest.fixture
def growing(monkeypatch):
    """Lets there be two GPUs; returns the calls that let their memory grow."""
    gpus = [Device("/physical_device:GPU:0"), Device("/physical_device:GPU:1")]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: gpus)
    calls, experimental = [], tf.config.experimental
    monkeypatch.setattr(experimental, "get_memory_growth", lambda gpu: False)
    monkeypatch.setattr(experimental, "set_memory_growth", lambda *call: calls.append(call))
    return calls


def test_gpus_take_memory_as_they_need_it(growing):
    get_strategy("one")
    assert [(gpu.name, grows) for gpu, grows in growing] == [
        ("/physical_device:GPU:0", True),
        ("/physical_device:GPU:1", True),
    ]


def test_it_is_said_when_it_is_too_late_for_that(growing, monkeypatch):
    def too_late(gpu, grows):
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", too_late)
    with pytest.warns(UserWarning, match="must be called before TensorFlow has used a GPU"):
        get_strategy("one")


def test_the_devices_are_listed_for_the_record():
    assert distribution.describe_devices() == [
        {"name": "/device:CPU:0"},
        {"name": "/device:CPU:1"},
    ]


def test_xla_is_the_default_on_one_gpu_alone(fake_gpus, two_replicas):
    one = tf.distribute.get_strategy()
    fake_gpus(0)
    assert distribution.xla_by_default(one) is False
    fake_gpus(1)
    assert distribution.xla_by_default(one) is True
    fake_gpus(2)
    assert distribution.xla_by_default(two_replicas) is False


@pytest.mark.parametrize("batch_size", [2, 64, None])
def test_a_batch_that_divides_passes(batch_size, two_replicas):
    distribution.check_global_batch(batch_size, two_replicas)


def test_a_batch_that_does_not_divide_is_refused(two_replicas):
    with pytest.raises(ValueError, match=r"number of replicas \(2\).*Received: batch_size=33"):
        distribution.check_global_batch(33, two_replicas)


def test_every_batch_divides_by_one():
    distribution.check_global_batch(33, tf.distribute.get_strategy())


@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize("row_shape", [[4], [1, 1, 1]], ids=str)
def test_on_one_device_the_rows_are_the_whole_batch(kind, row_shape):
    rows = distribution.replica_rows(6, row_shape, SEED, kind)
    np.testing.assert_array_equal(rows, stateless_rows([6, *row_shape], SEED, kind))


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("row_shape", [[4], [2, 3, 1]], ids=str)
def test_replicas_share_one_batch_out_among_them(row_shape, dynamic, two_replicas):
    def draw():
        rows = tf.shape(tf.zeros([3]))[0] if dynamic else 3
        return distribution.replica_rows(rows, row_shape, SEED, "normal")

    shares = two_replicas.experimental_local_results(tf.function(lambda: two_replicas.run(draw))())
    whole = stateless_rows([6, *row_shape], SEED, "normal")
    np.testing.assert_allclose(np.concatenate(shares), whole, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scope", ["one", "two"])
def test_rows_have_a_static_shape(scope, two_replicas):
    strategy = two_replicas if scope == "two" else tf.distribute.get_strategy()
    shapes = []

    @tf.function
    def step():
        strategy.run(lambda: shapes.append(distribution.replica_rows(3, [4], SEED).shape))

    step()
    assert {tuple(shape) for shape in shapes} == {(3, 4)}


def test_assign_all_on_one_device():
    variables = [keras.Variable(0.0), keras.Variable([0.0, 0.0])]
    distribution.assign_all(variables, [tf.constant(1.0), tf.constant([2.0, 3.0])])
    assert float(variables[0]) == 1.0
    np.testing.assert_array_equal(variables[1], [2.0, 3.0])


def test_assign_all_gives_each_replica_its_own_value(two_replicas):
    """As the statistics of BatchNorm have them; equal values stay equal."""
    with two_replicas.scope():
        variables = [keras.Variable(0.0), keras.Variable([0.0, 0.0])]

    def step():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        values = [tf.constant(5.0), tf.cast(tf.stack([replica, replica]), tf.float32)]
        distribution.assign_all(variables, values)

    tf.function(lambda: two_replicas.run(step))()
    first, second = (two_replicas.experimental_local_results(v.value) for v in variables)
    np.testing.assert_array_equal(first, [5.0, 5.0])
    np.testing.assert_array_equal(second, [[0.0, 0.0], [1.0, 1.0]])
