"""What a request has beside modalities and conditions: latents, seeds, truncation, text."""

import numpy as np
import tensorflow as tf

from tfgan_suite.fields import Field


class Latents(Field):
    """Latents `[N, dim]` of a prior."""

    key = "latents"

    def __init__(self, prior):
        self.row = (prior.dim,)


class Seeds(Field):
    """Seeds `[N]`, of each of which the latents of one example are drawn."""

    key, dtype, rule = "seeds", "int64", None

    def example(self, rows, seed=0):
        return np.arange(seed, seed + rows, dtype=np.int64)

    def invalid(self):
        return {}


class Psi(Field):
    """By how much the latents of each row are truncated towards their mean, `[N]` in [0, 1]."""

    key, rule = "psi", "in [0, 1]"

    def valid(self, values):
        return (values >= 0.0) & (values <= 1.0)

    def example(self, rows, seed=0):
        return np.linspace(1.0, 0.5, rows).astype(np.float32)

    def invalid(self):
        return {**super().invalid(), "out of range": 1.5}


class RequestForm(Field):
    """A condition in one of its `request_forms`, such as text instead of numbers of tokens."""

    rule = None

    def __init__(self, condition, key):
        spec, read, self._inverse = condition.request_forms()[key]
        self.read = tf.function(read)  # one in the graph, whatever vocabulary it holds
        self.key, self.condition = key, condition
        self.dtype, self.row = tf.as_dtype(spec.dtype).name, tuple(spec.shape)[1:]

    def example(self, rows, seed=0):
        given = self._inverse(self.condition.example(rows, seed))
        if self.dtype != "string":
            return np.asarray(given, self.dtype)
        return np.array([text.encode() for text in given], object)

    def invalid(self):
        return {}
