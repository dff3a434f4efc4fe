"""Tables: rows of numbers, categories and dates, with an encoder for each column."""

import pathlib
import warnings

import numpy as np
import pandas as pd
import tensorflow as tf

from tfgan_suite.checks import did_you_mean
from tfgan_suite.configured import of_kind, record
from tfgan_suite.files import replacing
from tfgan_suite.modalities._marginals import marginals
from tfgan_suite.modalities.categories import CategoricalColumn, ConstantColumn
from tfgan_suite.modalities.columns import Column, ContinuousColumn
from tfgan_suite.modalities.dates import DateColumn, are_dates
from tfgan_suite.modalities.modality import Modality
from tfgan_suite.registration import register

_KINDS = {"continuous": ContinuousColumn, "categorical": CategoricalColumn, "date": DateColumn}
_MOST_CATEGORIES = 256


@register
class Table(Modality):
    """Rows of a table as vectors `[N, D]`: the encoded columns beside one another.

    Drawn as the marginals of all columns, generated rows over real ones. Written as a CSV file with
    the original columns, types and ranges. Exported models call them `rows`, and have the signature
    `csv`, which gives each row as a line of a CSV file without its header.

    Args:
        columns: list of `Column`s, or of their records, in the order of the table. `Table.fit`
            makes them from data.

    Attributes:
        columns: tuple of `Column`s.
        blocks: tuple of `(start, size, kind)` of all numbers of a row, as `Column.blocks`: what a
            generator needs to know for its last activations.

    Raises:
        ValueError: if there is no column that networks see, or two have the same name.

    Example:
        >>> people = pd.DataFrame({"age": [31, 45, 28], "sex": ["f", "m", "f"]})
        >>> table = Table.fit(people)
        >>> table.blocks
        ((0, 1, 'continuous'), (1, 2, 'one-hot'))
        >>> table.decode(table.encode(people)).equals(people)
        True
    """

    kind, noun, key = "table", "rows", "rows"
    grid = (2048, 4)
    in_rows = False
    _advice = "; encode a pandas.DataFrame with `Table.encode`"

    def __init__(self, columns):
        self.columns = tuple(of_kind(Column, column) for column in columns)
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"The columns of a table must differ. Received: {twice!r} twice")
        blocks = [block for column in self.columns for block in column.blocks]
        ends = np.cumsum([size for size, _ in blocks], dtype=int).tolist()
        self.blocks = tuple((end - size, size, kind) for end, (size, kind) in zip(ends, blocks))
        if not blocks:
            raise ValueError(
                "A table must have a column whose values differ. "
                f"Received: the columns {', '.join(names) or 'none'}"
            )
        self.row = (ends[-1],)

    @classmethod
    def fit(cls, frame, kinds=None, drop=(), scaling="standard", most_categories=_MOST_CATEGORIES):
        """A table for data like these.

        The kind of a column, where it is not given: one value makes it constant; times of pandas
        and texts such as 2024-05-31 are dates; numbers are continuous, unless there are only two of
        them; all else is categorical.

        Args:
            frame: `pandas.DataFrame`.
            kinds: dict of names of columns to "continuous", "categorical" or "date".
            drop: names of columns that are left out.
            scaling: of continuous columns and dates: "standard" (mean and standard deviation) or
                "minmax" (onto [-1, 1]).
            most_categories: values that a categorical column may have.

        Returns:
            A `Table`.

        Raises:
            ValueError: if there are no rows, names are unknown or come twice, or a column cannot be
                encoded, such as one whose texts are nearly all different.
        """
        kinds, columns = dict(kinds or {}), []
        _check_names(frame, [*kinds, *drop])
        for name in frame.columns:
            if name not in drop:
                kind = kinds.get(name) or _kind_of(frame[name])
                columns.append(_fitted(frame[name], kind, scaling, most_categories))
        return cls(columns)

    def summary(self):
        """One line about each column, as it was found."""
        width = max(len(column.name) for column in self.columns)
        return [f"{column.name:<{width}}  {_words(column)}" for column in self.columns]

    def example(self, rows, seed=0):
        """Rows of valid blocks: scaled numbers, indicators of 0 and 1, one-hot vectors."""
        rng, parts = np.random.default_rng(seed), []
        for _, size, kind in self.blocks:
            if kind == "one-hot":
                parts.append(np.eye(size)[rng.integers(0, size, rows)])
            else:
                numbers = rng.normal(size=(rows, size))
                parts.append(numbers if kind == "continuous" else numbers > 0.0)
        return np.concatenate(parts, axis=1).astype(np.float32)

    # --- Looking ----------------------------------------------------------------------------

    def draw(self, examples, columns=None, real=None):
        examples = np.asarray(examples)
        finite = np.isfinite(examples).all(axis=1)
        note = "" if finite.all() else f"; {(~finite).sum()} of {len(finite)} rows are not finite"
        frames = [None if rows is None else self.decode(rows) for rows in (examples[finite], real)]
        return marginals(self.columns, *frames, columns or self.grid[1], note)

    def write(self, examples, folder, prefix=""):
        path = pathlib.Path(folder) / f"{prefix}rows.csv"
        frame = self.decode(examples)
        for column in self.columns:
            if getattr(column, "decimals", None) == 0 and frame[column.name].dtype.kind == "f":
                frame[column.name] = frame[column.name].astype("Int64")  # 39, not 39.0
        with replacing(path) as temporary:
            frame.to_csv(temporary, index=False)
        return [path]

    # --- Serving and raw data -----------------------------------------------------------------

    def forms(self):
        return {"csv": ("csv", self._lines)}

    def _lines(self, rows):
        fields = [column.fields_in_graph(part) for column, part in self._parts(rows)]
        return tf.strings.join(fields, ",")

    def _parts(self, rows):
        start = 0
        for column in self.columns:
            yield column, rows[:, start : start + column.width]
            start += column.width

    def encode(self, raw):
        """A `pandas.DataFrame` of N rows as a float32 array `[N, D]`.

        Raises:
            ValueError: if columns are missing, or have values that the data did not have on which
                the table was fitted.
        """
        if not isinstance(raw, pd.DataFrame):
            return np.asarray(raw, np.float32)
        names = [column.name for column in self.columns]
        lacking = [name for name in names if name not in raw.columns]
        if lacking:
            raise ValueError(
                f"A table must have the columns {', '.join(names)}. Received: none called "
                f"{lacking[0]!r}{did_you_mean(lacking[0], raw.columns)}"
            )
        extra = [str(name) for name in raw.columns if name not in names]
        if extra:
            warnings.warn(f"Columns that are not in the table are dropped: {', '.join(extra)}")
        parts = [column.encode(raw[column.name]) for column in self.columns]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def decode(self, examples):
        """Rows `[N, D]` as a `pandas.DataFrame` with the original columns, types and ranges.

        Raises:
            ValueError: if a number is not finite.
        """
        examples = np.asarray(examples)
        finite = np.isfinite(examples).all(axis=1)
        if not finite.all():
            raise ValueError(
                "Rows must be finite. "
                f"Received: row {int(np.argmin(finite))} with {examples[np.argmin(finite)]!r}"
            )
        return pd.concat([column.decode(part) for column, part in self._parts(examples)], axis=1)

    def get_config(self):
        return {"columns": [record(column) for column in self.columns]}


