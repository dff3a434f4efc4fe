"""Steps on several replicas where Keras's own loop over them does not serve."""

import tensorflow as tf

from tfgan_suite.distribution import has_several_workers


class Execution:
    """Mixin of `Trainer`: `steps_per_execution` on several replicas, and steps of several workers.

    Keras's loop hands optional batches from one iteration to the next, which a distributed iterator
    does not know. Here each iteration asks for its own batch; so there must be one for each, which
    `fit` sees to. An evaluation, whose last execution may be shorter, is a loop in Python.

    Of several workers Keras exchanges all logs after each step. What a trainer's step returns is
    the same on all replicas already: see `Workers.exchange`.
    """

    def make_train_function(self, force=False):
        """The function that `fit` calls with an iterator; see `keras.Model`."""
        if not self._runs_its_own_loop():
            return super().make_train_function(force)
        if self.train_function is None or force:
            self.train_function = self._all_steps(self._one_step(self.train_step))
        return self.train_function

    def make_test_function(self, force=False):
        """The function that `evaluate` calls with an iterator; see `keras.Model`."""
        if not self._runs_its_own_loop():
            return super().make_test_function(force)
        if self.test_function is None or force:
            self.test_function = self._steps_there_are(self._one_step(self.test_step))
        return self.test_function

    def _runs_its_own_loop(self):
        strategy = self.distribute_strategy
        several_replicas = strategy.num_replicas_in_sync > 1
        return several_replicas and (self.steps_per_execution > 1 or has_several_workers(strategy))

    def _one_step(self, step):
        strategy = self.distribute_strategy

        def one(data):
            logs = strategy.run(step, args=(data,))
            return {k: strategy.experimental_local_results(v)[0] for k, v in logs.items()}

        return one if self.run_eagerly else tf.function(one, reduce_retracing=True)

    def _all_steps(self, one):
        def execution(iterator):
            def another(index, logs):
                return index + 1, one(next(iterator))

            start = tf.constant(1), one(next(iterator))
            if self.steps_per_execution == 1:
                return start[1]
            return tf.while_loop(lambda i, _: i < self.steps_per_execution, another, start)[1]

        compiled = execution if self.run_eagerly else tf.function(execution, reduce_retracing=True)

        def steps(iterator):
            # `train_on_batch` hands over a generator of one batch, which no graph can ask.
            is_dataset = isinstance(iterator, (tf.data.Iterator, tf.distribute.DistributedIterator))
            return compiled(iterator) if is_dataset else one(next(iterator))

        return steps

    def _steps_there_are(self, one):
        def execution(iterator):
            logs = None
            for _ in range(self.steps_per_execution):
                try:
                    logs = one(next(iterator))
                except (StopIteration, tf.errors.OutOfRangeError):
                    break
            if logs is None:
                raise StopIteration
            return logs

        return execution
