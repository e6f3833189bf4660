"""Tables of the runs of one scenario: who is gone, the end of the regime, and the harms."""

from collections.abc import Iterator, Mapping
from itertools import chain

import polars as pl
from rich.columns import Columns
from rich.console import Group, RenderableType

from defectsim.analysis.outcomes import words
from defectsim.analysis.shares import quantiles
from defectsim.analysis.summaries import Band, Summary
from defectsim.core.formatting import BAND, EVERYONE, people
from defectsim.core.screen import PlainTable, plain_text
from defectsim.model.transitions import GONE
from defectsim.report.layout import (
    Cell,
    band,
    banded,
    branch_table,
    empty_table,
    range_content,
    stacked,
)


def run_table(
    summary: Summary,
    observed: pl.DataFrame,
    redrawn_ties: bool = False,
    drawn: pl.DataFrame | None = None,
) -> Group:
    """Return the tables of a summary.

    Parameters
    ----------
    observed
        From `summaries.observed`; no rows if the scenario has no observers.
    redrawn_ties
        True if each run drew ties of its own.
    drawn
        Parameters of each run by path, if any were drawn.
    """
    parts = chain(_parts(summary, observed, redrawn_ties), _drawn(drawn))
    return stacked(parts)


def _parts(
    summary: Summary, observed: pl.DataFrame, redrawn_ties: bool
) -> Iterator[RenderableType]:
    if not summary.shares.is_empty():
        yield _gone(summary)
        yield _branches(summary)
    yield plain_text("\n".join(_lines(summary, redrawn_ties)))
    tables = [_harms(summary)]
    if summary.outcomes:
        tables.insert(0, _chances("What became of the regime", summary.outcomes))
    yield Columns(tables, padding=(0, 4))
    if summary.chances:
        yield _chances("What happened", summary.chances)
    if summary.numbers:
        yield _numbers(summary)
    if not observed.is_empty():
        yield _observed(observed)


def _gone(summary: Summary) -> PlainTable:
    title = f"Gone at the end, in % of strength: median of {summary.done} runs [90 % interval]"
    numbers: dict[str, Cell] = {"strength": lambda row: f"{row['strength']:,}"}
    numbers |= {status: banded(_percent, f"{status}_") for status in GONE}
    return branch_table(title, "branch\n  rank", numbers, summary.shares.to_dicts())


def _branches(summary: Summary) -> PlainTable:
    title = "Branches at the end, in % of strength: median [90 % interval]"
    numbers = {
        "effective and loyal": banded(_percent),
        "deserted": banded(_percent, "deserted_"),
        "recorded": banded(_percent, "recorded_"),
    }
    rows = summary.shares.filter(rank=EVERYONE).join(summary.loyal, on="branch")
    return branch_table(title, "branch", numbers, rows.to_dicts())


def _chances(title: str, chances: Mapping[str, Band]) -> PlainTable:
    table = empty_table(title, ("outcome",), ("probability\n[90 % interval]",))
    for name, (low, middle, high) in chances.items():
        table.add_row(name.replace("_", " "), f"{middle:.2f} [{low:.2f}–{high:.2f}]")
    return table


def _numbers(summary: Summary) -> PlainTable:
    table = empty_table("Outcomes: median [90 % interval]", ("outcome",), ("all runs",))
    for name, numbers in summary.numbers.items():
        table.add_row(name.replace("_", " "), _number(*numbers))
    return table


def _harms(summary: Summary) -> PlainTable:
    fallen = f"the {summary.fallen} in\nwhich it fell"
    runs = ("all runs", fallen) if summary.fallen else ("all runs",)
    title = "Harms: median [90 % interval]"
    table = empty_table(title, ("people",), runs)
    table.min_width = len(title)  # beside another table, a title wider than its own is cut
    for name, harm in summary.harms.items():
        table.add_row(words(name), *(people(*band) for band in harm if band))
    return table


def _observed(observed: pl.DataFrame) -> PlainTable:
    title = "Observed: median [90 % interval]"
    table = empty_table(title, ("observer", "number"), ("at the end", "highest"))
    for row in observed.to_dicts():
        cells = (_number(*band(row, f"{part}_")) for part in ("end", "peak"))
        table.add_row(row["observer"], row["name"], *cells)
    return table


def _drawn(drawn: pl.DataFrame | None) -> Iterator[PlainTable]:
    if drawn is None or not drawn.columns:
        return
    table = empty_table("Parameters drawn: median [90 % interval]", ("parameter",), ("all runs",))
    for path in drawn.columns:
        table.add_row(path, _number(*drawn.select(quantiles(pl.col(path), BAND)).row(0)))
    yield table


def _lines(summary: Summary, redrawn_ties: bool) -> Iterator[str]:
    army = "" if summary.generals is None else f" of {summary.generals:,}"
    yield f"Generals defected: {people(*summary.generals_defected)}{army}"
    if summary.capital:
        capital = _percent(*summary.capital)
        yield f"Effective strength in the capital that serves the ruler, in %: {capital}"
    drawn = "a network of its own for each run" if redrawn_ties else "one network for all runs"
    yield f"Ties: {drawn}"
    if narrow := range_content(summary.done, "run"):
        yield narrow
    if summary.failed:
        yield f"{summary.failed} of {summary.done + summary.failed} runs failed and are not counted"


def _percent(*shares: float) -> str:
    return _between(*(f"{100 * share:.{2 if share < 0.1 else 1}f}" for share in shares))


def _number(*values: float) -> str:
    return _between(*(f"{value:,.6g}" for value in values))


def _between(low: str, middle: str, high: str) -> str:
    return middle if low == high else f"{middle} [{low}–{high}]"
