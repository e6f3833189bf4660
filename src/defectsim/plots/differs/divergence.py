"""Figure of a comparison by people: who behaves differently than in the baseline, and by when."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from defectsim.analysis.divergence import COUNTS, Divergence
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import EVERYONE, counted, plain
from defectsim.model.transitions import RANKS
from defectsim.plots.style import (
    AS_WRITTEN,
    INK,
    MARKERS,
    NAMES,
    SERIES,
    WIDTH,
    Heading,
    note,
)

_LABELS = {
    "acted": "behave differently",
    "treated": "only treated differently",
    "ended": "end differently",
}
_APART = 0.26
# in inches
_LEFT, _RIGHT, _ROW, _NAME, _BETWEEN, _FOOT, _KEY = 1.6, 1.9, 0.36, 0.32, 0.45, 0.45, 0.3


def divergence_rows(found: Divergence, axes: Axes) -> Axes:
    """Draw by group how many people differ: median and 90 % of pairs, on a logarithmic axis.

    The groups are everybody, each rank, and each branch; groups in which nobody differs are left
    out.
    """
    rows = _groups(found).to_dicts()
    for place, row in enumerate(rows):
        for number, name in enumerate(COUNTS):
            low, middle, high = (row[f"{name}_{end}"] for end in ("q05", "q50", "q95"))
            y, colour = place + _APART * (number - 1), SERIES[number]
            axes.plot([low, high], [y, y], color=colour, linewidth=2, solid_capstyle="butt")
            look: dict[str, Any] = {"markersize": 5.5, "markeredgecolor": "white"}
            label = "" if place else _LABELS[name]
            axes.plot(middle, y, MARKERS[number], color=colour, label=label, zorder=3, **look)
        at = {"xycoords": axes.get_yaxis_transform(), "va": "center"}
        share = f"{row['pairs']} of {found.pairs}; {row['q50_q50']}"
        note(axes, share, (1, place), (10, 0), **at)
    axes.set_xscale("symlog", linthresh=1, linscale=0.5)
    axes.set_xlim(-0.15, max(1.5, 1.4 * max(row[f"{name}_q95"] for row in rows for name in COUNTS)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [plain(row["group"]) for row in rows], **AS_WRITTEN)
    axes.tick_params(colors=INK, labelsize=8, length=2.5)
    axes.tick_params(which="minor", length=0)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _groups(found: Divergence) -> pl.DataFrame:
    """Return counts and dates of everybody, ranks and branches, in this order."""
    rows = found.people.join(found.dates, on=["branch", "rank"])
    ranks = [rows.filter(branch=EVERYONE, rank=rank) for rank in (EVERYONE, *RANKS)]
    branches = rows.filter(pl.col("branch") != EVERYONE, rank=EVERYONE).sort("branch")
    named = pl.concat([*ranks, branches])
    group = (
        pl.when(pl.col("branch") != EVERYONE)
        .then(pl.col("branch"))
        .otherwise(pl.col("rank").replace(NAMES | {EVERYONE: "Everybody"}))
    )
    return named.with_columns(group=group)


def divergence_figure(found: Mapping[str, Divergence], title: str = "") -> Figure:
    """Return rows of groups a scenario, by how many people differ from the baseline.

    Parameters
    ----------
    found
        Of `divergence.summarize_divergence`, by scenario.
    """
    drawn = {name: one for name, one in found.items() if one.same < one.pairs}
    if not drawn:
        raise NothingToDrawError(
            "there is nothing to draw: nobody behaves differently in any pair, or the scenarios "
            "record no events"
        )
    heading = Heading.of(title, _text(found))
    tall = {name: _ROW * _groups(one).height for name, one in drawn.items()}
    body = sum(tall.values()) + (_NAME + _BETWEEN) * len(drawn)
    height = heading.height + _KEY + body + _FOOT - _BETWEEN + 0.15
    figure = Figure(figsize=(WIDTH, height))
    heading.write(figure)
    top = heading.height + _KEY
    for name, one in drawn.items():
        bottom = 1 - (top + _NAME + tall[name]) / height
        box = (_LEFT / WIDTH, bottom, 1 - (_LEFT + _RIGHT) / WIDTH, tall[name] / height)
        axes = divergence_rows(one, figure.add_axes(box))
        note(axes, name, (0, 1), (0, 4), size=9, weight="bold", va="bottom")
        note(axes, "pairs with anybody;\nhalf of them by", (1, 1), (10, 2), size=7.5, va="bottom")
        top += _NAME + tall[name] + _BETWEEN
    right = max(panel.get_xlim()[1] for panel in figure.axes)
    for panel in figure.axes:
        panel.set_xlim(right=right)
    axes.set_xlabel("people", size=8.5, color=INK)
    place = (_LEFT / WIDTH, 1 - heading.height / height)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=place, ncols=3, frameon=False, fontsize=8
    )
    return figure


def _text(found: Mapping[str, Divergence]) -> str:
    pairs = max(one.pairs for one in found.values())
    same = [f"{name} in {one.same}" for name, one in found.items() if one.same]
    alike = f" Everybody behaves the same: {', '.join(same)}." if same else ""
    return (
        f"People who differ from the baseline, person by person, in {counted(pairs, 'pair')} on "
        "common random numbers. Mark: median; bar: 90 % of pairs. Behave differently: another "
        f"change of their own, or another date.{alike}"
    )
