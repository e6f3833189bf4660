"""Tables of a comparison: what each scenario changes, and who behaves differently in it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.analysis.divergence import COUNTS, Divergence
from defectsim.analysis.intervals import MIN_EFFECTIVE_PAIRS, upper_bound
from defectsim.core.formatting import (
    BAND,
    EVERYONE,
    counted,
    difference,
    exact_difference,
    level,
    people,
    spread_of_differences,
)
from defectsim.model.transitions import RANKS
from defectsim.report.layout import add_by_branch, empty_table, outcome_label

type OutcomeRow = Mapping[str, Any]

_COUNTS_EXPLAINED = (
    "Behave differently: another change of status, or the same on another date. Only treated "
    "differently: only "
    "arrests, dismissals or orders to return differ. End differently: another status at the end."
)
_RANKS = (*RANKS, EVERYONE)
_MOST_ENDS = 6
"""Number of pairs of statuses at the end that are shown."""


def comparison_table(
    found: pl.DataFrame, divergence: Mapping[str, Divergence], question: str = ""
) -> Group:
    """Return the tables of each scenario.

    Parameters
    ----------
    found
        From `analysis.paired`.
    divergence
        By scenario, from `analysis.summarize_divergence`; none for a scenario without recorded
        events.
    """
    parts: list[RenderableType] = [Text(question, style="italic")] if question else []
    for (scenario,), rows in found.group_by("scenario", maintain_order=True):
        parts += _scenario(rows.to_dicts(), divergence.get(str(scenario)))
    return Group(*parts)


def _scenario(rows: Sequence[OutcomeRow], found: Divergence | None) -> list[RenderableType]:
    numbers = [row for row in rows if row["differ"] and row["kind"] != "chance"]
    chances = [row for row in rows if row["kind"] == "chance"]
    chances = [row for row in chances if row["base_mean"] or row["other_mean"]]
    title = Text(f"\n{rows[0]['scenario']}, against {rows[0]['baseline']}", style="bold")
    parts: list[RenderableType] = [title, *map(Text, _pairs(rows))]
    if chances:
        parts += [Text(), _chances(chances)]
    if numbers:
        parts += [Text(), _numbers(numbers)]
    if notes := [*_notes(rows, [*chances, *numbers])]:
        parts += [Text(), *map(Text, notes)]
    for note in _same_people(rows, found):
        parts += [Text(), Text(note)]
    if found and found.same < found.pairs:
        parts += [Text(), _people(found), Text(), Text(_COUNTS_EXPLAINED), Text(), _dates(found)]
        for table in _ends(found):
            parts += [Text(), table]
    return parts


def _pairs(rows: Sequence[OutcomeRow]) -> Iterator[str]:
    """Report how many pairs there are, and which are left out."""
    row = max(rows, key=lambda row: row["pairs"])
    pairs, failed, pending = row["pairs"] + row["undefined"], row["failed"], row["pending"]
    yield f"{counted(pairs, 'pair')} of runs on common random numbers."
    reasons = [(failed, "a failed run"), (pending, "a pending run")]
    if left_out := " and ".join(f"{count} with {reason}" for count, reason in reasons if count):
        yield f"Left out: {left_out}, of {counted(pairs + failed + pending, 'pair')}."
    if any(row["outcome"] == "strength" and row["differ"] for row in rows):
        yield (
            "The armies differ in strength: whatever a person does who is in only one of them "
            "counts as different."
        )
    for row in rows:
        if row["undefined"]:
            undefined = counted(row["undefined"], "pair")
            yield f"{outcome_label(row)}: {undefined} without a value left out."


def _chances(rows: Iterable[OutcomeRow]) -> Table:
    heads = (
        "baseline\n[90 % interval]",
        "scenario\n[90 % interval]",
        "difference, pp\n[95 % interval]",
        "pairs that\ndiffer",
    )
    table = empty_table("What becomes of the regime, in % of runs", ("outcome",), heads)
    for row in rows:
        shares = (level("chance", *_band(row, side)) for side in ("base_", "other_"))
        table.add_row(outcome_label(row), *shares, _mean(row), _differing(row))
    return table


def _numbers(rows: Iterable[OutcomeRow]) -> Table:
    heads = (
        "baseline: median\n[90 % of runs]",
        "difference: median\n[90 % of pairs]",
        "mean difference\n[95 % interval]",
        "pairs that\ndiffer",
    )
    table = empty_table("What changes: the scenario less the baseline", ("at the end",), heads)
    for row in rows:
        base = level(row["kind"], *_band(row, "base_"))
        changed = spread_of_differences(row["kind"], *_band(row))
        cells = (cell.replace(" [", "\n[") for cell in (base, changed, _mean(row)))
        table.add_row(outcome_label(row), *cells, _differing(row))
    return table


def _band(row: OutcomeRow, prefix: str = "") -> tuple[Any, Any, Any]:
    low, middle, high = (row[f"{prefix}{quantile}"] for quantile in BAND)
    return low, middle, high


def _mean(row: OutcomeRow) -> str:
    if row["low"] is None:
        return f"{exact_difference(row['kind'], row['mean'])} in each"
    return difference(row["kind"], row["low"], row["mean"], row["high"])


def _differing(row: OutcomeRow) -> str:
    return f"{row['differ']} of {row['pairs']}"


def _notes(rows: Sequence[OutcomeRow], shown: Sequence[OutcomeRow]) -> Iterator[str]:
    """Report what could still differ, which means are uncertain, and what pairing is worth."""
    same = [row for row in rows if row["pairs"] and not row["differ"] and row["kind"] != "chance"]
    if same:
        bound = 100 * max(row["differ_most"] for row in same)
        most = f"in at most {bound:.2g} % of them (95 % bound)"
        yield f"The same in every pair, so different {most}: {_labels(same)}."
    constant = [row for row in rows if row["differ"] and row["low"] is None and row["pairs"] > 1]
    if constant:
        bound = 100 * max(upper_bound(0, row["pairs"]) for row in constant)
        most = f"in at most {bound:.2g} % of them"
        yield f"The same difference in every pair, so another one {most}: {_labels(constant)}."
    if empty := [row for row in rows if row["pairs"] == 0]:
        yield f"Nothing to compare: {_labels(empty)}."
    means = [row for row in shown if row["kind"] != "chance" and row["low"] is not None]
    if few := [row for row in means if row["effective_pairs"] < MIN_EFFECTIVE_PAIRS]:
        fewer = f"Fewer than {MIN_EFFECTIVE_PAIRS} effective pairs differ"
        yield f"{fewer}; the interval may be too narrow: {_labels(few)}."
    yield from _variance([row for row in rows if row["differ"] and row["sharper"] is not None])
    chances = [row for row in shown if row["kind"] == "chance"]
    made = {f"of chances, {row['method']}" for row in chances if row["method"]}
    made |= {f"of means, {row['method']}" for row in means if row["method"]}
    if made:
        yield f"Intervals: {'; '.join(sorted(made))}."


def _labels(rows: Iterable[OutcomeRow]) -> str:
    return "; ".join(map(outcome_label, rows))


def _variance(rows: Sequence[OutcomeRow]) -> Iterator[str]:
    """Report what common random numbers save: at the least, in the middle and at the most."""
    ranked = sorted(rows, key=lambda row: float(row["saved"]))
    if not ranked:
        return
    places = dict.fromkeys((0, len(ranked) // 2, len(ranked) - 1))
    chosen = [ranked[place] for place in places]
    saved = ", ".join(f"{100 * row['saved']:.1f} % of {outcome_label(row)}" for row in chosen)
    if len(chosen) < len(ranked):
        saved += f" (least, median and most of {len(ranked)} outcomes)"
    larger = ", ".join(f"{row['sharper']:.1f}" for row in chosen)
    errors = f"unpaired, standard errors would be {larger} times as large"
    yield f"Variance saved by common random numbers: {saved}; {errors}."


def _same_people(rows: Sequence[OutcomeRow], found: Divergence | None) -> Iterator[str]:
    if found is None and any(row["pairs"] for row in rows):
        yield (
            "Who behaves differently is unknown, since one of the two scenarios records no "
            "events; for them write\n"
            "record: {events: true}."
        )
    elif found and found.same:
        yield f"In {found.same} of {counted(found.pairs, 'pair')} everybody behaves the same."


def _people(found: Divergence) -> Table:
    pairs = counted(found.pairs, "pair")
    title = f"Who behaves differently than in the baseline: median of {pairs} [90 %]"
    heads = (
        "behave\ndifferently",
        "only treated\ndifferently",
        "end\ndifferently",
        "pairs with\nanybody",
        "50 % by",
    )
    table = empty_table(title, ("branch\n  rank",), heads, wrap=True)
    dates = {(row["branch"], row["rank"]): row for row in found.dates.to_dicts()}

    def cells(row: OutcomeRow) -> tuple[str, ...]:
        date = dates[row["branch"], row["rank"]]
        counts = (people(*_band(row, f"{name}_")) for name in COUNTS)
        return *counts, f"{date['pairs']} of {found.pairs}", str(date["q50_q50"])

    add_by_branch(table, found.people.to_dicts(), cells)
    return table


def _dates(found: Divergence) -> Table:
    title = "When their runs diverge: median date [90 % of pairs, days before and after]"
    table = empty_table(title, ("rank",), ("5 % by", "50 % by", "95 % by"))
    rows = {row["rank"]: row for row in found.dates.filter(branch=EVERYONE).to_dicts()}
    for rank in _RANKS:
        if rank in rows:
            table.add_row(rank, *(_date(*_band(rows[rank], f"{quantile}_")) for quantile in BAND))
    return table


def _date(low: dt.date, middle: dt.date, high: dt.date) -> str:
    if low == high:
        return str(middle)
    before, after = (f"{(date - middle).days:+d}" for date in (low, high))
    return f"{middle} [{before}, {after}]".replace("+0", "0")


def _ends(found: Divergence) -> Iterator[Table]:
    """Tabulate the most common statuses at the end of those who end differently, by rank."""
    everybody = found.ends.filter(branch=EVERYONE)
    totals = everybody.filter(rank=EVERYONE).sort(
        "q50", "q95", descending=True, maintain_order=True
    )
    if totals.is_empty():
        return
    title = "Where they end: median [90 % of pairs]"
    if totals.height > _MOST_ENDS:
        title += f", the {_MOST_ENDS} most common of {totals.height}"
    table = empty_table(title, ("in the baseline\n-> here",), _RANKS)
    cells = {
        (row["status_base"], row["status_other"], row["rank"]): people(*_band(row))
        for row in everybody.to_dicts()
    }
    for base, other in totals.select("status_base", "status_other").head(_MOST_ENDS).rows():
        counts = (cells.get((base, other, rank), "0").replace(" ", "\n") for rank in _RANKS)
        table.add_row(f"{base}\n-> {other}", *counts)
    yield table
