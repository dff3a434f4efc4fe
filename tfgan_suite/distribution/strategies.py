"""Strategies by name."""

import os
import pathlib
import socket
import warnings

import tensorflow as tf

from tfgan_suite.distribution.cluster import find_cluster
from tfgan_suite.distribution.loopback import is_local, keep_to_loopback
from tfgan_suite.registration import public

STRATEGIES = ("auto", "one", "mirrored", "multi_worker", "tpu")
_SECONDS = 5.0  # to reach a TPU by its address


@public
def get_strategy(name="auto"):
    """Returns a `tf.distribute.Strategy` by name.

    To be called before anything else of TensorFlow: GPUs are then set to take memory as they need
    it, which cannot be changed once they are in use, and `"multi_worker"` cannot be had any more.

    Args:
        name: one of

            - `"one"`: the default strategy, one device;
            - `"mirrored"`: synchronous training on all GPUs of this machine, or on all logical CPUs
              if there are several;
            - `"multi_worker"`: synchronous training by several processes, each with all GPUs that
              it sees or its CPU: those of the environment variable TF_CONFIG, or without it the
              tasks of a Slurm step (`srun`). It waits until all of them are there, however long;
            - `"tpu"`: the TPU of this machine, or the one whose name or address `grpc://HOST:PORT`
              is in the environment variable TPU_NAME;
            - `"auto"`: multi_worker if TF_CONFIG or Slurm names several workers, else mirrored with
              more than one GPU, else one;

            or a strategy, which is returned as it is.

    Raises:
        ValueError: if the name is unknown, TF_CONFIG or Slurm's variables do not describe a cluster
            with this process in it, TensorFlow was used before several workers could be connected,
            or there is no TPU.
    """
    if isinstance(name, tf.distribute.Strategy):
        return name
    if name not in STRATEGIES:
        raise ValueError(f"`strategy` must be one of {STRATEGIES}. Received: strategy={name!r}")
    if name == "tpu":
        return _tpu()
    cluster = find_cluster() if name in ("auto", "multi_worker") else None
    if name == "multi_worker" and cluster is None:
        raise ValueError(
            "Several workers are described by the environment variable TF_CONFIG, by Slurm to the "
            "tasks of `srun`, or by `python -m tfgan_suite launch --workers N train ...`. "
            "Received: strategy='multi_worker' with none of them"
        )
    _grow_memory()
    if name == "multi_worker" or (cluster is not None and cluster.size > 1):
        return _multi_worker(cluster)
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored":
        devices = gpus or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    if name == "auto" and len(gpus) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def xla_by_default(strategy):
    """Whether XLA is worth it: on one GPU, where it was measured to win. On a CPU it loses.

    Nor where TensorFlow is asked for deterministic operations, which Keras does not compile.
    """
    one_gpu = bool(tf.config.list_logical_devices("GPU")) and strategy.num_replicas_in_sync == 1
    return one_gpu and not _wants_determinism()


def _wants_determinism():
    from tensorflow.python.framework.config import is_op_determinism_enabled

    return is_op_determinism_enabled()


def describe_devices():
    """What this process computes on, for the record.

    Returns:
        List of dicts with the `name` of each logical device; of a GPU what its driver tells too,
        such as `device_name` and `compute_capability`.
    """
    physical = {kind: tf.config.list_physical_devices(kind) for kind in ("CPU", "GPU", "TPU")}
    found = []
    for device in tf.config.list_logical_devices():
        details = {}
        same = physical.get(device.device_type, ())
        index = int(device.name.rpartition(":")[2])
        if device.device_type == "GPU" and index < len(same):
            details = tf.config.experimental.get_device_details(same[index])
        found.append({"name": device.name, **details})
    return found


def _grow_memory():
    """Lets GPUs take memory as they need it, not all of it at once."""
    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            if not tf.config.experimental.get_memory_growth(gpu):
                tf.config.experimental.set_memory_growth(gpu, True)
        except (RuntimeError, ValueError) as error:
            warnings.warn(
                f"{gpu.name} keeps all of its memory for this process: `get_strategy` must be "
                f"called before TensorFlow has used a GPU to change that ({error})."
            )


def _multi_worker(cluster):
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=cluster.resolver())
    except RuntimeError as error:
        raise ValueError(
            "Several workers are connected before anything else of TensorFlow is used: call "
            "`get_strategy` first in the program. "
            f"Received: strategy='multi_worker' after TensorFlow had begun ({error})"
        ) from error
    if is_local(cluster.addresses):
        keep_to_loopback(int(cluster.address.rpartition(":")[2]))
    return strategy


def _tpu():
    address = os.environ.get("TPU_NAME", "").strip()
    if not address and not _has_local_tpu():
        raise ValueError(
            "There is no TPU here: no device /dev/accel* or /dev/vfio/*, and the environment "
            "variable TPU_NAME does not name another one. Received: strategy='tpu'"
        )
    if address.startswith("grpc://"):
        _check_reachable(address)
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=address or "local")
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, OSError, tf.errors.OpError) as error:
        first = str(error).partition("\n")[0]
        raise ValueError(
            f"The TPU {address or 'of this machine'} cannot be used: {first}. "
            f"Received: strategy='tpu', TPU_NAME={address!r}"
        ) from error
    return tf.distribute.TPUStrategy(resolver)


def _has_local_tpu():
    devices = pathlib.Path("/dev")
    return any(devices.glob("accel*")) or any(devices.glob("vfio/[0-9]*"))


def _check_reachable(address):
    """TensorFlow would wait for an address where nobody answers."""
    host, _, port = address.removeprefix("grpc://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ValueError(
            f"No TPU answers at the address in TPU_NAME within {_SECONDS:g} s: {error}. "
            f"Received: strategy='tpu', TPU_NAME={address!r}"
        ) from error
