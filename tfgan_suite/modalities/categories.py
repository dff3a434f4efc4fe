"""Columns of categories, and of one value alone."""

import csv
import io

import numpy as np
import pandas as pd
import tensorflow as tf

from tfgan_suite.checks import did_you_mean
from tfgan_suite.modalities.columns import TEXTS, Column
from tfgan_suite.registration import register

_NAMED = 5  # values that a message names


@register
class CategoricalColumn(Column):
    """One of K values, as a one-hot vector; what is missing is a value of its own, the last.

    Args:
        name: name of the column.
        dtype: name of its dtype in pandas.
        values: list of the K values: texts, numbers or truth values.
        missing: whether values may be missing.
    """

    kind = "categorical"

    def __init__(self, name, dtype, values, missing=False):
        super().__init__(name, dtype)
        self.values, self.missing = tuple(values), bool(missing)
        self.blocks = ((len(self.values) + self.missing, "one-hot"),)

    @classmethod
    def fit(cls, series):
        """A column for the values of a series, in their order where they have one."""
        if isinstance(series.dtype, pd.CategoricalDtype):
            values = series.cat.categories.tolist()
        else:
            values = sorted(series.dropna().unique().tolist(), key=lambda v: (str(type(v)), v))
        return cls(series.name, series.dtype, values, series.isna().any())

    def encode(self, series):
        indices = pd.Index(self.values, dtype=object).get_indexer(series.astype(object))
        is_missing = series.isna().to_numpy()
        strange = (indices < 0) & ~(is_missing & self.missing)
        if strange.any():
            found = list(dict.fromkeys(series[strange].astype(object)))
            named = [f"{value!r}{did_you_mean(value, self.values)}" for value in found[:_NAMED]]
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            raise ValueError(
                f"The column {self.name!r} has one of {len(self.values)} values in the data that "
                f"its table was fitted on. Received: {', '.join(named)}{more} in "
                f"{int(strange.sum())} rows"
            )
        indices[is_missing] = len(self.values)
        return np.eye(self.width)[indices]

    def decode(self, values):
        indices = np.asarray(values).argmax(axis=1)
        found = [(*self.values, None)[index] for index in indices]
        if self.dtype == "category":
            categories = pd.CategoricalDtype(self.values)
            return pd.Series(pd.Categorical(found, dtype=categories), name=self.name)
        series = pd.Series(found, name=self.name)
        return series if self.dtype in TEXTS else series.astype(self.dtype)

    def fields_in_graph(self, values):
        fields = [csv_field(value) for value in self.values] + [""] * self.missing
        return tf.gather(tf.constant(fields), tf.argmax(values, axis=1))

    def get_config(self):
        return {
            "name": self.name,
            "dtype": self.dtype,
            "values": self.values,
            "missing": self.missing,
        }


@register
class ConstantColumn(Column):
    """One value in all rows: networks do not see it.

    Args:
        name: name of the column.
        dtype: name of its dtype in pandas.
        value: the value; None where it is missing in all rows.
    """

    kind = "constant"

    def __init__(self, name, dtype, value):
        super().__init__(name, dtype)
        self.value = value

    @classmethod
    def fit(cls, series):
        """A column for a series of one value."""
        value = series.astype(object).iloc[0]
        if pd.isna(value):
            value = None
        elif isinstance(value, pd.Timestamp):
            value = str(value)
        return cls(series.name, series.dtype, value)

    def encode(self, series):
        others = list(dict.fromkeys(series[~self._is_value(series)].astype(object)))
        if others:
            raise ValueError(
                f"The column {self.name!r} has the one value {self.value!r} in the data that its "
                f"table was fitted on. Received: {others[0]!r}"
            )
        return np.zeros([len(series), 0])

    def _is_value(self, series):
        if self.value is None:
            return series.isna()
        return series == (pd.Timestamp(self.value) if "datetime" in self.dtype else self.value)

    def decode(self, values):
        return pd.Series([self.value] * len(values), name=self.name, dtype=self.dtype)

    def fields_in_graph(self, values):
        return tf.fill([tf.shape(values)[0]], csv_field(self.value))

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype, "value": self.value}


def csv_field(value):
    """A value as the field of a CSV file, in quotes where it needs them."""
    if value is None:
        return ""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([value, 0])
    return text.getvalue()[:-2]
