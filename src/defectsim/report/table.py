"""A study as a table for the terminal."""

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from defectsim.analysis import SPLIT_SHARE, Summary, observed, summary
from defectsim.store import Study

RANK_ORDER = ("enlisted", "nco", "officer", "general", "all")


def study_table(study: Study) -> Group:
    """Return who is gone at the end, by branch and rank, with 90 % intervals across runs, and what observers saw."""
    found = summary(study.series, study.runs)
    title = f"Gone at the end, in % of strength: median of {found.done} runs [90 % interval]"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("branch")
    table.add_column("rank")
    for name in ("strength", "deserted", "defected"):
        table.add_column(name, justify="right")
    shown = None
    for row in sorted(found.shares.to_dicts(), key=_place):
        if shown not in (None, row["branch"]):
            table.add_section()
        branch = row["branch"] if row["branch"] != shown else ""
        shown = row["branch"]
        table.add_row(branch, row["rank"], f"{row['strength']:,}", _band(row, "deserted"), _band(row, "defected"))
    return Group(table, *_lines(found), *([] if study.observations.is_empty() else [_observed(study)]))


def _observed(study: Study) -> Table:
    table = Table(title="Observed: median [90 % interval]", title_justify="left", title_style="bold")
    table.add_column("observer")
    table.add_column("number")
    for name in ("at the end", "highest"):
        table.add_column(name, justify="right")
    for row in observed(study.observations).to_dicts():
        bands = ([row[f"{part}_{q}"] for q in ("q50", "q05", "q95")] for part in ("end", "peak"))
        table.add_row(row["observer"], row["name"], *(f"{one[0]:,.6g} [{one[1]:,.6g}, {one[2]:,.6g}]" for one in bands))
    return table


def _place(row: dict[str, Any]) -> tuple[bool, str, int]:
    return row["branch"] == "all", row["branch"], RANK_ORDER.index(row["rank"])


def _band(row: dict[str, Any], way: str) -> str:
    low, middle, high = (100 * row[f"{way}_{quantile}"] for quantile in ("q05", "q50", "q95"))
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def _lines(found: Summary) -> list[Text]:
    low, middle, high = found.generals_defected
    split = found.split
    lines = [
        f"Generals defected: {middle:g} [{low:g}, {high:g}] of {found.generals:,}",
        f"P(more than {SPLIT_SHARE:.0%} of all defect): {split.middle:.2f} [{split.low:.2f}, {split.high:.2f}]",
    ]
    if found.failed:
        lines.append(f"{found.failed} of {found.done + found.failed} runs failed and are not counted")
    return [Text(line) for line in lines]
