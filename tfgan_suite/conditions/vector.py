"""Vectors as a condition, of which their length is known, and perhaps some that data have."""

import hashlib

import numpy as np

from tfgan_suite.checks import positive_int
from tfgan_suite.conditions.condition import Condition, evenly_spaced
from tfgan_suite.registration import register

_MOST = 1 << 16  # numbers that are kept of the data: they go into each file of a trainer


@register
class VectorCondition(Condition):
    """Vectors `[N, dim]` of floats.

    Args:
        dim: number of components.
        names: `dim` names of the components; None without.
        observed: rows of the data, `[M, dim]`, from which `sample` draws; None where unknown. A
            trainer takes them from the data of its first `fit`.

    Raises:
        ValueError: if `dim` is not a positive integer, there are not `dim` names, or the rows are
            not finite or of another length.

    Example:
        >>> VectorCondition(2).parse("0.5,-1").tolist()
        [[0.5, -1.0]]
        >>> VectorCondition(2, observed=[[0, 1], [2, 3]]).sample(3).tolist()
        [[0.0, 1.0], [2.0, 3.0], [0.0, 1.0]]
    """

    kind, key = "vector", "condition"

    def __init__(self, dim, names=None, observed=None):
        self.dim = positive_int("dim", dim)
        self.row = (dim,)
        self.names = None if names is None else tuple(map(str, names))
        if self.names is not None and len(self.names) != dim:
            raise ValueError(
                f"`names` must be one for each of the {dim} components. "
                f"Received: {len(self.names)} of them"
            )
        self.observed = None if observed is None else self.check(observed)
        if self.observed is not None and not len(self.observed):
            raise ValueError("`observed` must hold at least one row. Received: observed=[]")

    @classmethod
    def fit(cls, values, names=None, observed=512):
        """The condition of data, with some of its rows.

        Args:
            values: array `[N, dim]`.
            names: `dim` names; None without.
            observed: how many of the rows, evenly spaced, are kept for `sample`; fewer where they
                would be more than 65,536 numbers.

        Raises:
            ValueError: if the values are no vectors or not finite, or there are not `dim` names.
        """
        known = cls(np.shape(values)[-1], names)
        return known.knowing(known.check(values), observed)

    @property
    def can_sample(self):
        return self.observed is not None

    @property
    def knows_data(self):
        return self.observed is not None

    def knowing(self, values, observed=512):
        values = np.asarray(values, self.dtype)
        values = values[np.isfinite(values).all(axis=1)]
        if self.observed is not None or not len(values):
            return self
        most = max(1, min(observed, _MOST // self.dim))
        return VectorCondition(self.dim, self.names, values[evenly_spaced(len(values), most)])

    def sample(self, count, seed=0, by_frequency=False):
        """Vectors for generated examples, rows of the data.

        Args:
            count: number of rows.
            seed: integer.
            by_frequency: whether they are drawn by chance; else they come in turns, spread evenly
                where fewer are wanted than there are.

        Returns:
            float32 array `[count, dim]`.

        Raises:
            ValueError: if none are known.
        """
        if self.observed is None:
            raise ValueError(
                f"The generator takes a condition, vectors (N, {self.dim}), of which only its data "
                "know what values they have: give them, or train on the data, of which a trainer "
                f"keeps some. Received: no condition for {count} examples"
            )
        known = len(self.observed)
        if by_frequency:
            return self.observed[np.random.default_rng(seed).integers(0, known, count)]
        return self.observed[np.resize(evenly_spaced(known, count), count)]

    def parse(self, text):
        """Reads one vector such as "0.5,-1,2"."""
        try:
            values = np.array([[float(part) for part in text.split(",")]], np.float32)
        except ValueError:
            values = np.zeros([1, 0], np.float32)
        if values.shape[1] != self.dim:
            raise ValueError(
                f"A condition is given as {self.dim} numbers with commas between them. "
                f"Received: {text!r}"
            )
        return self.check(values)

    def get_config(self):
        rows = self.observed
        if rows is not None:  # of a float32 no more digits than tell it from the others
            rows = [[float(str(value)) for value in row] for row in rows]
        return {"dim": self.dim, "names": self.names, "observed": rows}

    def __repr__(self):
        known = "None"
        if self.observed is not None:
            digest = hashlib.sha256(self.observed.tobytes()).hexdigest()[:12]
            known = f"<{len(self.observed)} rows, {digest}>"
        return f"{type(self).__name__}(dim={self.dim}, names={self.names!r}, observed={known})"
