"""Labels of training data: checked before a network looks them up."""

import contextlib
import re

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import conditions
from tfgan_suite.batches import Batches

# What TensorFlow says, on a CPU, of an index for which a table has no row.
_OUT_OF_RANGE = re.compile(r"\] = (-?\d+) is not in \[0, (\d+)\)")


class Labelled:
    """Mixin of trainers of labelled images: `num_classes`, and checks of the labels.

    A table of embeddings has no row for a label out of range; what it then gives depends on the
    device: an error from deep inside TensorFlow, zeros, or for negative labels another class's row.
    """

    # Number of classes; None where conditions are other vectors.
    num_classes = None

    def find_classes(self, networks, given):
        """The number of classes of the networks' labels.

        Args:
            networks: those that take a condition.
            given: K where they take one-hot labels, or None.

        Raises:
            ValueError: if `given` is not what the networks have.
        """
        found = []
        for network in networks:
            if conditions.takes_labels(network):
                found.append(conditions.classes_of_layers(network))
            elif given is not None:
                found.append(network.inputs[1].shape[-1])
        known = [classes for classes in found if classes is not None]
        if given is not None and any(classes != given for classes in known):
            raise ValueError(
                f"`num_classes` must be that of the networks' labels, {min(known)}. "
                f"Received: num_classes={given!r}"
            )
        return given or min(known, default=None)

    def check_batch(self, x, y, groups):
        """Raises ValueError unless a batch fits the networks: images, and labels beside them."""
        super().check_batch(x, y, groups)
        network = next(n for n in (self.generator, self.discriminator) if len(n.inputs) > 1)
        wanted, lead = network.inputs[1], 1 if groups == 1 else 2
        shape, row = tuple(y.shape), tuple(wanted.shape)[1:]
        integers = keras.backend.is_int_dtype(wanted.dtype)
        known = ((), (1,)) if integers else (row,)
        if integers != y.dtype.is_integer or shape[lead:] not in known:
            within = f" in [0, {self.num_classes})" if self.num_classes else ""
            kind = f"integer labels of shape (N,){within}" if integers else f"vectors (N, {row[0]})"
            raise ValueError(
                f"The network {network.name!r} takes {kind} beside its first input. Received: a "
                f"condition of shape {shape} and dtype {y.dtype.name}"
            )

    def fit(self, x=None, y=None, **kwargs):
        """As `GAN.fit`; also raises ValueError for a label that is not in [0, num_classes)."""
        with self.naming_labels():
            return super().fit(self.with_checked_labels(x, y), y, **kwargs)

    def evaluate(self, x=None, y=None, **kwargs):
        """As `GAN.evaluate`; also raises ValueError for a label that is not in [0, num_classes)."""
        with self.naming_labels():
            return super().evaluate(self.with_checked_labels(x, y), y, **kwargs)

    def train_on_batch(self, x, y=None, **kwargs):
        """As `keras.Model.train_on_batch`; also raises ValueError for a label out of range."""
        return super().train_on_batch(self.with_checked_labels(x, y), y, **kwargs)

    def with_checked_labels(self, x, y):
        """The data `x`, whose labels, where it has them, are checked on their way; and checks `y`.

        Raises:
            ValueError: if a label in the array `y` is out of range.
        """
        if self.num_classes is None:
            return x
        if y is not None and _holds_integers(np.asarray(y)):
            conditions.check_labels(np.asarray(y), self.num_classes)
        if not isinstance(x, tf.data.Dataset):
            return x
        spec = x.element_spec
        is_pair = isinstance(spec, tuple) and len(spec) >= 2 and isinstance(spec[1], tf.TensorSpec)
        if not is_pair or not _holds_integers(spec[1]):
            return x
        classes = tf.range(self.num_classes)

        def checked(images, labels, *rest):
            # A look-up, not an assertion: on the host, where the data is made, it fails for a label
            # out of range, and it leaves the pipeline without a state.
            labels = tf.cast(tf.gather(classes, tf.cast(labels, tf.int64)), labels.dtype)
            return images, labels, *rest

        return x.checked(checked) if isinstance(x, Batches) else x.map(checked)

    @contextlib.contextmanager
    def naming_labels(self):
        """Says of a label that the data's look-up refuses what is wrong with it."""
        try:
            yield
        except tf.errors.InvalidArgumentError as error:
            refused = _OUT_OF_RANGE.search(str(error))
            if refused is None:
                raise
            raise ValueError(
                f"Labels must lie in [0, {refused[2]}), the classes that the networks know. "
                f"Received: label {refused[1]}"
            ) from error


def _holds_integers(tensor):
    return tf.as_dtype(tensor.dtype).is_integer
