"""Who does otherwise, when, and where they end, as tables for a terminal of 100 columns."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from defectsim.analysis.otherwise import COUNTS, Otherwise
from defectsim.core.quantiles import BAND, EVERYONE
from defectsim.core.statuses import RANKS
from defectsim.report.numbers import counted, people

_MEANING = (
    "act otherwise: make another change, or the same on another date; only treated otherwise: only\n"
    "arrests, dismissals or orders to come back differ; end otherwise: have another status at the end"
)
_WAYS_SHOWN = 6


def people_tables(found: Otherwise) -> list[Table]:
    """Return who does otherwise by branch and rank, when by rank, and the commonest ways to end otherwise."""
    return [_people(found), _dates(found), *_ways(found)]


def _people(found: Otherwise) -> Table:
    title = f"Who does otherwise than in the baseline: median of {counted(found.pairs, 'pair')} [90 % of pairs]"
    counts = ("act otherwise", "only treated\notherwise", "end otherwise", "pairs with\nanybody", "half of them\nby")
    table = plain_table(title, ("branch", "rank"), counts)
    table.caption, table.caption_justify = _MEANING, "left"
    when = {(row["branch"], row["rank"]): row for row in found.dates.to_dicts()}
    shown = None
    for row in sorted(found.people.to_dicts(), key=_place):
        if shown not in (None, row["branch"]):
            table.add_section()
        branch, shown = row["branch"] if row["branch"] != shown else "", row["branch"]
        bands = (people(*(row[f"{name}_{q}"] for q in BAND)) for name in COUNTS)
        date = when[row["branch"], row["rank"]]
        table.add_row(branch, row["rank"], *bands, f"{date['of']} of {found.pairs}", str(date["q50_q50"]))
    return table


def _dates(found: Otherwise) -> Table:
    title = "When their lives part: median date [90 % of pairs, in days before and after it]"
    table = plain_table(title, ("rank",), ("one in twenty by", "half of them by", "all but one in twenty by"))
    for row in sorted(found.dates.filter(branch=EVERYONE).to_dicts(), key=_place):
        table.add_row(row["rank"], *(_date(*(row[f"{when}_{q}"] for q in BAND)) for when in BAND))
    return table


def _date(low: dt.date, middle: dt.date, high: dt.date) -> str:
    return str(middle) if low == high else f"{middle} [-{(middle - low).days}, +{(high - middle).days}]"


def _ways(found: Otherwise) -> list[Table]:
    totals = found.ways.filter(branch=EVERYONE, rank=EVERYONE).sort("q50", "q95", descending=True, maintain_order=True)
    if totals.is_empty():
        return []
    more = f", the {_WAYS_SHOWN} commonest of {totals.height} ways" if totals.height > _WAYS_SHOWN else ""
    title = f"Where they end: median [90 % of pairs]{more}"
    table = plain_table(title, ("in the baseline\nand here",), (*RANKS, EVERYONE))
    cells = {
        (row["status_base"], row["status_other"], row["rank"]): row
        for row in found.ways.filter(branch=EVERYONE).to_dicts()
    }
    for base, other in totals.select("status_base", "status_other").head(_WAYS_SHOWN).rows():
        rows = (cells.get((base, other, rank)) for rank in (*RANKS, EVERYONE))
        counts = (people(*(row[q] for q in BAND)).replace(" ", "\n") if row else "0" for row in rows)
        table.add_row(f"{base}\n-> {other}", *counts)
    return [table]


def _place(row: Mapping[str, Any]) -> tuple[bool, str, int]:
    return row["branch"] == EVERYONE, row["branch"], (*RANKS, EVERYONE).index(row["rank"])


def plain_table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """Return an empty table without lines between columns; words stand left, numbers right."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    for name in words:
        table.add_column(name, vertical="bottom")
    for name in numbers:
        table.add_column(name, justify="right", vertical="bottom", overflow="fold")
    return table
