"""Style of the figures: colours (Okabe and Ito 2008), labels and units."""

import textwrap
import threading
from collections.abc import Mapping, Sequence
from io import StringIO
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import polars as pl
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter
from scipy.optimize import isotonic_regression

from defectsim.core.errors import file_errors
from defectsim.core.files import atomic_write
from defectsim.core.formatting import digits, plain
from defectsim.model.transitions import Rank

_BELOW = cycle(("#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9"))
COLOURS = {str(rank): "#222222" if rank == max(Rank) else next(_BELOW) for rank in Rank}
NAMES = {str(rank): rank.label for rank in Rank}
INK = "#444444"
SMALL_GROUP = 100
"""Size below which a group is drawn in steps and labelled in people."""
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of what is no rank, in their order."""
MARKERS = ("o", "s", "D", "^", "v", "P")
LINES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (1, 1)),
    (0, (5, 1, 1, 1)),
    (0, (8, 2)),
    (0, (3, 3)),
)
"""Markers and lines that go with these colours, so that all are told apart in grey."""
WIDTH = 9.5
"""Width of all figures, in inches."""
_MARGIN, _TITLE_LINE, _LINE = 0.15, 0.24, 0.17  # in inches
_TITLE_LETTERS, _LETTERS = 78, 140  # of a line
_LABEL_HEIGHT = 25.0  # in points
AS_WRITTEN: dict[str, Any] = {"parse_math": False, "usetex": False}
"""Look of all text that people write: dollars and backslashes are letters."""


class Heading(NamedTuple):
    """Lines of text above a figure."""

    title: list[str]
    text: list[str]

    @classmethod
    def of(cls, title: str, text: str) -> Self:
        """Wrap a title, and the text below it, in lines that fit."""
        return cls(textwrap.wrap(title, _TITLE_LETTERS), textwrap.wrap(text, _LETTERS))

    @property
    def height(self) -> float:
        """In inches, with the margins above and below."""
        return 2 * _MARGIN + _TITLE_LINE * len(self.title) + _LINE * len(self.text)

    def write(self, figure: Figure) -> None:
        """Write the lines at the top of a figure."""
        top = figure.get_figheight() - _MARGIN
        for line in self.title:
            write(figure, _MARGIN, top, line, size=13, weight="bold", color="black")
            top -= _TITLE_LINE
        for line in self.text:
            write(figure, _MARGIN, top, line, size=8.5)
            top -= _LINE


class Margins(NamedTuple):
    """Room around axes, in inches; above is that of a key, below the heading."""

    left: float
    right: float = 0.3
    above: float = 0.3
    below: float = 0.6


def begun(heading: Heading, tall: float, margins: Margins) -> tuple[Figure, Axes]:
    """Return a figure with its heading, and axes of a height in inches."""
    height = heading.height + margins.above + tall + margins.below
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    wide = 1 - (margins.left + margins.right) / WIDTH
    box = (margins.left / WIDTH, margins.below / height, wide, tall / height)
    return figure, figure.add_axes(box)


def write(figure: Figure, x: float, y: float, text: str, **look: Any) -> None:
    """Write text whose top is at some inches from the lower left corner of a figure."""
    place = (x / figure.get_figwidth(), y / figure.get_figheight())
    look = {"size": 8, "va": "top", "color": INK, **AS_WRITTEN, **look}
    figure.text(*place, plain(text), **look)


def note(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float] = (0, 0),
    **look: Any,
) -> Annotation:
    """Write text some points away from a place in axes, which are 1 wide and high by default."""
    look = {"xycoords": "axes fraction", "size": 8, "color": INK, **AS_WRITTEN, **look}
    look |= {"textcoords": "offset points", "annotation_clip": False}
    return axes.annotate(plain(text), at, offset, **look)


def plain_axes(axes: Axes, size: float = 8.5) -> None:
    """Style axes with a grid across and two spines."""
    axes.tick_params(colors=INK, labelsize=size, length=3)
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def period(frame: pl.DataFrame) -> str:
    """Return the first and the last date of a frame, in words."""
    first, last = frame.select(first=pl.col("date").min(), last=pl.col("date").max()).row(0)
    return f"{first} to {last}"


def few_dates(axes: Axes) -> None:
    """Write a few dates along the x axis of a small panel."""
    locator = AutoDateLocator(minticks=2, maxticks=4)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def points(axes: Axes) -> tuple[float, float]:
    """Return the width and height of axes, in points of 1/72 inch."""
    box = axes.get_window_extent()
    return 72 * box.width / axes.figure.dpi, 72 * box.height / axes.figure.dpi


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return the places nearest to those wanted, rising, that are `gap` apart between two bounds.

    If they do not fit, they pass the upper bound.
    """
    offsets = gap * np.arange(len(wanted))
    places = isotonic_regression(np.asarray(wanted) - offsets).x
    last = max(low, high - gap * (len(wanted) - 1))
    fitting: list[float] = (np.clip(places, low, last) + offsets).tolist()
    return fitting


