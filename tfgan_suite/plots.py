"""Line plots as PNG files."""

import dataclasses
import math
import pathlib

from tfgan_suite.files import replacing
from tfgan_suite.registration import public

_PANEL = (4.6, 3.4)  # inches, width and height


@public
@dataclasses.dataclass
class Line:
    """One line of a plot.

    Attributes:
        x: sequence of numbers.
        y: sequence of as many numbers; what is NaN is left out.
        label: its name in the legend; None for none.
        style: of matplotlib: "-", "--", ":" or "" for no line.
        marker: of matplotlib, such as "o"; None for none.
        colour: of matplotlib; None for the next one.
    """

    x: object
    y: object
    label: str | None = None
    style: str = "-"
    marker: str | None = None
    colour: str | None = None


@public
@dataclasses.dataclass
class Panel:
    """One pair of axes.

    Attributes:
        lines: list of `Line`s.
        x_label: what the x axis shows, with its unit.
        y_label: what the y axis shows, with its unit.
        title: above the axes; None for none.
        logarithmic: whether the y axis is; what is not positive is then left out.
    """

    lines: list
    x_label: str
    y_label: str
    title: str | None = None
    logarithmic: bool = False


@public
def plot_lines(path, panels, *, title=None, columns=2, dpi=120):
    """Draws panels of lines side by side into a PNG file, at once or not at all.

    No state of matplotlib is used or changed: it works without a screen, in any thread.

    Args:
        path: the file; its directory is created if absent.
        panels: list of `Panel`s.
        title: above all panels; None for none.
        columns: panels in a row.
        dpi: pixels per inch; a panel is 4.6 by 3.4 inches.

    Raises:
        ValueError: if there are no panels, or a line has not as many x as y.
        OSError: if the file cannot be written.
    """
    # Takes a third of a second to import, and few who import the package draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not panels:
        raise ValueError("A plot needs at least one panel. Received: none")
    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = Figure((_PANEL[0] * columns, _PANEL[1] * rows), dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    for index, panel in enumerate(panels):
        _draw(figure.add_subplot(rows, columns, index + 1), panel)
    if title is not None:
        figure.suptitle(title)
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")


def _draw(axes, panel):
    for line in panel.lines:
        if len(line.x) != len(line.y):
            raise ValueError(
                "A line needs as many x as y. "
                f"Received: {len(line.x)} x and {len(line.y)} y of {line.label!r}"
            )
        options = {"linestyle": line.style or "none", "marker": line.marker, "color": line.colour}
        axes.plot(line.x, line.y, label=line.label, markersize=4, **options)
    if panel.logarithmic:
        axes.set_yscale("log", nonpositive="mask")
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.grid(alpha=0.3)
    if panel.title is not None:
        axes.set_title(panel.title)
    if any(line.label for line in panel.lines):
        axes.legend(fontsize="small")
