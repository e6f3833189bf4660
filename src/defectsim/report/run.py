"""Tables of the runs of one scenario: who is gone, the end of the regime, and the harms."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.analysis.outcomes import words
from defectsim.analysis.summaries import Band, Summary
from defectsim.core.formatting import BAND, EVERYONE, people
from defectsim.model.transitions import GONE
from defectsim.report.layout import add_by_branch, empty_table


def run_table(found: Summary, observed: pl.DataFrame, question: str = "") -> Group:
    """Return the tables of a summary.

    Parameters
    ----------
    observed
        From `analysis.observed`; no rows if the scenario has no observers.
    """
    parts: list[RenderableType] = [Text(question, style="italic"), Text()] if question else []
    if not found.shares.is_empty():
        parts += [_gone(found), Text(), _branches(found), Text()]
    parts += [*map(Text, _lines(found)), Text()]
    parts.append(Columns([_outcomes(found), _harms(found)], padding=(0, 4)))
    if not observed.is_empty():
        parts += [Text(), _observed(observed)]
    return Group(*parts)


def _gone(found: Summary) -> Table:
    title = f"Gone at the end, in % of strength: median of {found.done} runs [90 % interval]"
    table = empty_table(title, ("branch\n  rank",), ("strength", *GONE))

    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        shares = (_percent(_band(row, f"{status}_")) for status in GONE)
        return f"{row['strength']:,}", *shares

    add_by_branch(table, found.shares.to_dicts(), cells)
    return table


def _branches(found: Summary) -> Table:
    title = "Branches at the end, in % of strength: median [90 % interval]"
    table = empty_table(title, ("branch",), ("effective and loyal", "deserted", "recorded"))
    loyal = {row["branch"]: _percent(_band(row)) for row in found.loyal.to_dicts()}

    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        shares = (_percent(_band(row, f"{name}_")) for name in ("deserted", "recorded"))
        return loyal[row["branch"]], *shares

    add_by_branch(table, found.shares.filter(rank=EVERYONE).to_dicts(), cells)
    return table


def _outcomes(found: Summary) -> Table:
    table = empty_table(
        "What became of the regime", ("outcome",), ("probability\n[90 % interval]",)
    )
    for name, (low, middle, high) in found.outcomes.items():
        table.add_row(name, f"{middle:.2f} [{low:.2f}–{high:.2f}]")
    return table


def _harms(found: Summary) -> Table:
    fallen = f"the {found.fallen} in\nwhich it fell"
    runs = ("all runs", fallen) if found.fallen else ("all runs",)
    table = empty_table("Harms: median [90 % interval]", ("people",), runs)
    for name, harm in found.harms.items():
        table.add_row(words(name), *(people(*band) for band in harm if band))
    return table


def _observed(observed: pl.DataFrame) -> Table:
    title = "Observed: median [90 % interval]"
    table = empty_table(title, ("observer", "number"), ("at the end", "highest"))
    for row in observed.to_dicts():
        cells = (_number(_band(row, f"{part}_")) for part in ("end", "peak"))
        table.add_row(row["observer"], row["name"], *cells)
    return table


def _lines(found: Summary) -> Iterator[str]:
    army = "" if found.generals is None else f" of {found.generals:,}"
    yield f"Generals defected: {people(*found.generals_defected)}{army}"
    if found.capital:
        capital = _percent(found.capital)
        yield f"Effective strength in the capital that serves the ruler, in %: {capital}"
    if found.failed:
        yield f"{found.failed} of {found.done + found.failed} runs failed and are not counted"


def _band(row: Mapping[str, Any], prefix: str = "") -> Band:
    return Band(*(row[f"{prefix}{quantile}"] for quantile in BAND))


def _number(band: Band) -> str:
    low, middle, high = (f"{value:,.6g}" for value in band)
    return middle if low == high else f"{middle} [{low}–{high}]"


def _percent(band: Band) -> str:
    low, middle, high = (f"{100 * share:.{2 if share < 0.1 else 1}f}" for share in band)
    return middle if low == high else f"{middle} [{low}–{high}]"
