"""What the streaming metrics share: float64 accumulators, merged over replicas by their sums."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite.metrics._arrays import positive_integer


class StreamingMetric(keras.metrics.Metric):
    """A `keras.metrics.Metric` whose state is float64 and whose result is computed by NumPy.

    A subclass adds `accumulator`s, updates them with TensorFlow operations (in any replica
    context; reading them in the cross-replica context sums them over the replicas), and turns
    their values into scores in `compute`. Rows that hold NaN, infinity or a value out of range are
    counted and make the result raise: an update that runs inside a graph cannot.

    Attributes:
        outputs: names of what `compute` returns. One name makes the result a scalar, several a
            dict of scalars.
    """

    outputs = ()

    def __init__(self, name):
        super().__init__(name=name, dtype="float64")
        self.refused_rows = self.accumulator("refused_rows")

    def accumulator(self, name, shape=()):
        """Adds a variable of zeros to the state."""
        return self.add_variable(shape, "zeros", dtype="float64", name=name)

    def accept(self, rows, low=-math.inf, high=math.inf):
        """Returns `rows` with those replaced by zeros, and counted, that are not to be summed."""
        axes = list(range(1, rows.shape.rank))
        valid = tf.math.is_finite(rows) & (rows >= low) & (rows <= high)
        accepted = tf.reduce_all(valid, axes, keepdims=True)
        self.refused_rows.assign_add(tf.reduce_sum(tf.cast(~accepted, tf.float64)))
        return tf.where(accepted, rows, tf.zeros_like(rows))

    def compute(self, **state):
        """Returns a dict of floats by `outputs`, from NumPy values by attribute name."""
        raise NotImplementedError

    def result(self):
        """Returns a float64 scalar, or a dict of them.

        Raises:
            ValueError: if nothing was accumulated, or a row was refused. (Inside a graph the
                error is TensorFlow's, with the same message.)
        """
        names, values = zip(*self._state().items())

        def scores(*values):
            state = dict(zip(names, values))
            self._check_refused(int(state.pop("refused_rows")))
            computed = self.compute(**state)
            return [np.float64(computed[output]) for output in self.outputs]

        if tf.executing_eagerly():
            results = scores(*(value.numpy() for value in values))
        else:
            results = self.graph_results(scores, dict(zip(names, values)))
        return results[0] if len(self.outputs) == 1 else dict(zip(self.outputs, results))

    def graph_results(self, scores, state):
        """Returns a list of scalar tensors, one for each of `outputs`, inside a graph.

        Args:
            scores: function of the values of `state` in NumPy; it checks them, and may raise.
            state: dict of tensors by attribute name.
        """
        results = tf.numpy_function(scores, state.values(), [tf.float64] * len(self.outputs))
        for result in results:
            result.set_shape([])
        return results

    def get_config(self):
        return {"name": self.name}

    def _state(self):
        return {
            name: tf.convert_to_tensor(value.value)
            for name, value in vars(self).items()
            if isinstance(value, keras.Variable)
        }

    def _check_refused(self, count):
        if count:
            raise ValueError(
                f"{type(self).__name__} cannot use NaN, infinity or values out of range. "
                f"Received: {count} such rows since the last reset"
            )


class MeanMetric(StreamingMetric):
    """The mean of one number for each row: what `fit` and `evaluate` can show at every step.

    Args:
        name: name of the metric.
    """

    outputs = ("mean",)

    def __init__(self, name):
        super().__init__(name)
        self.total = self.accumulator("total")
        self.count = self.accumulator("count")

    def add(self, values, sample_weight=None):
        """Adds numbers of shape `[B]`, with weights of the same shape or all alike."""
        values = tf.cast(values, tf.float64)
        weights = tf.ones_like(values)
        if sample_weight is not None:
            weights = weights * tf.cast(tf.convert_to_tensor(sample_weight), tf.float64)
        self.total.assign_add(tf.reduce_sum(weights * values))
        self.count.assign_add(tf.reduce_sum(weights))

    def compute(self, total, count):
        if not count:
            raise ValueError(f"{type(self).__name__} has received no images.")
        return {"mean": total / count}

    def graph_results(self, scores, state):
        # XLA, which `fit` and `evaluate` turn on by themselves, cannot call NumPy. Refused rows are
        # NaN here, and an error once the result is asked for outside.
        mean = state["total"] / state["count"]
        return [tf.where(state["refused_rows"] > 0, tf.constant(math.nan, tf.float64), mean)]


class FeatureSetMetric(StreamingMetric):
    """A metric of two sets of features, which are kept in float32 up to a number of rows.

    For scores of nearest neighbours, which need all pairs: their state cannot be independent of the
    number of rows, so it has a bound. Under several replicas the rows are kept in the order of the
    global batch.

    Args:
        dimension: number of features D.
        max_samples: rows that are kept of each set; one more is an error.
        k: number of neighbours.
        name: name of the metric.
    """

    def __init__(self, dimension, max_samples, k, name):
        super().__init__(name)
        self.dimension = positive_integer(dimension, "dimension")
        self.max_samples = positive_integer(max_samples, "max_samples")
        self.k = positive_integer(k, "k")
        self.real = self._rows("real")
        self.generated = self._rows("generated")
        self.real_count = self.accumulator("real_count")
        self.generated_count = self.accumulator("generated_count")

    def update_state(self, real=None, generated=None):
        """Adds rows of features `[B, D]` of either set, or of both."""
        for rows, kept, count in (
            (real, self.real, self.real_count),
            (generated, self.generated, self.generated_count),
        ):
            if rows is not None:
                rows = self.accept(feature_rows(rows, self.dimension, tf.float32))
                on_first_replica(rows, lambda rows: self._keep(rows, kept, count))

    def compute(self, real, generated, real_count, generated_count):
        for name, count in (("real", real_count), ("generated", generated_count)):
            if count > self.max_samples:
                raise ValueError(
                    f"At most `max_samples` rows of each set are kept. Received: {int(count)} "
                    f"{name} rows, max_samples={self.max_samples}"
                )
            if not count:
                raise ValueError(f"{type(self).__name__} has received no {name} features.")
        return self.compare(real[: int(real_count)], generated[: int(generated_count)])

    def compare(self, real, generated):
        """Returns a dict of floats by `outputs`, from two matrices of features."""
        raise NotImplementedError

    def get_config(self):
        return {
            **super().get_config(),
            "dimension": self.dimension,
            "max_samples": self.max_samples,
            "k": self.k,
        }

    def _rows(self, name):
        shape = (self.max_samples, self.dimension)
        return self.add_variable(shape, "zeros", dtype="float32", name=name)

    def _keep(self, rows, kept, count):
        start = tf.cast(count.value, tf.int64)
        number = tf.shape(rows, tf.int64)[0]
        fitting = tf.minimum(number, tf.maximum(self.max_samples - start, 0))
        positions = tf.range(start, start + fitting)[:, None]
        kept.assign(
            tf.tensor_scatter_nd_update(
                tf.convert_to_tensor(kept.value), positions, rows[:fitting]
            )
        )
        count.assign_add(tf.cast(number, tf.float64))


def feature_rows(features, dimension, dtype=tf.float64, name="features"):
    """Returns features `[B, D]` as a tensor of `dtype`, or raises a ValueError on another shape."""
    features = tf.convert_to_tensor(features)
    if not (features.dtype.is_floating or features.dtype.is_integer):
        raise ValueError(f"`{name}` must hold real numbers. Received: dtype={features.dtype.name}")
    if features.shape.rank != 2 or features.shape[1] not in (None, dimension):
        raise ValueError(
            f"`{name}` must have the shape [B, {dimension}]. Received: shape={features.shape}"
        )
    return tf.ensure_shape(tf.cast(features, dtype), [None, dimension])


def on_first_replica(rows, update):
    """Calls `update` with the rows of all replicas, in their order, on the first replica alone.

    The sum over the replicas is then the first one's state: what a single replica would hold.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        update(rows)
        return
    rows = context.all_gather(rows, axis=0)

    def updated():
        update(rows)
        return True

    tf.cond(context.replica_id_in_sync_group == 0, updated, lambda: False)
