"""Figure of a scenario: the cumulative share of each rank that is gone."""

import datetime as dt
import textwrap
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from defectsim.analysis import shares
from defectsim.core.errors import NothingToDrawError
from defectsim.model.transitions import GONE
from defectsim.plots.style import (
    COLOURS,
    INK,
    SMALL_GROUP,
    WIDTH,
    Heading,
    end_labels,
    plain_axes,
    points,
    spread,
    write,
)

type Policies = Sequence[tuple[str, dt.date]]
"""Names and dates of policies."""
type Period = tuple[dt.date, dt.date]
type KeyLine = tuple[str, str, str]
"""A number, date and name in the key; number and date are blank where a name continues."""

_BANDS = (("q05", "q95", 0.14), ("q25", "q75", 0.28))
_EMPTY_TOP = 0.01
_MARKER_GAP, _MARKER_RISE = 13.5, 15.0  # in points
_KEY_LETTERS = 58
# in inches
_LEFT, _RIGHT, _GAP = 0.7, 1.95, 0.22
_ENDS, _PANEL, _BETWEEN, _FOOT, _LINE = 0.34, 2.5, 0.3, 0.55, 0.165
_KEY_INDENTS = (0.12, 0.2, 0.95)
_KEY_SIDES = ("right", "left", "left")

_LONG = dt.timedelta(days=3 * 365)
_ENLARGED = dt.timedelta(days=365)


def numbered(policies: Policies) -> dict[dt.date, list[str]]:
    """Return the names of the policies of each date; the n-th date has number n."""
    names: dict[dt.date, list[str]] = defaultdict(list)
    for name, date in sorted(policies, key=lambda policy: policy[1]):
        names[date].append(name)
    return dict(names)


def at_date(date: dt.date, axes: Axes) -> float:
    """Return the place of a date on the x axis of axes in which dates were drawn."""
    return float(axes.convert_xunits(date))


def policy_numbers(policies: Policies, panels: Sequence[Axes]) -> None:
    """Write the numbers of the policies' dates above the last panel that shows them."""
    left = dict(enumerate(numbered(policies), 1))
    for axes in reversed(panels):
        first, last = axes.get_xlim()
        shares = {n: (at_date(date, axes) - first) / (last - first) for n, date in left.items()}
        shown = {number: share for number, share in shares.items() if 0 <= share <= 1}
        left = {number: date for number, date in left.items() if number not in shown}
        _draw_numbers(shown, axes)


def _draw_numbers(shares: dict[int, float], axes: Axes) -> None:
    width, height = points(axes)
    wanted = [share * width for share in shares.values()]
    spots = spread(wanted, _MARKER_GAP, 0, width + _MARKER_GAP)
    top = 1 + _MARKER_RISE / height
    line: dict[str, Any] = {"color": INK, "linewidth": 0.6, "marker": "o", "markevery": [1]}
    mark: dict[str, Any] = {"markerfacecolor": "white", "markersize": 12, "markeredgewidth": 0.6}
    text: dict[str, Any] = {"color": INK, "size": 7.5, "ha": "center", "va": "center_baseline"}
    place: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
    for (number, share), spot in zip(shares.items(), spots, strict=True):
        axes.plot([share, spot / width], [1, top], **line, **mark, **place)
        axes.text(spot / width, top, str(number), **text, **place)


def key_columns(policies: Policies, period: Period) -> list[list[KeyLine]]:
    """Return the lines of the key of numbers and policies, in at most two columns."""
    entries = []
    for number, (date, names) in enumerate(numbered(policies).items(), 1):
        outside = "" if period[0] <= date <= period[1] else " (outside the period shown)"
        first, *others = textwrap.wrap("; ".join(names) + outside, _KEY_LETTERS)
        further = [("", "", other) for other in others]
        entries.append([(str(number), str(date), first), *further])
    half = sum(map(len, entries)) / 2
    columns: list[list[KeyLine]] = [[], []]
    for entry in entries:
        columns[len(columns[0]) >= half].extend(entry)
    return [column for column in columns if column]


def cascade(frame: pl.DataFrame, axes: Axes, policies: Policies = ()) -> Axes:
    """Draw the share gone: a line and two bands a rank, and a thin line a policy's date.

    The frame has the rows of one status from `shares.cascade` by rank. `end_labels` or a legend
    names the ranks, and `policy_numbers` the policies.
    """
    for group in frame.partition_by("rank", maintain_order=True):
        _draw_rank(group, axes)
    look: dict[str, Any] = {"color": INK, "linewidth": 0.6, "alpha": 0.55, "zorder": 1.5}
    for date in sorted({date for _, date in policies}):
        axes.axvline(at_date(date, axes), gid=f"policy-{date}", **look)
    top = frame["q95"].max()
    axes.set_ylim(0, 1.06 * top if isinstance(top, float) and top > 0 else _EMPTY_TOP)
    axes.set_xlim(at_date(frame["date"][0], axes), at_date(frame["date"][-1], axes))
    locator = AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, show_offset=False)
    axes.xaxis.set_major_formatter(formatter)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g} %"))
    plain_axes(axes)
    return axes


