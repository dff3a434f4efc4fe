"""Several processes that train together: who is the chief, what all agree on, who is gone."""

import contextlib
import functools
import json
import re

import numpy as np
import tensorflow as tf

# In every message of a collective operation that a lost peer has ended.
_ABORTED = "Collective ops is aborted"


class WorkerLostError(ConnectionError):
    """Another worker of this training has died, or cannot be reached any more."""


def has_several_workers(strategy):
    """Whether `strategy` spans several processes, each with devices of its own."""
    return bool(getattr(strategy.extended, "_in_multi_worker_mode", lambda: False)())


def worker_count(strategy):
    """The number of processes that train together."""
    if not has_several_workers(strategy):
        return 1
    return sum(map(len, strategy.cluster_resolver.cluster_spec().as_dict().values()))


def worker_index(strategy):
    """Number of this process among the workers, in 0..N-1; the chief is 0."""
    if not has_several_workers(strategy):
        return 0
    resolver = strategy.cluster_resolver
    chiefs = len(resolver.cluster_spec().as_dict().get("chief", ()))
    return resolver.task_id + (0 if resolver.task_type == "chief" else chiefs)


def is_chief(strategy):
    """Whether this process is the worker that writes what all have made; true without others."""
    return worker_index(strategy) == 0


def sum_over_workers(strategy, values):
    """Sums of numbers over all workers, who must all call it at the same point.

    Args:
        strategy: of several workers, or of one: then the values come back.
        values: sequence of ints, as many on every worker.

    Returns:
        Integer array of the sums.

    Raises:
        WorkerLostError: if another worker is gone.
    """
    values = np.asarray(values, np.int32)
    if not has_several_workers(strategy):
        return values
    with naming_lost_workers(strategy):
        return _summing(strategy)(tf.constant(values)).numpy()


@functools.cache
def _summing(strategy):
    replicas = len(strategy.extended.worker_devices)  # of this worker

    def of_replica(values):
        context = tf.distribute.get_replica_context()
        is_first = context.replica_id_in_sync_group % replicas == 0
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.where(is_first, values, 0))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)], autograph=False)
    def total(values):
        return strategy.experimental_local_results(strategy.run(of_replica, args=(values,)))[0]

    return total


def gather_from_workers(strategy, number):
    """An int of every worker, as a list in their order; all must call it at the same point.

    Raises:
        WorkerLostError: if another worker is gone.
    """
    numbers = np.zeros(worker_count(strategy), np.int32)
    numbers[worker_index(strategy)] = number
    return sum_over_workers(strategy, numbers).tolist()


def tell_workers(strategy, value):
    """What the chief has to say, on every worker; all must call it at the same point.

    Args:
        strategy: of several workers, or of one: then the value comes back.
        value: what JSON can hold; that of workers other than the chief is not looked at.

    Returns:
        The chief's value.

    Raises:
        WorkerLostError: if another worker is gone.
    """
    if not has_several_workers(strategy):
        return value
    text = json.dumps(value).encode() if is_chief(strategy) else b""
    (length,) = sum_over_workers(strategy, [len(text)])
    message = np.zeros(length, np.int32)
    message[: len(text)] = np.frombuffer(text, np.uint8)
    return json.loads(bytes(sum_over_workers(strategy, message).astype(np.uint8)))


def on_chief(strategy, function):
    """Calls a function on the chief alone, for which the others wait; all must call it.

    Args:
        strategy: of several workers, or of one: then the function is simply called.
        function: called without arguments; returns what JSON can hold. It must not need the other
            workers: no operation of a distributed variable.

    Returns:
        What the function has returned, on every worker.

    Raises:
        ValueError: on the other workers, if the function raises a ValueError or an OSError, which
            it then does on the chief.
        WorkerLostError: if another worker is gone.
    """
    if not has_several_workers(strategy):
        return function()
    said, raised = {}, None
    if is_chief(strategy):
        try:
            said = {"value": function()}
        except (ValueError, OSError) as error:
            said, raised = {"error": str(error)}, error
    said = tell_workers(strategy, said)
    if raised is not None:
        raise raised
    if "error" in said:
        raise ValueError(f"Worker 0, the chief, has ended with: {said['error']}")
    return said["value"]


@contextlib.contextmanager
def naming_lost_workers(strategy):
    """Raises WorkerLostError in place of what TensorFlow raises when another worker is gone.

    A worker that was killed is noticed by the next operation that needs it; one that has stopped
    or cannot be reached, when its heartbeats are missed, which TensorFlow waits 10 s for.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if not has_several_workers(strategy) or _ABORTED not in str(error):
            raise
        resolver = strategy.cluster_resolver
        here = f"{resolver.task_type} {resolver.task_id}"
        raise WorkerLostError(_words(str(error), here)) from None


def _words(message, here):
    cause = message.partition(_ABORTED)[2].removeprefix(" by: ").partition("\n")[0]
    lost = re.findall(r"/job:\w+/(?:replica:\d+/)?task:\d+", message)
    lost = [re.sub(r"/job:(\w+)/.*task:(\d+)", r"\1 \2", name) for name in lost]
    lost = sorted({name for name in lost if name != here})
    return (
        "Another worker of this training is gone"
        + (f" ({', '.join(lost)})" if lost else "")
        + ". The last checkpoint is as it was written: start all workers again with the same "
        f"command, and they go on from it. Received: {cause.strip() or 'no answer'}"
    )
