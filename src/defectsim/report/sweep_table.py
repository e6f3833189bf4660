"""How outcomes hang on what varies, as a table for the terminal."""

import polars as pl
from rich.console import Group, RenderableType
from rich.text import Text

from defectsim import analysis
from defectsim.analysis.outcomes import Outcome
from defectsim.analysis.sweeps import sweep
from defectsim.core.quantiles import BAND
from defectsim.report.numbers import counted, level, named
from defectsim.report.otherwise import plain_table

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
        parts += [Text(), _table(runs, group, asked)]
    return Group(*parts)


def _varies(runs: pl.DataFrame, asked: Outcome) -> bool:
    return bool(runs.select(asked.value.drop_nulls().n_unique() > 1).item())


def _table(runs: pl.DataFrame, levers: list[str], asked: list[Outcome]) -> RenderableType:
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
    table = plain_table(f"{title}; of chances, the share of runs", words, heads if alike else ("runs", *heads))
    for place, row in enumerate(rows.iter_rows(named=True)):
        cells = [_cell(frames[one.name].row(place, named=True), one) for one in asked]
        table.add_row(*(_value(row[lever]) for lever in levers), *([] if alike else [str(row["runs"])]), *cells)
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