def _draw_rank(group: pl.DataFrame, axes: Axes) -> None:
    rank = str(group["rank"][0])
    dates = group["date"].to_list()
    band: dict[str, Any] = {"color": COLOURS[rank], "linewidth": 0, "zorder": 2}
    line: dict[str, Any] = {"color": COLOURS[rank], "linewidth": 1.8, "zorder": 3, "label": rank}
    if group["strength"][0] < SMALL_GROUP:
        band["step"], line["drawstyle"] = "post", "steps-post"
    for low, high, alpha in _BANDS if group["runs"][0] > 1 else ():
        axes.fill_between(dates, group[low].to_numpy(), group[high].to_numpy(), alpha=alpha, **band)
    axes.plot(dates, group["q50"].to_numpy(), solid_capstyle="butt", **line)


def cascade_figure(series: pl.DataFrame, policies: Policies = (), title: str = "") -> Figure:
    """Return a row of panels a status that counts as gone, the last year enlarged if it is long.

    The series are those of a study, or their quantiles. Policies are numbered vertical lines, with
    a key below.
    """
    frame = shares.cascade(series)
    if frame.is_empty():
        raise NothingToDrawError(
            "there is nothing to draw: no run of this study ended well, or its scenario keeps no series"
        )
    period = (frame["date"][0], frame["date"][-1])
    key = key_columns(policies, period)
    rows = max(map(len, key), default=-2)
    runs = int(frame["runs"].to_numpy().max())
    drawn = f"line: median of {runs} runs; dark band: 50 %, light band: 90 % of runs"
    heading = Heading.of(
        title,
        f"Share of each rank's initial strength, {period[0]} to {period[1]}; "
        f"{drawn if runs > 1 else 'one run'}.",
    )
    head = heading.height + _ENDS
    panels_height = len(GONE) * _PANEL + (len(GONE) - 1) * _BETWEEN
    figure = Figure(figsize=(WIDTH, head + panels_height + _FOOT + _LINE * (rows + 2)))
    for row, status in enumerate(GONE):
        panels = _draw_row(figure, row, head, frame.filter(counted=status), policies)
        _name(panels[0], status.capitalize())
        for axes in panels:
            axes.tick_params(labelbottom=status == GONE[-1])
    heading.write(figure)
    ends = "At the end: median\n[90 % interval]" if runs > 1 else "At the end"
    write(figure, WIDTH - _RIGHT + 20 / 72, figure.get_figheight() - heading.height, ends)
    _write_key(figure, key)
    return figure


def _draw_row(
    figure: Figure, row: int, head: float, frame: pl.DataFrame, policies: Policies
) -> list[Axes]:
    """Draw one status over the whole period and, if that is long, its last year enlarged."""
    start, end = frame["date"][0], frame["date"][-1]
    right = WIDTH - _RIGHT
    long = end - start > _LONG
    middle = (_LEFT + right) / 2 if long else right
    panels = [cascade(frame, _panel(figure, row, head, _LEFT, middle), policies)]
    if long:
        (whole,), since = panels, end - _ENLARGED
        last_year = frame.filter(pl.col("date") >= since)
        whole.axvspan(at_date(since, whole), at_date(end, whole), color="0.95", zorder=0)
        enlarged = cascade(last_year, _panel(figure, row, head, middle + _GAP, right), policies)
        if row == len(GONE) - 1:
            enlarged.set_xlabel("the last year, enlarged", size=8.5, color=INK)
        enlarged.set_ylim(whole.get_ylim())
        enlarged.tick_params(labelleft=False)
        panels.append(enlarged)
    end_labels(frame, panels[-1])
    if row == 0:
        policy_numbers(policies, panels)
    return panels


def _panel(figure: Figure, row: int, head: float, left: float, right: float) -> Axes:
    height = figure.get_figheight()
    bottom = height - head - _PANEL - row * (_PANEL + _BETWEEN)
    return figure.add_axes((left / WIDTH, bottom / height, (right - left) / WIDTH, _PANEL / height))


def _name(axes: Axes, name: str) -> None:
    """Name a panel in its upper left corner, where a share that only grows leaves room."""
    blank = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.set_title(name, loc="left", x=0.025, y=0.9, size=10, weight="bold", color=INK, bbox=blank)


def _write_key(figure: Figure, key: list[list[KeyLine]]) -> None:
    rows = max(map(len, key), default=0)
    if rows:
        write(figure, _LEFT, _LINE * (rows + 1.7), "Policies", weight="bold")
    for number, column in enumerate(key):
        left = _LEFT + number * (WIDTH - _LEFT) / 2
        for row, line in enumerate(column):
            y = _LINE * (rows - row + 0.5)
            for indent, text, side in zip(_KEY_INDENTS, line, _KEY_SIDES, strict=True):
                write(figure, left + indent, y, text, ha=side)
