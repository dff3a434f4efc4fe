"""Pictures of the marginal distributions of a table's columns."""

import math

import numpy as np
import pandas as pd

_PANEL = (2.6, 2.1)  # inches
_DPI = 100
_BINS, _BARS = 30, 10  # of a histogram; values of a categorical column, the most frequent
_REAL, _GENERATED, _INK = "#bebebe", "#1f5ab4", "#3c3c3c"
_LETTERS = 14  # of a value's name


def marginals(columns, frame, real, across, note=""):
    """Draws a histogram of each column, or bars of its most frequent values.

    Args:
        columns: tuple of `Column`s.
        frame: `pandas.DataFrame` of generated rows, drawn in blue.
        real: `pandas.DataFrame` of real rows, drawn in grey beneath; or None.
        across: panels in a row.
        note: what is to be said below.

    Returns:
        uint8 array `[height, width, 3]`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    across = min(across, len(columns))
    down = math.ceil(len(columns) / across)
    figure = Figure((across * _PANEL[0], down * _PANEL[1] + 0.3), dpi=_DPI, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for axis, column in zip(axes, columns):
        _draw_column(axis, column, frame[column.name], None if real is None else real[column.name])
    for axis in axes[len(columns) :]:
        axis.set_axis_off()
    words = "" if real is None else f", {len(real)} real ones"
    figure.supxlabel(f"{len(frame)} generated rows{words}{note}", fontsize=8, color=_INK)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _draw_column(axis, column, generated, real):
    title = column.name if len(column.name) <= 24 else f"{column.name[:23]}…"
    axis.tick_params(labelsize=6, length=2, colors=_INK)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    if any(kind == "continuous" for _, kind in column.blocks):
        title += _missing(generated, real)
        _draw_histogram(axis, column, generated, real)
    else:
        title += _draw_bars(axis, generated, real)
    axis.set_title(title, fontsize=8, color=_INK)


def _amount(number, _):
    """250000 as 250k."""
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= 10 * unit:
            return f"{number / unit:g}{letter}"
    return f"{number:g}"


def _missing(generated, real):
    shares = [f"{100 * s.isna().mean():.0f}" for s in (generated, real) if s is not None]
    return f" ({' / '.join(shares)} % missing)" if set(shares) != {"0"} else ""


def _draw_histogram(axis, column, generated, real):
    """Shares of rows in bins over the range of the data."""
    edges = np.linspace(column.low, column.high, _BINS + 1)
    filled = {"color": _REAL, "fill": True}
    for series, style in ((real, filled), (generated, {"color": _GENERATED})):
        if series is not None:
            numbers = column.numbers(series)
            counts, _ = np.histogram(numbers[~np.isnan(numbers)], edges)
            axis.stairs(counts / max(len(series), 1), edges, **style)
    axis.set_yticks([])
    axis.xaxis.set_major_formatter(_amount)
    if column.kind == "date":
        ticks = np.linspace(column.low, column.high, 3)
        axis.set_xticks(ticks, [str(date)[:10] for date in pd.to_datetime(ticks, unit="D")])


def _draw_bars(axis, generated, real):
    """Shares of the most frequent values; returns what is to be said of the others."""
    counts = [
        None if series is None else series.astype(object).where(series.notna(), "missing")
        .value_counts(normalize=True)
        for series in (generated, real)
    ]  # fmt: skip
    reference = counts[0] if counts[1] is None else counts[1]
    order = reference.index.union(counts[0].index, sort=False)
    shown = list(order[:_BARS])[::-1]
    places = np.arange(len(shown))
    width = 0.9
    if counts[1] is not None:
        axis.barh(places, [counts[1].get(value, 0.0) for value in shown], width, color=_REAL)
        width = 0.45
    axis.barh(places, [counts[0].get(value, 0.0) for value in shown], width, color=_GENERATED)
    axis.set_yticks(places, [_shortened(value) for value in shown])
    axis.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    return f" (+{len(order) - _BARS} values)" if len(order) > _BARS else ""


def _shortened(value):
    text = str(value)
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
