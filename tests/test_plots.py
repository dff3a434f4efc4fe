"""Plots: files that say what they were given."""

import math
import sys

import numpy as np
import pytest
from PIL import Image

from tfgan_suite import plots


def panel(y, **options):
    line = plots.Line(range(len(y)), y, colour="#ff0000")
    return plots.Panel([line], "x", "y", **options)


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def red_rows(path):
    red = (pixels(path) == (255, 0, 0)).all(axis=2)
    return np.flatnonzero(red.any(axis=1))


def test_panels_stand_side_by_side(tmp_path):
    sizes = []
    for count in (1, 3):
        path = tmp_path / "new" / f"{count}.png"
        plots.plot_lines(path, [panel([1, 2])] * count, title="a title", columns=2)
        sizes.append(pixels(path).shape[:2])
    assert sizes[1] == tuple(2 * side for side in sizes[0])


def test_a_level_line_is_level_and_a_rising_one_rises(tmp_path):
    plots.plot_lines(tmp_path / "level.png", [panel([1.0, 1.0])])
    plots.plot_lines(tmp_path / "rising.png", [panel([0.0, 1.0])])
    level, rising = (red_rows(tmp_path / f"{name}.png") for name in ("level", "rising"))
    assert len(level) <= 5 and len(rising) > 100


def test_a_logarithmic_axis_straightens_powers_and_leaves_zero_out(tmp_path):
    powers = [10.0**-n for n in range(6)]
    plots.plot_lines(tmp_path / "log.png", [panel([*powers, 0.0], logarithmic=True)])
    red = (pixels(tmp_path / "log.png") == (255, 0, 0)).all(axis=2)
    rows, columns = np.nonzero(red)
    assert abs(np.corrcoef(rows, columns)[0, 1]) > 0.999


def test_nan_is_left_out(tmp_path):
    plots.plot_lines(tmp_path / "nan.png", [panel([1.0, math.nan, 1.0])])
    assert len(red_rows(tmp_path / "nan.png")) == 0


def test_pyplot_is_not_touched(tmp_path):
    before = "matplotlib.pyplot" in sys.modules
    plots.plot_lines(tmp_path / "plot.png", [panel([1, 2])])
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_it_refuses_no_panels(tmp_path):
    with pytest.raises(ValueError, match="at least one panel"):
        plots.plot_lines(tmp_path / "no.png", [])


def test_it_refuses_a_line_of_two_lengths_and_leaves_no_file(tmp_path):
    line = plots.Line([1], [1, 2], "it")
    with pytest.raises(ValueError, match="1 x and 2 y of 'it'"):
        plots.plot_lines(tmp_path / "no.png", [plots.Panel([line], "", "")])
    assert list(tmp_path.iterdir()) == []
