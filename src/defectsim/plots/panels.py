"""Panels of a figure and what they share: layout in inches, dates, looks and labels at line ends."""

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from defectsim.model.transitions import Status
from defectsim.plots.style import INK, WIDTH, Heading, note, plain_axes, points, spread

_LETTER, _SMALL = 6.3, 4.6
"""Width of a letter of a panel's name, and of the text beside it, in points."""
_KEPT = 24
"""Letters that a text keeps beside a long name: its last ones."""
_LETTERS = 142
"""Letters of a line of text above panels."""


class Look(NamedTuple):
    """Look of a line or an area, told apart in grey too."""

    colour: str
    line: Any
    """Line style of Matplotlib."""
    hatch: str
    marker: str


_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8C6D00", "#56B4E9", "#444444")
_LINES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), "-", (0, (3, 1)))
_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++++")
_MARKERS = ("o", "^", "s", "D", "v", "P", "X")
LOOKS = tuple(Look(*one) for one in zip(_COLOURS, _LINES, _HATCHES, _MARKERS, strict=True))
"""Looks of what is neither rank nor status, in their order."""
_FIRST = (Status.DESERTED, Status.DEFECTED)
STATUS_LOOKS = {
    str(status): look
    for status, look in zip(
        (*_FIRST, *(one for one in Status if one not in (*_FIRST, Status.LOYAL))),
        cycle(LOOKS),
        strict=False,
    )
}
"""Look of each status but the loyal."""


class Layout(NamedTuple):
    """Layout of panels in rows and columns, in inches."""

    rows: int = 1
    columns: int = 1
    height: float = 2.3
    """Of a panel."""
    left: float = 0.75
    right: float = 1.5
    """Room at the right of each panel, for labels."""
    head: float = 0.2
    """Room above the first row, for the titles of its panels."""
    between: float = 0.62
    """Room above each other row, for the ticks of the row above too."""
    foot: float = 0.45

    @property
    def width(self) -> float:
        """Width of a panel."""
        return WIDTH / self.columns - self.left - self.right


def heading_of(title: str, text: str) -> Heading:
    """Wrap a title and the text below it in lines that fit, whatever the letters of the text."""
    title_alone = Heading.of(title, "")
    return Heading(title_alone.title, textwrap.wrap(text, _LETTERS))


def panels(title: str, text: str, layout: Layout) -> tuple[Figure, list[Axes]]:
    """Return a figure with a title and a text, and its panels row by row."""
    heading = heading_of(title, text)
    tall = layout.height + layout.between
    top = heading.height + layout.head
    height = top + layout.rows * tall - layout.between + layout.foot
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    found = []
    for place in range(layout.rows * layout.columns):
        row, column = divmod(place, layout.columns)
        left = column * WIDTH / layout.columns + layout.left
        bottom = height - top - row * tall - layout.height
        box = (left / WIDTH, bottom / height, layout.width / WIDTH, layout.height / height)
        axes = figure.add_axes(box)
        plain_axes(axes)
        found.append(axes)
    return figure, found


def panels_abreast(title: str, text: str, number: int, **room: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with a number of panels, at most two in a row.

    Parameters
    ----------
    room
        Height of a panel, and room around it; see `Layout`.
    """
    columns = min(2, number)
    figure, axes = panels(title, text, Layout(-(-number // columns), columns, **room))
    for unused in axes[number:]:
        unused.remove()
    return figure, axes[:number]


def name_panel(axes: Axes, name: str, text: str = "", room: float = 50) -> None:
    """Write the name of a panel above it, and a text beside it; what is too long is cut.

    Parameters
    ----------
    room
        Room beside the panel, in points.
    """
    width = points(axes)[0] + room
    most = int((width - _SMALL * min(len(text), _KEPT)) / _LETTER)
    name = name if len(name) <= most else f"{name[: most - 1]}…"
    most = int((width - _LETTER * len(name)) / _SMALL)
    text = text if len(text) <= most else f"…{text[1 - most :]}"
    look: dict[str, Any] = {"va": "bottom", "annotation_clip": False}
    named = note(axes, name, (0, 1), (0, 5), size=9.5, weight="bold", va="bottom")
    if text:
        look |= {"xycoords": named, "size": 8}
        note(axes, text, (1, 0), (6 if name else 0, 0), **look)


def date_axis(axes: Axes, start: dt.date, end: dt.date) -> None:
    """Scale the x axis of axes to two dates, few of which are written."""
    locator = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.xaxis.get_offset_text().set(size=8, color=INK)
    first, last = (float(axes.convert_xunits(date)) for date in (start, end))
    axes.set_xlim(first, max(last, first + 1))


def percent_axis(axes: Axes, top: float) -> None:
    """Scale the y axis of axes to shares up to a highest one, in per cent."""
    axes.set_ylim(0, top if top > 0 else 0.01)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g} %"))


def scales(frame: pl.DataFrame, *columns: str) -> dict[str, float]:
    """Return the highest value that a *scale*'s panels show, by its name."""
    highest = pl.max_horizontal(pl.col(name).max() for name in columns)
    return dict(frame.group_by("scale").agg(highest.alias("highest")).iter_rows())


def direct_labels(
    axes: Axes,
    labels: Sequence[tuple[float, str]],
    colours: Mapping[str, str] | None = None,
    gap: float = 11.0,
) -> None:
    """Write labels at the right of axes, each beside a height, `gap` points apart, with a stub.

    Parameters
    ----------
    labels
        Heights in data, and labels, whose first word may have a colour.
    """
    ordered = sorted(labels)
    width, height = points(axes)
    to_axes = axes.transScale + axes.transLimits
    first = axes.get_xlim()[0]
    ends = [float(to_axes.transform((first, one))[1]) for one, _ in ordered]
    places = spread([end * height for end in ends], gap, 0, height)
    for (_, label), end, place in zip(ordered, ends, places, strict=True):
        colour = (colours or {}).get(label.partition(" ")[0], INK)
        line: dict[str, Any] = {"color": colour, "linewidth": 0.8, "clip_on": False}
        stub = [1 + 2 / width, 1 + 10 / width]
        axes.plot(stub, [end, place / height], transform=axes.transAxes, **line)
        note(axes, label, (1 + 12 / width, place / height), va="center", color=colour)
