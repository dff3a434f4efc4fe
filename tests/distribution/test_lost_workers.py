"""What is said of a worker that is gone, and what is not taken for that."""

import types

import pytest
import tensorflow as tf

from tfgan_suite.distribution import WorkerLostError, naming_lost_workers, on_chief, tell_workers

# As TensorFlow says it of a worker that was killed, that hangs, and whose chief hangs.
MESSAGES = {
    "Collective ops is aborted by: recvmsg:Connection reset by peer\nAdditional GRPC error "
    "information from remote target /job:worker/replica:0/task:1 while calling /tensorflow.": (
        r"gone \(worker 1\)\. The last.*Received: recvmsg:Connection reset by peer$"
    ),
    "Collective ops is aborted by: Error reported from /job:worker/task:1: The following tasks are "
    "unhealthy\n/job:worker/replica:0/task:1\n/job:worker/replica:0/task:0": r"gone \(worker 1\)\.",
    "Collective ops is aborted by: Deadline Exceeded\nRPC: /tensorflow.CoordinationService": (
        r"gone\. The last checkpoint.*Received: Deadline Exceeded$"
    ),
}


@pytest.fixture
def several():
    """What is asked of a strategy of several workers, of which this is worker 0."""
    extended = types.SimpleNamespace(_in_multi_worker_mode=lambda: True)
    resolver = types.SimpleNamespace(task_type="worker", task_id=0)
    return types.SimpleNamespace(extended=extended, cluster_resolver=resolver)


@pytest.mark.parametrize("message", MESSAGES)
def test_another_worker_is_named(message, several):
    with pytest.raises(WorkerLostError, match=MESSAGES[message]):
        with naming_lost_workers(several):
            raise tf.errors.UnavailableError(None, None, message)


def test_other_errors_are_what_they_are(several):
    with pytest.raises(tf.errors.InvalidArgumentError, match="shapes"):
        with naming_lost_workers(several):
            raise tf.errors.InvalidArgumentError(None, None, "shapes do not match")


def test_without_others_nobody_is_lost():
    with pytest.raises(tf.errors.UnavailableError):
        with naming_lost_workers(tf.distribute.get_strategy()):
            raise tf.errors.UnavailableError(None, None, next(iter(MESSAGES)))


def test_one_worker_is_the_chief_and_agrees_with_itself():
    strategy = tf.distribute.get_strategy()
    assert tell_workers(strategy, {"a": 1}) == {"a": 1}
    assert on_chief(strategy, lambda: 3) == 3
