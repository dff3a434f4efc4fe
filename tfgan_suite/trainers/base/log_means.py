"""The means behind the logs, all in two variables."""

import keras
import tensorflow as tf


class Means(keras.metrics.Metric):
    """Means of several scalars by name.

    A `keras.metrics.Mean` for each costs some thirty operations of a step; here all of them
    together cost a dozen.

    Args:
        names: names of the scalars.
        name: of the metric.
    """

    def __init__(self, names, name="means"):
        super().__init__(name=name)
        self.names = tuple(names)
        shape = (len(self.names),)
        self.totals = self.add_variable(shape, "zeros", name="totals")
        self.counts = self.add_variable(shape, "zeros", name="counts")

    def update_state(self, values, rows=None):
        """Takes another value of some of the scalars.

        Args:
            values: scalars by name; of the others nothing changes.
            rows: examples behind the values, for means over examples; None for means over calls.

        Raises:
            ValueError: if a name is unknown.
        """
        unknown = set(values) - set(self.names)
        if unknown:
            raise ValueError(
                f"Only {list(self.names)} have means. Received: values of {sorted(unknown)}"
            )
        weight = tf.constant(1.0) if rows is None else tf.cast(rows, tf.float32)
        known = tf.constant([float(name in values) for name in self.names])
        vector = tf.stack([tf.cast(values.get(name, 0.0), tf.float32) for name in self.names])
        # The last batch may leave a replica without examples, and its means are NaN.
        vector = tf.where(weight > 0, weight * vector, tf.zeros_like(vector))
        self.totals.assign_add(vector)
        # Not before the values are there: see `Step`.
        with tf.control_dependencies([vector]):
            self.counts.assign_add(weight * known)

    def result(self):
        """Dict of the means so far by name; 0 where there was no value."""
        return self.of(tf.convert_to_tensor(self.totals), tf.convert_to_tensor(self.counts))

    def of(self, totals, counts):
        """Dict of the means that belong to other values of the two variables."""
        means = tf.math.divide_no_nan(totals, counts)
        return dict(zip(self.names, tf.unstack(means), strict=True))


def exchanged(means, requests, names, tensors=()):
    """What a train or test step returns: the means so far, over all replicas.

    Args:
        means: a `Means`.
        requests: the `Requests` of the trainer's workers, which travel with them.
        names: of the scalars.
        tensors: others whose means over the replicas are taken in the same exchange.

    Returns:
        The logs, a dict, and the list of the other tensors' means.
    """
    sums = [tf.convert_to_tensor(v) for v in (means.totals, means.counts)]
    (totals, counts, *others), requested = requests.exchange([*sums, *tensors])
    found = means.of(totals, counts)
    return {name: found[name] for name in means.names if name in names} | requested, others
