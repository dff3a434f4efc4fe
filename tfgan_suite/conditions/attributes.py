"""Attributes: several properties of one example, each of which it has or has not."""

import numpy as np

from tfgan_suite.checks import did_you_mean, positive_int
from tfgan_suite.conditions.condition import Condition, evenly_spaced
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
        observed: examples of the data, each a text of K zeros and ones such as "001"; None where
            unknown.

    Raises:
        ValueError: if there is no attribute, a name comes twice, or there are not K shares in
            [0, 1] or not K zeros and ones.

    Example:
        >>> attributes = Attributes(["Eyeglasses", "Male", "Smiling"])
        >>> attributes.parse("Smiling=1,Eyeglasses=0").tolist()
        [[0.0, 0.0, 1.0]]
        >>> attributes.describe([0, 1, 1])
        'Male, Smiling'
    """

    kind = key = "attributes"

    def __init__(self, names, frequencies=None, observed=None):
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

        self.observed = None if observed is None else tuple(map(str, observed))
        for row in self.observed or ():
            if len(row) != self.count or set(row) - {"0", "1"}:
                raise ValueError(
                    f"`observed` must be texts of {self.count} zeros and ones. Received: {row!r}"
                )

    @classmethod
    def fit(cls, values, names=None, observed=512):
        """Attributes with the frequencies of data.

        Args:
            values: array `[N, K]` of 0 and 1.
            names: K names; None without.
            observed: how many of the rows, evenly spaced, are kept for `sample`.

        Raises:
            ValueError: if the values are no multi-hot vectors, or there are not K names.
        """
        values = np.asarray(values)
        known = cls(values.shape[-1] if names is None else names)
        values = known.check(values)
        if not len(values):
            return known
        kept = values[evenly_spaced(len(values), observed)].astype(int)
        rows = ["".join(map(str, row)) for row in kept]
        return cls(known.names or known.count, values.mean(axis=0, dtype=np.float64), rows)

    @property
    def knows_data(self):
        return self.observed is not None or self.frequencies is not None

    def knowing(self, values):
        values = np.asarray(values)
        if self.knows_data or not len(values) or not np.isin(values, (0, 1)).all():
            return self
        return Attributes.fit(values, self.names)

    def sample(self, count, seed=0, by_frequency=False):
        """Attributes for generated examples.

        Args:
            count: number of rows.
            seed: integer.
            by_frequency: whether rows are drawn from those of the data; where none are known, an
                example has each attribute as often as examples of the data, independently of the
                others. Else every second example has it.

        Returns:
            float32 array `[count, K]`.
        """
        rng = np.random.default_rng(seed)
        if by_frequency and self.observed:
            chosen = rng.integers(0, len(self.observed), count)
            rows = [list(map(float, self.observed[index])) for index in chosen]
            return np.array(rows, self.dtype).reshape(count, self.count)
        shares = self.frequencies if by_frequency and self.frequencies else [0.5] * self.count
        drawn = rng.random((count, self.count))
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
        return {
            "names": self.names or self.count,
            "frequencies": self.frequencies,
            "observed": self.observed,
        }
