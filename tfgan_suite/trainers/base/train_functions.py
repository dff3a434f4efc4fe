"""The functions that `fit` and `evaluate` call with an iterator, one execution of steps each."""

import tensorflow as tf

from tfgan_suite.distribution import has_several_workers


class TrainFunctions:
    """Mixin of `Trainer` that overrides how Keras makes its functions, and its flag to stop.

    Keras's loop over `steps_per_execution` hands optional batches from one iteration to the next,
    which a distributed iterator does not know. Here each iteration asks for its own batch; so there
    must be one for each, which `fit` sees to. An evaluation, whose last execution may be shorter,
    is a loop in Python.

    Of several workers Keras exchanges all logs after each step. What a trainer's step returns is
    the same on all replicas already: see `Requests.exchange`.
    """

    def make_train_function(self, force=False):
        """The function that `fit` calls with an iterator; see `keras.Model`."""
        clock = self.stage_clock
        if clock is not None:
            clock.read(self)
        if self.train_function is None or force:
            make = self._train_function
            function = make() if clock is None else clock.train_function(self, make)
            self.train_function = self.requests.heard_by(function)
        return self.train_function

    def make_test_function(self, force=False):
        """The function that `evaluate` calls with an iterator; see `keras.Model`."""
        anew = self.test_function is None or force
        if self.stage_clock is not None:
            self.test_function = self.stage_clock.function("test", self._test_function, anew)
        elif anew:
            self.test_function = self._test_function()
        return self.test_function

    def make_predict_function(self, force=False):
        """The function that `predict` calls with an iterator; see `keras.Model`."""
        if self.stage_clock is None:
            return super().make_predict_function(force)

        def make():
            super(TrainFunctions, self).make_predict_function(force=True)
            return self.predict_function

        anew = self.predict_function is None or force
        self.predict_function = self.stage_clock.function("predict", make, anew)
        return self.predict_function

    def _train_function(self):
        if self._runs_its_own_loop():
            return self._all_steps(self._one_step(self.train_step))
        return self._make_function(self.train_step)

    def _test_function(self):
        if self._runs_its_own_loop():
            function = self._steps_there_are(self._one_step(self.test_step))
        else:
            function = self._make_function(self.test_step)
        return self.requests.heard_by(function)

    @property
    def stop_training(self):
        """Whether `fit` ends after this step or epoch; under several workers, all agree on it."""
        return self.requests.agreed("stop")

    @stop_training.setter
    def stop_training(self, value):
        if value:
            self.requests.ask("stop")
        else:
            self.requests.withdraw("stop")

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras reduces a first batch over the workers to learn its shape, which fails for a batch
        # of images and conditions. A trainer is built from the beginning.
        if not has_several_workers(self.distribute_strategy):
            super()._maybe_symbolic_build(iterator, data_batch)

    def _runs_its_own_loop(self):
        strategy = self.distribute_strategy
        several_replicas = strategy.num_replicas_in_sync > 1
        return several_replicas and (self.steps_per_execution > 1 or has_several_workers(strategy))

    def _one_step(self, step):
        strategy = self.distribute_strategy

        def one(data):
            logs = strategy.run(step, args=(data,))
            return {k: strategy.experimental_local_results(v)[0] for k, v in logs.items()}

        return one if self.run_eagerly else tf.function(one, reduce_retracing=True, autograph=False)

    def _all_steps(self, one):
        def execution(iterator):
            def another(index, logs):
                return index + 1, one(next(iterator))

            start = tf.constant(1), one(next(iterator))
            if self.steps_per_execution == 1:
                return start[1]
            return tf.while_loop(lambda i, _: i < self.steps_per_execution, another, start)[1]

        options = {"reduce_retracing": True, "autograph": False}
        compiled = execution if self.run_eagerly else tf.function(execution, **options)

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
