"""Columns of tables: how values become numbers that networks take, and come back; numbers.

A new way to encode a column, such as CTGAN's mode-specific normalization (Xu et al. 2019,
arXiv:1907.00503, section 4.2), is one subclass of `Column`, decorated with `registration.register`.
"""

import numpy as np
import pandas as pd
import tensorflow as tf

from tfgan_suite.configured import Configured
from tfgan_suite.registration import public, register

_DECIMALS = 6  # more of them are not kept apart from any number of them
_EXACT = 2**53  # whole numbers up to here are float64 numbers
TEXTS = ("object", "str")  # dtypes that pandas finds by itself


@public
class Column(Configured):
    """One column of a table: fitted on data, saved with the model.

    Attributes:
        kind: its name in records.
        name: name of the column.
        blocks: tuple of `(size, kind)` of the neighbouring numbers that stand for one value, of the
            kinds "continuous", "indicator" (in [0, 1]) and "one-hot".
        dtype: name of its dtype in pandas.
    """

    blocks = ()

    def __init__(self, name, dtype):
        self.name, self.dtype = str(name), str(dtype)

    @property
    def width(self):
        """How many numbers stand for one value."""
        return sum(size for size, _ in self.blocks)

    def encode(self, series):
        """A `pandas.Series` of N values as a float64 array `[N, width]`.

        Raises:
            ValueError: if it has values that this column cannot have.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `encode`.")

    def decode(self, values):
        """Finite numbers `[N, width]` as a `pandas.Series` of N values."""
        raise NotImplementedError(f"{type(self).__name__} must implement `decode`.")

    def fields_in_graph(self, values):
        """`decode` in a graph: a tensor `[N, width]` as fields of a CSV file, `tf.string` `[N]`."""
        raise NotImplementedError(f"{type(self).__name__} must implement `fields_in_graph`.")


@register
class ContinuousColumn(Column):
    """Numbers, scaled to `(value - centre) / scale`; a missing one is 0, with an indicator of 1.

    Args:
        name: name of the column.
        dtype: name of its dtype in pandas.
        centre: what becomes 0.
        scale: what becomes a distance of 1.
        low: the least number in the data; smaller ones become it when they come back.
        high: the greatest number in the data, likewise.
        decimals: digits behind the point that numbers have, 0 for whole ones; None for any.
        missing: whether numbers may be missing.
    """

    kind = "continuous"

    def __init__(self, name, dtype, centre, scale, low, high, decimals=None, missing=False):
        super().__init__(name, dtype)
        self.centre, self.scale = float(centre), float(scale)
        self.low, self.high = float(low), float(high)
        self.decimals, self.missing = decimals, bool(missing)
        self.blocks = ((1, "continuous"), (1, "indicator")) if missing else ((1, "continuous"),)

    @classmethod
    def fit(cls, series, scaling="standard"):
        """A column for the numbers of a series.

        Args:
            series: `pandas.Series`.
            scaling: "standard" (mean and standard deviation) or "minmax" (onto [-1, 1]).

        Raises:
            ValueError: if there are values that are no finite numbers, or `scaling` is neither.
        """
        numbers = cls.numbers(series)
        known = numbers[~np.isnan(numbers)]
        if not len(known) or not np.isfinite(known).all():
            raise ValueError(
                f"A continuous column must have finite numbers. Received: column {series.name!r} "
                f"with {len(known)} numbers, {(~np.isfinite(known)).sum()} of them infinite"
            )
        low, high = known.min(), known.max()
        if scaling not in ("standard", "minmax"):
            raise ValueError(
                f"`scaling` must be 'standard' or 'minmax'. Received: scaling={scaling!r}"
            )
        centre, scale = known.mean(), known.std()
        if scaling == "minmax":
            centre, scale = (low + high) / 2.0, (high - low) / 2.0
        decimals, missing = _decimals(known), len(known) < len(numbers)
        if decimals == 0 and max(abs(low), abs(high)) > _EXACT:
            raise ValueError(
                "Whole numbers beyond 2^53 are not exact; give the column as text, or drop it. "
                f"Received: column {series.name!r} with numbers from {low:.0f} to {high:.0f}"
            )
        return cls(series.name, series.dtype, centre, scale or 1.0, low, high, decimals, missing)

    @staticmethod
    def numbers(series):
        """The values of a series as float64 numbers, NaN where they are missing."""
        try:
            return pd.to_numeric(series).astype("float64").to_numpy(np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"A continuous column must have numbers. Received: column {series.name!r}: {error}"
            ) from error

    def encode(self, series):
        numbers = self.numbers(series)
        is_missing = np.isnan(numbers)
        if np.isinf(numbers).any() or (is_missing.any() and not self.missing):
            problem = "infinite" if np.isinf(numbers).any() else "missing"
            raise ValueError(
                f"The column {self.name!r} has no {problem} values in the data that its table was "
                f"fitted on. Received: {problem} in row "
                f"{int(np.argmax(~np.isfinite(numbers)))}"
            )
        scaled = np.where(is_missing, 0.0, (numbers - self.centre) / self.scale)
        return np.stack([scaled, is_missing] if self.missing else [scaled], axis=1)

    def decode(self, values):
        values = np.asarray(values, np.float64)
        numbers = np.clip(values[:, 0] * self.scale + self.centre, self.low, self.high)
        if self.decimals is not None:
            numbers = np.rint(numbers * 10**self.decimals) / 10**self.decimals
        if self.missing:
            numbers[values[:, 1] > 0.5] = np.nan
        return self.series(numbers)

    def series(self, numbers):
        """float64 numbers, NaN where they are missing, as a series of the column's dtype."""
        series = pd.Series(numbers, name=self.name)
        if self.dtype in TEXTS:
            return series
        return series.astype(self.dtype if self.dtype[0].isupper() else np.dtype(self.dtype))

    def fields_in_graph(self, values):
        numbers = tf.cast(values[:, 0], tf.float64) * self.scale + self.centre
        numbers = tf.clip_by_value(numbers, self.low, self.high)
        if self.decimals is not None:
            numbers = tf.round(numbers * 10**self.decimals) / 10**self.decimals
        fields = self.texts_in_graph(numbers)
        return tf.where(values[:, 1] > 0.5, "", fields) if self.missing else fields

    def texts_in_graph(self, numbers):
        """float64 numbers `[N]` as text: `tf.string` `[N]`."""
        if self.decimals is None:
            return tf.strings.as_string(numbers, precision=9, shortest=True)
        if self.decimals == 0:
            return tf.strings.as_string(tf.cast(numbers, tf.int64))
        return tf.strings.as_string(numbers, precision=self.decimals)

    def get_config(self):
        return {
            "name": self.name,
            "dtype": self.dtype,
            "centre": self.centre,
            "scale": self.scale,
            "low": self.low,
            "high": self.high,
            "decimals": self.decimals,
            "missing": self.missing,
        }


def _decimals(numbers):
    """The fewest digits behind the point with which all numbers can be written, or None."""
    for decimals in range(_DECIMALS + 1):
        rounded = np.round(numbers, decimals)
        if np.allclose(rounded, numbers, rtol=1e-12, atol=0.0):
            return decimals
    return None
