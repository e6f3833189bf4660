"""A study as tables for the terminal."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim import analysis
from defectsim.analysis import Band, Summary, observed, summary
from defectsim.analysis.outcomes import Outcome
from defectsim.analysis.sweeps import sweep
from defectsim.core.quantiles import BAND
from defectsim.report.comparison import counted, level, named, plain_table
from defectsim.store import StoredStudy

RANK_ORDER = ("enlisted", "nco", "officer", "general", "all")
HARMED = {
    "arrested": "arrested",
    "dismissed": "dismissed",
    "casualties": "killed in attempts",
    "stranded": "stranded defectors",
}


def study_table(study: StoredStudy) -> Group:
    """Return what became of the regime, who is gone and whom it harmed, with 90 % intervals, and what observers saw."""
    found = summary(study.course, study.runs)
    came = Columns([_outcomes(found), _harms(found)], padding=(0, 3))
    seen = [] if study.observations.is_empty() else [_observed(study)]
    if found.shares.is_empty():
        return Group(*_lines(found), came, *_failed(found), *seen)
    return Group(_gone(found), *_lines(found), _branches(found), came, *_failed(found), *seen)


def _gone(found: Summary) -> Table:
    title = f"Gone at the end, in % of strength: median of {found.done} runs [90 % interval]"
    table = _table(title, ("branch", "rank"), ("strength", "deserted", "defected"))
    shown = None
    for row in sorted(found.shares.to_dicts(), key=_place):
        if shown not in (None, row["branch"]):
            table.add_section()
        branch = row["branch"] if row["branch"] != shown else ""
        shown = row["branch"]
        bands = (_percent(_band(row, f"{way}_")) for way in ("deserted", "defected"))
        table.add_row(branch, row["rank"], f"{row['strength']:,}", *bands)
    return table


def _outcomes(found: Summary) -> Table:
    table = _table("What became of the regime", ("outcome",), ("probability [90 %]",))
    for name, (low, middle, high) in found.outcomes.items():
        table.add_row(name, f"{middle:.2f} [{low:.2f}, {high:.2f}]")
    return table


def _branches(found: Summary) -> Table:
    title = "Branches at the end, in % of strength: median [90 % interval]"
    table = _table(title, ("branch",), ("effective and loyal", "deserted", "recorded"))
    left = {row["branch"]: _percent(_band(row)) for row in found.loyal.to_dicts()}
    for row in sorted(found.shares.filter(rank="all").to_dicts(), key=_place):
        branch = row["branch"]
        table.add_row(
            branch,
            left[branch],
            *(_percent(_band(row, f"{way}_")) for way in ("deserted", "recorded")),
        )
    return table


def _harms(found: Summary) -> Table:
    fell = f"the {found.fallen} in which it fell"
    table = _table(
        "Harms: median [90 % interval]",
        ("people",),
        ("all runs", *([fell] if found.fallen else [])),
    )
    for name, harm in found.harms.items():
        table.add_row(HARMED[name], *(_people(band) for band in harm if band))
    return table


def _observed(study: StoredStudy) -> Table:
    table = _table(
        "Observed: median [90 % interval]", ("observer", "number"), ("at the end", "highest")
    )
    for row in observed(study.observations).to_dicts():
        bands = ([row[f"{part}_{q}"] for q in ("q50", "q05", "q95")] for part in ("end", "peak"))
        table.add_row(
            row["observer"],
            row["name"],
            *(f"{one[0]:,.6g} [{one[1]:,.6g}, {one[2]:,.6g}]" for one in bands),
        )
    return table


def _table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in words:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _place(row: dict[str, Any]) -> tuple[bool, str, int]:
    return row["branch"] == "all", row["branch"], RANK_ORDER.index(row["rank"])


def _band(row: dict[str, Any], prefix: str = "") -> Band:
    return Band(*(row[f"{prefix}{quantile}"] for quantile in ("q05", "q50", "q95")))


def _percent(band: Band) -> str:
    low, middle, high = (f"{100 * share:.{2 if share < 0.1 else 1}f}" for share in band)
    return f"{middle} [{low}, {high}]"


def _people(band: Band) -> str:
    return f"{band.middle:,.0f} [{band.low:,.0f}, {band.high:,.0f}]"


def _lines(found: Summary) -> list[Text]:
    low, middle, high = found.generals_defected
    of = "" if found.generals is None else f" of {found.generals:,}"
    lines = [f"Generals defected: {middle:g} [{low:g}, {high:g}]{of}"]
    if found.capital:
        lines.append(
            f"Effective strength in the capital that serves the ruler, in %: {_percent(found.capital)}"
        )
    return [Text(line) for line in lines]


def _failed(found: Summary) -> list[RenderableType]:
    text = f"{found.failed} of {found.done + found.failed} runs failed and are not counted"
    return [Text(text)] if found.failed else []


SHOWN = ("deserted", "defected", "generals_defected", "falls")
"""Outcomes of which a sweep is summed up."""
MOST_ROWS = 24
"""A table of a lever with more values than this shows none of them."""


def sweep_table(runs: pl.DataFrame, question: str) -> Group:
    """Return a table a lever, or one of both where there are two: medians and 90 % intervals across runs."""
    levers = analysis.varied(runs)
    asked = [one for one in (analysis.outcome(runs, name) for name in SHOWN) if _varies(runs, one)]
    groups = [levers] if len(levers) <= 2 else [[lever] for lever in levers]
    parts: list[RenderableType] = [Text(question, style="italic")]
    for group in groups:
        parts += [Text(), _sweep_table(runs, group, asked)]
    return Group(*parts)


def _varies(runs: pl.DataFrame, asked: Outcome) -> bool:
    return bool(runs.select(asked.value.drop_nulls().n_unique() > 1).item())


def _sweep_table(runs: pl.DataFrame, levers: list[str], asked: list[Outcome]) -> RenderableType:
    frames = {one.name: sweep(runs, one.name, levers) for one in asked}
    if not frames:
        return Text(f"No run ends otherwise than another in {', '.join(SHOWN)}.")
    rows = next(iter(frames.values()))
    if rows.height > MOST_ROWS:
        return Text(f"{counted(rows.height, 'value')} of {', '.join(levers)}: see the figure.")
    heads = [f"{named({'outcome': one.name, 'kind': one.kind})}\n[90 %]" for one in asked]
    alike = rows["runs"].n_unique() == 1
    title = f"Median of {rows['runs'][0]:,} runs each" if alike else "Median of runs"
    words = tuple(lever.replace(".", ".\n") for lever in levers)
    table = plain_table(
        f"{title}; of chances, the share of runs", words, heads if alike else ("runs", *heads)
    )
    for place, row in enumerate(rows.iter_rows(named=True)):
        cells = [_cell(frames[one.name].row(place, named=True), one) for one in asked]
        table.add_row(
            *(_value(row[lever]) for lever in levers),
            *([] if alike else [str(row["runs"])]),
            *cells,
        )
    return table


def _cell(row: dict[str, float | None], asked: Outcome) -> str:
    low, middle, high = (row[name] for name in BAND)
    if middle is None:
        return "-"
    if low is None or high is None:
        return f"{100 * middle:.0f} %"
    return level({"kind": asked.kind}, low, middle, high).replace(" [", "\n[")


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