def _check_names(frame, wanted):
    names = list(frame.columns)
    if not len(frame) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            "A table must have rows, and columns whose names are texts. "
            f"Received: {len(frame)} rows, columns {names}"
        )
    for name in wanted:
        if name not in names:
            raise ValueError(
                f"There is no column {name!r}{did_you_mean(name, names)}. The columns are "
                f"{', '.join(names)}"
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"The columns of a table must differ. Received: {twice!r} twice")


def _kind_of(series):
    distinct = series.nunique()
    if distinct + series.isna().any() <= 1:
        return "constant"
    if pd.api.types.is_datetime64_any_dtype(series.dtype) or are_dates(series):
        return "date"
    is_number = pd.api.types.is_numeric_dtype(series.dtype)
    if is_number and not pd.api.types.is_bool_dtype(series.dtype) and distinct > 2:
        return "continuous"
    return "categorical"


def _fitted(series, kind, scaling, most_categories):
    if kind == "constant":
        return ConstantColumn.fit(series)
    if kind not in _KINDS:
        raise ValueError(
            f"A column is {', '.join(_KINDS)}{did_you_mean(kind, _KINDS)}. "
            f"Received: kind {kind!r} for {series.name!r}"
        )
    if kind != "categorical":
        return _KINDS[kind].fit(series, scaling)
    distinct = series.nunique()
    if distinct > most_categories:
        raise ValueError(
            f"The column {series.name!r} has {distinct} different values in {len(series)} rows, "
            f"more than most_categories={most_categories}. Leave it out with "
            f"drop=[{series.name!r}], or say its kind with kinds={{{series.name!r}: ...}}. "
            f"Received: {', '.join(repr(v) for v in series.dropna().unique()[:3])}, ..."
        )
    return CategoricalColumn.fit(series)


def _words(column):
    missing = ", some missing" if getattr(column, "missing", False) else ""
    if isinstance(column, ConstantColumn):
        return f"constant: {column.value!r}"
    if isinstance(column, CategoricalColumn):
        return f"categorical: {len(column.values)} values{missing}"
    low, high = column.series(np.array([column.low, column.high]))
    return f"{column.kind}: from {low} to {high}{missing}"
