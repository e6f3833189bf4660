"""Which vertical line is which policy: numbers above the axes, and a key to them."""

import datetime as dt
import textwrap
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from defectsim.plots.labels import points, spread
from defectsim.plots.palette import INK

type Policies = Sequence[tuple[str, dt.date]]

_GAP = 13.5
_RISE = 15.0
_KEY_WIDTH = 58


class KeyLine(NamedTuple):
    """A line of the key; number and date are blank where a name goes on."""

    number: str
    date: str
    name: str


def numbered(policies: Policies) -> dict[dt.date, list[str]]:
    """Return the names of the policies of each date; the n-th date has number n."""
    names: dict[dt.date, list[str]] = defaultdict(list)
    for name, date in sorted(policies, key=lambda policy: policy[1]):
        names[date].append(name)
    return dict(names)


def at_date(date: dt.date, axes: Axes) -> float:
    """Return where a date lies on the x axis of some axes, in which dates were drawn."""
    return float(axes.convert_xunits(date))  # type: ignore[no-untyped-call]  # Matplotlib types it not


def policy_numbers(policies: Policies, panels: Sequence[Axes]) -> None:
    """Write the numbers of the policies' dates above the axes, spread apart where dates are close.

    Parameters
    ----------
    policies
        Names and dates.
    panels
        Axes on which the dates were drawn. A date has its number on the last that shows it.
    """
    left = dict(enumerate(numbered(policies), 1))
    for axes in reversed(panels):
        first, last = axes.get_xlim()
        shares = {number: (at_date(date, axes) - first) / (last - first) for number, date in left.items()}
        shown = {number: share for number, share in shares.items() if 0 <= share <= 1}
        left = {number: date for number, date in left.items() if number not in shown}
        _draw_numbers(shown, axes)


def _draw_numbers(shares: dict[int, float], axes: Axes) -> None:
    width, height = points(axes)
    spots = spread([share * width for share in shares.values()], _GAP, 0, width + _GAP)
    top = 1 + _RISE / height
    line: dict[str, Any] = {"color": INK, "linewidth": 0.6, "marker": "o", "markevery": [1]}
    mark: dict[str, Any] = {"markerfacecolor": "white", "markersize": 12, "markeredgewidth": 0.6}
    text: dict[str, Any] = {"color": INK, "size": 7.5, "ha": "center", "va": "center_baseline"}
    place: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
    for (number, share), spot in zip(shares.items(), spots, strict=True):
        axes.plot([share, spot / width], [1, top], **line, **mark, **place)
        axes.text(spot / width, top, str(number), **text, **place)


def key_columns(policies: Policies, period: tuple[dt.date, dt.date]) -> list[list[KeyLine]]:
    """Return the lines that say which number is which policy, in one column or two."""
    entries = [_entry(number, at, names, period) for number, (at, names) in enumerate(numbered(policies).items(), 1)]
    half = sum(map(len, entries)) / 2
    columns: list[list[KeyLine]] = [[], []]
    for entry in entries:
        columns[len(columns[0]) >= half].extend(entry)
    return [column for column in columns if column]


def _entry(number: int, at: dt.date, names: Sequence[str], period: tuple[dt.date, dt.date]) -> list[KeyLine]:
    outside = "" if period[0] <= at <= period[1] else " (outside the period shown)"
    first, *others = textwrap.wrap("; ".join(names) + outside, _KEY_WIDTH)
    return [KeyLine(str(number), str(at), first), *(KeyLine("", "", more) for more in others)]
