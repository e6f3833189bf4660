"""Medians with their bands, over time, by rank."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter

from defectsim.plots.markers import Policies, at_date
from defectsim.plots.palette import COLOURS, INK, SMALL_GROUP

_BANDS = (("q05", "q95", 0.14), ("q25", "q75", 0.28))
_EMPTY_TOP = 0.01


def cascade(frame: pl.DataFrame, axes: Axes, policies: Policies = ()) -> Axes:
    """Draw the share gone by one way: a line and two bands a rank, and a thin line for each policy's date.

    `end_labels` says which line is which rank, and so does `axes.legend()`.

    Parameters
    ----------
    frame
        Rows of one way of `analysis.cascade` by rank.
    axes
        Where to draw.
    policies
        Names and dates; `policy_numbers` says which line is which.
    """
    for group in frame.partition_by("rank", maintain_order=True):
        _draw_rank(group, axes)
    for date in sorted({date for _, date in policies}):
        axes.axvline(at_date(date, axes), color=INK, linewidth=0.6, alpha=0.55, zorder=1.5, gid=f"policy-{date}")
    _dress(frame, axes)
    return axes


def _draw_rank(group: pl.DataFrame, axes: Axes) -> None:
    rank = str(group["rank"][0])
    colour = COLOURS[rank]
    small = group["strength"][0] < SMALL_GROUP
    dates = group["date"].to_list()
    for low, high, alpha in _BANDS if group["runs"][0] > 1 else ():
        axes.fill_between(
            dates,
            group[low].to_numpy(),
            group[high].to_numpy(),
            step="post" if small else None,
            color=colour,
            alpha=alpha,
            linewidth=0,
            zorder=2,
        )
    axes.plot(
        dates,
        group["q50"].to_numpy(),
        color=colour,
        linewidth=1.8,
        drawstyle="steps-post" if small else "default",
        solid_capstyle="butt",
        label=rank,
        zorder=3,
    )


def _dress(frame: pl.DataFrame, axes: Axes) -> None:
    top = frame["q95"].max()
    axes.set_ylim(0, 1.06 * top if isinstance(top, float) and top > 0 else _EMPTY_TOP)
    axes.set_xlim(at_date(frame["date"][0], axes), at_date(frame["date"][-1], axes))
    locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]  # Matplotlib types it not
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, show_offset=False)  # type: ignore[no-untyped-call]  # Matplotlib types it not
    axes.xaxis.set_major_formatter(formatter)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g} %"))
    axes.tick_params(colors=INK, labelsize=8.5, length=3)
    axes.grid(axis="y", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
