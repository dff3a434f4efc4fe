"""Columns of dates and times."""

import re

import numpy as np
import pandas as pd
import tensorflow as tf

from tfgan_suite.modalities.columns import ContinuousColumn
from tfgan_suite.registration import register

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = 86400  # seconds


@register
class DateColumn(ContinuousColumn):
    """Dates, or moments to the second, as scaled numbers of days since 1970-01-01.

    Networks have float32: over a range of 70 years moments are exact to some ten seconds, dates to
    the day.

    Args: as those of `ContinuousColumn`, in days; `decimals` is 0 for dates and None for moments.
        The dtype is one of pandas's times, or that of texts such as 2024-05-31.
    """

    kind = "date"

    @staticmethod
    def numbers(series):
        if pd.api.types.is_string_dtype(series.dtype) or series.dtype == object:
            try:
                series = pd.to_datetime(series, format="%Y-%m-%d")
            except ValueError as error:
                raise ValueError(
                    "Dates are given as times of pandas, or as texts such as 2024-05-31. "
                    f"Received: column {series.name!r}: {error}"
                ) from error
        if getattr(series.dt, "tz", None) is not None:
            raise ValueError(
                "Times must have no time zone; take it away with "
                f"`frame[{series.name!r}].dt.tz_localize(None)`. "
                f"Received: column {series.name!r} of dtype {series.dtype}"
            )
        seconds = (series - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
        return np.round(seconds.to_numpy(np.float64)) / _DAY

    @classmethod
    def fit(cls, series, scaling="standard"):
        column = super().fit(series, scaling)
        if column.decimals:
            column.decimals = None
        return column

    def series(self, numbers):
        seconds = pd.Series(np.round(numbers * _DAY), name=self.name)
        times = pd.to_datetime(seconds, unit="s")
        if "datetime" in self.dtype:
            return times.astype(self.dtype)
        return times.dt.strftime("%Y-%m-%d")

    def texts_in_graph(self, numbers):
        seconds = tf.cast(tf.round(numbers * _DAY), tf.int64)
        dates = _dates_in_graph(tf.math.floordiv(seconds, _DAY))
        if self.decimals == 0:
            return dates
        clock = tf.math.floormod(seconds, _DAY)
        parts = [clock // 3600, clock // 60 % 60, clock % 60]
        times = tf.strings.join([_two_digits(part) for part in parts], ":")
        return tf.strings.join([dates, times], " ")


def are_dates(series):
    """Whether all texts of a series that are not missing look like 2024-05-31."""
    texts = series.dropna()
    return len(texts) > 0 and all(isinstance(t, str) and _DATE.fullmatch(t) for t in texts)


def _two_digits(numbers):
    return tf.strings.as_string(numbers, width=2, fill="0")


def _dates_in_graph(days):
    """Days since 1970-01-01, int64 `[N]`, as dates of the Gregorian calendar: `tf.string` `[N]`.

    Years begin in March here, so that the leap day is the last; 400 of them have 146,097 days.
    """
    days += 719468  # days from 0000-03-01
    era, day = tf.math.floordiv(days, 146097), tf.math.floormod(days, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153  # of 30 and 31 days in turns: 153 days in five months
    day -= (153 * month + 2) // 5
    year += 400 * era + tf.cast(month >= 10, tf.int64)
    month = tf.where(month < 10, month + 3, month - 9)
    years = tf.strings.as_string(year, width=4, fill="0")
    return tf.strings.join([years, _two_digits(month), _two_digits(day + 1)], "-")