def percent(share: float) -> str:
    """Return a share in per cent, to two figures."""
    value = 100 * share
    return "<0.001" if 0 < value < 0.001 else f"{value:.{digits(value)}f}"


def end_labels(frame: pl.DataFrame, axes: Axes) -> None:
    """Name each rank beside its line's end, with its strength, the median and the 90 % interval."""
    last = frame.filter(pl.col("date") == pl.col("date").max()).sort("q50", maintain_order=True)
    rows = last.to_dicts()
    width, height = points(axes)
    ends = [row["q50"] / axes.get_ylim()[1] for row in rows]
    places = spread([end * height for end in ends], _LABEL_HEIGHT, _LABEL_HEIGHT / 3, height)
    stub = [1 + 4 / width, 1 + 17 / width]
    for row, end, place in zip(rows, ends, places, strict=True):
        bold: dict[str, Any] = {"color": COLOURS[row["rank"]], "weight": "bold", "size": 8.5}
        line: dict[str, Any] = {"color": bold["color"], "linewidth": 0.8, "clip_on": False}
        axes.plot(stub, [end, place / height], transform=axes.transAxes, **line)
        at = (1 + 20 / width, place / height)
        name = note(axes, NAMES[row["rank"]], at, va="bottom", **bold)
        strength = f"n = {row['strength']:,}"
        note(axes, strength, (1, 0), (4, 0), xycoords=name, va="bottom", size=7)
        note(axes, _value(row), at, va="top")


def _value(row: Mapping[str, Any]) -> str:
    low, middle, high = row["q05"], row["q50"], row["q95"]
    people = row["strength"]
    if people < SMALL_GROUP:
        value = f"{people * middle:.3g} people"
        interval = f" [{people * low:.0f}–{people * high:.0f}]"
    else:
        value, interval = f"{percent(middle)} %", f" [{percent(low)}–{percent(high)}]"
    return value + interval if row["runs"] > 1 else value


_SETTINGS = threading.Lock()  # Matplotlib's settings belong to the process, not to the thread


FORMS: dict[str, dict[str, Any]] = {
    "png": {"dpi": 200, "metadata": {"Software": None}},
    "svg": {"metadata": {"Date": None}},
    "pdf": {"metadata": {"CreationDate": None}},
}
"""Forms of files, and what makes the bytes of equal figures equal."""


def save(
    figure: Figure, folder: Path, name: str, forms: Sequence[str] = ("png", "svg")
) -> list[Path]:
    """Save ``<name>.<form>`` of each form in a folder, which is made if need be; return the files."""
    files = [folder / f"{name}.{form}" for form in forms]
    with file_errors(folder / name):
        folder.mkdir(parents=True, exist_ok=True)
        with _SETTINGS, rc_context({"svg.hashsalt": "defectsim"}):
            for form, path in zip(forms, files, strict=True):
                with atomic_write(path) as file:
                    figure.savefig(file, format=form, **FORMS[form])
    return files


def as_svg(figure: Figure, name: str) -> str:
    """Return a figure as an SVG element whose text is text; figures of other names share no ids."""
    file = StringIO()
    with _SETTINGS, rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    whole = file.getvalue()
    return whole[whole.index("<svg") :]


POINTS = "percentage points"
"""Unit of a difference of shares."""


def written(value: float, unit: str) -> str:
    """Return a value to three figures, shares in per cent; shares of runs in whole per cents."""
    if unit == "% of runs":
        return f"{100 * value:.0f}"
    shown = 100 * value if unit in ("%", POINTS) else value
    return f"{shown:,.0f}" if abs(shown) >= 100 else f"{float(f'{shown:.3g}'):g}"


def by_unit(axis: Axis, unit: str) -> None:
    """Write the ticks of an axis in the unit of an outcome."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: written(value, unit)))
