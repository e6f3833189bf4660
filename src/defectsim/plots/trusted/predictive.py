"""Figure of a posterior predictive check: observed targets against replicated ones."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defectsim.core.formatting import plain
from defectsim.plots.labels import shown
from defectsim.plots.style import AS_WRITTEN, INK, SERIES, Heading, Margins, begun, note

_MARGINS = Margins(left=2.0, right=3.3, above=0.55, below=0.6)
_ROW = 0.34  # in inches
_OFFSETS = (18, 72, 200)  # of numbers, in points
_ENDS = (-0.75, 1.75)
"""Places shown, in widths of the 90 % interval from its lower end."""


def predictive_rows(predictive: pl.DataFrame, axes: Axes) -> Axes:
    """Draw a row a target: the observed value by the 90 % interval of replicates.

    Every row has the scale on which its interval goes from the same place to the same place; an
    observed value that lies further out than the axes is an arrow at their end.

    Parameters
    ----------
    predictive
        Of `checks.predictive`.
    """
    axes.axvspan(0, 1, color="0.92", linewidth=0)
    for place, row in enumerate(predictive.rows(named=True)):
        middle, observed = (_place(row[name], row) for name in ("q50", "observed"))
        axes.plot(middle, place, "|", color=INK, markersize=13, markeredgewidth=1.6)
        beyond = observed if _ENDS[0] <= observed <= _ENDS[1] else None
        marker = "o" if beyond is not None else ("<" if observed < 0 else ">")
        at = min(max(observed, _ENDS[0]), _ENDS[1])
        colour, face = (SERIES[1], "white") if row["outside"] else (SERIES[0], SERIES[0])
        look: dict[str, Any] = {"markersize": 7, "markeredgewidth": 1.8, "clip_on": False}
        axes.plot(at, place, marker, color=colour, markerfacecolor=face, zorder=3, **look)
        in_row: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "va": "center"}
        for offset, text in zip(_OFFSETS, _numbers(row), strict=True):
            note(axes, text, (1, place), (offset, 0), **in_row)
    axes.set_ylim(predictive.height - 0.5, -0.5)
    names = [plain(name).replace("_", " ") for name in predictive["target"]]
    axes.set_yticks(range(predictive.height), names, **AS_WRITTEN)
    axes.set_xlim(*_ENDS)
    axes.set_xticks([0, 1], ["5 %", "95 %"])
    axes.set_xlabel("quantile of replicates from the posterior", size=8, color=INK)
    axes.tick_params(colors=INK, labelsize=8, length=2.5)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _place(value: float, row: Mapping[str, Any]) -> float:
    """Return how far a value lies from the lower end of the interval to its upper end."""
    width = row["q95"] - row["q05"]
    if width == 0:
        return 0.5 if value == row["q05"] else float("inf") * (1 if value > row["q05"] else -1)
    return float((value - row["q05"]) / width)


def _numbers(row: Mapping[str, Any]) -> tuple[str, str, str]:
    low, middle, high = (shown(row[name]) for name in ("q05", "q50", "q95"))
    return shown(row["observed"]), f"{middle} [{low}–{high}]", _tail(row["tail"])


def _tail(chance: float) -> str:
    return f"{chance:.2f}" if chance >= 0.005 else "< 0.01"


def predictive_figure(predictive: pl.DataFrame, title: str = "") -> Figure:
    """Return the observed targets against replicates; see `predictive_rows`."""
    outside = int(predictive["outside"].sum())
    text = (
        "Observed targets (filled mark) against replicates of runs at parameters from the posterior: "
        "their median (tick) and 90 % interval (grey), each on a scale of its own. Hollow marks: "
        f"outside of it, {outside} of {predictive.height}. Tail: chance of a replicate as far out."
    )
    figure, axes = begun(Heading.of(title, text), _ROW * predictive.height, _MARGINS)
    predictive_rows(predictive, axes)
    heads = ("observed", "replicates\nmedian [90 %]", "tail")
    for offset, head in zip(_OFFSETS, heads, strict=True):
        note(axes, head, (1, 1), (offset, 4), size=8, weight="bold", va="bottom")
    return figure
