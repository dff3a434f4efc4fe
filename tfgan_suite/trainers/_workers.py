"""What the workers of a training do alike: one exchange for all logs, common decisions."""

import tensorflow as tf

from tfgan_suite.distribution import has_several_workers, mean_over_replicas, sum_over_workers

# What a worker may ask all others for: to end, to save, to end because of a signal.
REQUESTS = ("stop", "save", "SIGINT", "SIGTERM")

_ASKED = "_asked"  # among the logs of a step: of how many workers, as a fraction


class Workers:
    """Mixin of `Trainer`: logs and requests of several workers.

    Workers wait for each other in every step. One that stops or saves by itself, because its clock
    or a signal says so, would leave the others waiting: what one asks for is done by all after the
    same step, the next one, and at the end of an epoch at once.

    Keras reduces every log of every step over the workers in an exchange of its own, twice. Here
    logs, requests and BatchNorm's statistics of a step are one vector: an exchange takes about 2 ms
    however small it is (two processes on one machine, one core each).
    """

    def create_requests(self):
        """Creates what tells the step about requests; to be called in no strategy's scope."""
        if has_several_workers(self.distribute_strategy):
            zeros = tf.zeros([len(REQUESTS)])
            with tf.device("CPU:0"):
                self.__dict__["_requests_in_step"] = tf.Variable(zeros, trainable=False)

    # --- Requests -------------------------------------------------------------------------------

    _asked = _agreed = frozenset()

    def ask(self, request):
        """Asks all workers for one of `REQUESTS`; without others it is agreed at once."""
        self._asked |= {request}
        if not has_several_workers(self.distribute_strategy):
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
        self._learn(sum_over_workers(self.distribute_strategy, asked))

    def _learn(self, counts):
        self._agreed |= {request for request, count in zip(REQUESTS, counts) if count > 0}

    @property
    def stop_training(self):
        """Whether `fit` ends after this step or epoch; under several workers, all agree on it."""
        return self.agreed("stop")

    @stop_training.setter
    def stop_training(self, value):
        if value:
            self.ask("stop")
        else:
            self.withdraw("stop")

    # --- The exchange ---------------------------------------------------------------------------

    def exchange(self, tensors):
        """Means of float tensors over all replicas, and what the workers ask for, in a step.

        Returns:
            The list of the means, and a dict to be joined to the logs.
        """
        if not has_several_workers(self.distribute_strategy):
            return mean_over_replicas(tensors), {}
        asked, *means = mean_over_replicas([self._requests_in_step, *tensors])
        return means, {_ASKED: asked}

    def make_train_function(self, force=False):
        """As `Execution` does; the function learns what is asked for."""
        if self.train_function is None or force:
            super().make_train_function(force)
            self.train_function = self._with_requests(self.train_function)
        return self.train_function

    def make_test_function(self, force=False):
        """As `Execution` does; the function learns what is asked for."""
        if self.test_function is None or force:
            super().make_test_function(force)
            self.test_function = self._with_requests(self.test_function)
        return self.test_function

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras reduces a first batch over the workers to learn its shape, which fails for a batch
        # of images and conditions. A trainer is built from the beginning.
        if not has_several_workers(self.distribute_strategy):
            super()._maybe_symbolic_build(iterator, data_batch)

    def _with_requests(self, function):
        if not has_several_workers(self.distribute_strategy):
            return function

        def learning(iterator):
            self._requests_in_step.assign([float(request in self._asked) for request in REQUESTS])
            logs = dict(function(iterator))
            self._learn(logs.pop(_ASKED).numpy())
            return logs

        return learning
