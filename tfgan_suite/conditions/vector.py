"""Vectors as a condition, of which no more is known than how long they are."""

import numpy as np

from tfgan_suite.checks import positive_int
from tfgan_suite.conditions.condition import Condition
from tfgan_suite.registration import register


@register
class VectorCondition(Condition):
    """Vectors `[N, dim]` of floats.

    Args:
        dim: number of components.
        names: `dim` names of the components; None without.

    Raises:
        ValueError: if `dim` is not a positive integer, or there are not `dim` names.

    Example:
        >>> VectorCondition(2).parse("0.5,-1").tolist()
        [[0.5, -1.0]]
    """

    kind, key = "vector", "condition"
    can_sample = False

    def __init__(self, dim, names=None):
        self.dim = positive_int("dim", dim)
        self.row = (dim,)
        self.names = None if names is None else tuple(map(str, names))
        if self.names is not None and len(self.names) != dim:
            raise ValueError(
                f"`names` must be one for each of the {dim} components. "
                f"Received: {len(self.names)} of them"
            )

    def sample(self, count, seed=0, by_frequency=False):
        """Raises ValueError: no more is known of the vectors than how long they are."""
        raise ValueError(
            f"The generator takes a condition, vectors (N, {self.dim}), of which only its data know "
            f"what values they have: give them. Received: no condition for {count} examples"
        )

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
        return {"dim": self.dim, "names": self.names}
