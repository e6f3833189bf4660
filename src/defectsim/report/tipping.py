"""Tables of tipping points: thresholds across seeds, and a boundary over two levers."""

import math

import polars as pl
from rich.console import Group

from defectsim.analysis.tipping.points import Quantile, Tipping
from defectsim.core.formatting import digits
from defectsim.core.screen import plain_text
from defectsim.report.layout import broken_path, empty_table, stacked

_LETTERS = 30


def tipping_table(one: Tipping, title: str) -> Group:
    """Return quantiles of the thresholds across seeds, and what was found."""
    interval = f"{100 * one.level:g} % interval"
    table = empty_table(
        title,
        ["seeds that\nhave tipped"],
        [f"at {broken_path(one.lever.name, _LETTERS)}", interval],
    )
    for share, quantile in zip((0.1, 0.5, 0.9), one.quantiles, strict=True):
        table.add_row(f"{100 * share:g} %", *_quantile(quantile, one))
    low, high = (100 * end for end in one.never)
    never = f"{one.counts.never} of {one.counts.seeds} seeds never tip [{low:.0f}–{high:.0f} %]."
    return stacked(
        [*([table] if one.value is not None else []), plain_text(f"{one.found}\n{never}")]
    )


def _quantile(quantile: Quantile, one: Tipping) -> tuple[str, str]:
    if quantile.value is None or quantile.interval is None:
        return "out of range", ""
    low, high = (_finite(end, one) for end in quantile.interval)
    places = digits(high - low)
    first = f"{low:,.{places}f}" if quantile.interval[0] > -math.inf else "below"
    last = f"{high:,.{places}f}" if quantile.interval[1] < math.inf else "above"
    return f"{quantile.value:,.{places}f}", f"{first} to {last}"


def _finite(end: float, one: Tipping) -> float:
    return min(max(end, one.lever.low), one.lever.high)


def boundary_table(table: pl.DataFrame, other: str, lever: str, title: str, found: str) -> Group:
    """Return the tipping point of a lever at each value of another."""
    shown = empty_table(
        title,
        [broken_path(other, _LETTERS)],
        [f"{broken_path(lever, _LETTERS)}\ntips at", "90 % interval", "never"],
    )
    for row in table.rows(named=True):
        ends = [row[end] for end in ("low", "high")]
        known = [end for end in ends if end is not None]
        places = digits(max(known) - min(known)) if len(known) == 2 else 3
        written = ["" if end is None else f"{end:,.{places}f}" for end in (row["value"], *ends)]
        tips = written[0] or "no tipping point"
        between = f"{written[1] or 'below'} to {written[2] or 'above'}" if written[0] else ""
        shown.add_row(f"{row[other]}", tips, between, f"{row['never']} of {row['seeds']}")
    return stacked([shown, plain_text(found)])
