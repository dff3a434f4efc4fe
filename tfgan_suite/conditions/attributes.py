"""Attributes: several properties of one example, each of which it has or has not."""

import numpy as np

from tfgan_suite.checks import did_you_mean, positive_int
from tfgan_suite.conditions.condition import Condition
from tfgan_suite.fields import BinaryField
from tfgan_suite.registration import register


@register
class Attributes(BinaryField, Condition):
    """K attributes of each example, as multi-hot vectors `[N, K]` of 0 and 1.

    In training data, and from Python, integers, booleans and floats are taken alike, whatever the
    network takes; requests have float32.

    Args:
        names: K names of the attributes; or K, where they have none and are numbered.
        frequencies: K shares of the examples in the data that have the attribute; None where
            unknown.

    Raises:
        ValueError: if there is no attribute, a name comes twice, or there are not K shares in
            [0, 1].

    Example:
        >>> attributes = Attributes(["Eyeglasses", "Male", "Smiling"])
        >>> attributes.parse("Smiling=1,Eyeglasses=0").tolist()
        [[0.0, 0.0, 1.0]]
        >>> attributes.describe([0, 1, 1])
        'Male, Smiling'
    """

    kind = key = "attributes"

    def __init__(self, names, frequencies=None):
        self.names = None if isinstance(names, int) else tuple(map(str, names))
        self.count = positive_int("names", names if self.names is None else len(self.names))
        if self.names is not None and len(set(self.names)) < self.count:
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise ValueError(f"The names of attributes must differ. Received: {twice!r} twice")
        self.row = (self.count,)
        self.frequencies = None if frequencies is None else tuple(map(float, frequencies))
        if self.frequencies is not None and (
            len(self.frequencies) != self.count
            or not all(0.0 <= share <= 1.0 for share in self.frequencies)
        ):
            raise ValueError(
                f"`frequencies` must be a share in [0, 1] for each of the {self.count} attributes. "
                f"Received: frequencies={frequencies!r}"
            )

    @classmethod
    def fit(cls, values, names=None):
        """Attributes with the frequencies of data.

        Args:
            values: array `[N, K]` of 0 and 1.
            names: K names; None without.

        Raises:
            ValueError: if the values are no multi-hot vectors, or there are not K names.
        """
        values = np.asarray(values)
        known = cls(values.shape[-1] if names is None else names)
        shares = known.check(values).mean(axis=0, dtype=np.float64) if len(values) else None
        return cls(known.names or known.count, shares)

    def sample(self, count, seed=0, by_frequency=False):
        """Attributes for generated examples, independent of one another.

        Args:
            count: number of rows.
            seed: integer.
            by_frequency: whether an example has each attribute as often as examples of the data
                have it, where that is known; else every second one has it. What belongs together in
                the data does not here.

        Returns:
            float32 array `[count, K]`.
        """
        shares = self.frequencies if by_frequency and self.frequencies else [0.5] * self.count
        drawn = np.random.default_rng(seed).random((count, self.count))
        return (drawn < np.asarray(shares)).astype(self.dtype)

    # --- Text -------------------------------------------------------------------------------

    def parse(self, text):
        """Reads "Smiling=1,Eyeglasses=0", several examples with semicolons between them.

        Attributes that are not named are 0; "Smiling" alone is "Smiling=1". Without names,
        attributes are numbered from 0: "3=1,5=1".

        Returns:
            float32 array `[M, K]`, a row for each part between semicolons.

        Raises:
            ValueError: if the text is something else, or there is no such attribute.
        """
        rows = [part for part in text.split(";") if part.strip()] or [""]
        values = np.zeros([len(rows), self.count], self.dtype)
        for row, part in zip(values, rows):
            for item in filter(None, map(str.strip, part.split(","))):
                name, _, value = (side.strip() for side in item.partition("="))
                if value not in ("", "0", "1"):
                    raise ValueError(
                        f"An attribute is 0 or 1: Smiling=1. Received: --attributes {text}"
                    )
                row[self._index(name, text)] = float(value or 1)
        return values

    def _index(self, name, text):
        known = self.names or [str(index) for index in range(self.count)]
        if name in known:
            return known.index(name)
        if self.names is None:
            wanted = f"numbered from 0 to {self.count - 1}"
        else:
            wanted = f"named {', '.join(known)}"
        raise ValueError(
            f"There is no attribute {name!r}{did_you_mean(name, known)}. Attributes are {wanted}, "
            f"and given as NAME=1,NAME=0. Received: --attributes {text}"
        )

    def describe(self, row):
        names = self.names or [str(index) for index in range(self.count)]
        return ", ".join(name for name, value in zip(names, row) if value) or "none"

    def get_config(self):
        return {"names": self.names or self.count, "frequencies": self.frequencies}
