"""What the workers of a training ask one another for: to end, to save."""

import tensorflow as tf

from tfgan_suite.distribution import has_several_workers, mean_over_replicas, sum_over_workers

# What a worker may ask all others for: to end, to save, to end because of a signal.
REQUESTS = ("stop", "save", "SIGINT", "SIGTERM")

_ASKED = "_asked"  # among the logs of a step: of how many workers, as a fraction


class Requests:
    """Requests of several workers, and the exchange in which a step carries them.

    Workers wait for each other in every step. One that stops or saves by itself, because its clock
    or a signal says so, would leave the others waiting: what one asks for is done by all after the
    same step, the next one, and at the end of an epoch at once.

    Keras reduces every log of every step over the workers in an exchange of its own, twice. Here
    logs, requests and BatchNorm's statistics of a step are one vector: an exchange takes about 2 ms
    however small it is (two processes on one machine, one core each).

    To be made in no strategy's scope.

    Args:
        strategy: the trainer's `tf.distribute.Strategy`.
    """

    def __init__(self, strategy):
        self.strategy = strategy
        self.several = has_several_workers(strategy)
        self._asked = self._agreed = frozenset()
        if self.several:
            with tf.device("CPU:0"):
                self._in_step = tf.Variable(tf.zeros([len(REQUESTS)]), trainable=False)

    def ask(self, request):
        """Asks all workers for one of `REQUESTS`; without others it is agreed at once."""
        self._asked |= {request}
        if not self.several:
            self._agreed |= {request}

    def agreed(self, request):
        """Whether any worker has asked for one of `REQUESTS`, the same on all of them."""
        return request in self._agreed

    def withdraw(self, *requests):
        """Takes requests back that were fulfilled; to be called by all workers."""
        self._asked -= set(requests)
        self._agreed -= set(requests)

    def agree(self):
        """Learns what the others have asked for; to be called by all workers, between steps."""
        asked = [request in self._asked for request in REQUESTS]
        self._learn(sum_over_workers(self.strategy, asked))

    def _learn(self, counts):
        self._agreed |= {request for request, count in zip(REQUESTS, counts) if count > 0}

    # --- In the steps ---------------------------------------------------------------------------

    def exchange(self, tensors):
        """Means of float tensors over all replicas, and what the workers ask for, in a step.

        Returns:
            The list of the means, and a dict to be joined to the logs.
        """
        if not self.several:
            return mean_over_replicas(tensors), {}
        asked, *means = mean_over_replicas([self._in_step, *tensors])
        return means, {_ASKED: asked}

    def heard_by(self, function):
        """A train or test function that learns from each of its steps what is asked for."""
        if not self.several:
            return function

        def learning(iterator):
            self._in_step.assign([float(request in self._asked) for request in REQUESTS])
            logs = dict(function(iterator))
            self._learn(logs.pop(_ASKED).numpy())
            return logs

        return learning
