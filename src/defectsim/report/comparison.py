"""What scenarios do that another does not, as tables for a terminal of 100 columns."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.analysis.divergence import COUNTS, Otherwise
from defectsim.analysis.intervals import CARRYING, most
from defectsim.analysis.outcomes import words
from defectsim.core.quantiles import BAND, EVERYONE
from defectsim.model.transitions import RANKS
from defectsim.plots.style import alone, between, change, digits


def named(row: Mapping[str, Any]) -> str:
    """Return what an outcome is called."""
    return words(row["outcome"]) + (", %" if row["kind"] == "share" else "")


def counted(number: int, noun: str) -> str:
    """Return a number of things, such as ``1 pair`` or ``3 pairs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def people(low: float, middle: float, high: float) -> str:
    """Return a count and its interval, in whole people."""
    shown = [f"{value:,.0f}" for value in (low, middle, high)]
    return shown[1] if shown[0] == shown[2] else f"{shown[1]} [{shown[0]}–{shown[2]}]"


def level(row: Mapping[str, Any], low: float, middle: float, high: float) -> str:
    """Return an outcome and its interval: whole people, or per cent."""
    if row["kind"] == "count":
        return people(low, middle, high)
    decimals = digits(100 * (high - low))
    shown = [f"{100 * value:,.{decimals}f}" for value in (low, middle, high)]
    return f"{shown[1]} [{shown[0]}–{shown[2]}]"


def changes(row: Mapping[str, Any], low: float, middle: float, high: float) -> str:
    """Return a difference and how far pairs lie apart in it: whole people, or percentage points."""
    if row["kind"] == "count":
        return between("count", (round(low), round(middle), round(high)), 0)
    return between(row["kind"], (low, middle, high), digits(100 * (high - low) / 2))


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
    counts = (
        "act otherwise",
        "only treated\notherwise",
        "end otherwise",
        "pairs with\nanybody",
        "half of them\nby",
    )
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
        table.add_row(
            branch, row["rank"], *bands, f"{date['of']} of {found.pairs}", str(date["q50_q50"])
        )
    return table


def _dates(found: Otherwise) -> Table:
    title = "When their lives part: median date [90 % of pairs, in days before and after it]"
    table = plain_table(
        title, ("rank",), ("one in twenty by", "half of them by", "all but one in twenty by")
    )
    for row in sorted(found.dates.filter(branch=EVERYONE).to_dicts(), key=_place):
        table.add_row(row["rank"], *(_date(*(row[f"{when}_{q}"] for q in BAND)) for when in BAND))
    return table


def _date(low: dt.date, middle: dt.date, high: dt.date) -> str:
    return (
        str(middle)
        if low == high
        else f"{middle} [-{(middle - low).days}, +{(high - middle).days}]"
    )


def _ways(found: Otherwise) -> list[Table]:
    totals = found.ways.filter(branch=EVERYONE, rank=EVERYONE).sort(
        "q50", "q95", descending=True, maintain_order=True
    )
    if totals.is_empty():
        return []
    more = (
        f", the {_WAYS_SHOWN} commonest of {totals.height} ways"
        if totals.height > _WAYS_SHOWN
        else ""
    )
    title = f"Where they end: median [90 % of pairs]{more}"
    table = plain_table(title, ("in the baseline\nand here",), (*RANKS, EVERYONE))
    cells = {
        (row["status_base"], row["status_other"], row["rank"]): row
        for row in found.ways.filter(branch=EVERYONE).to_dicts()
    }
    for base, other in totals.select("status_base", "status_other").head(_WAYS_SHOWN).rows():
        rows = (cells.get((base, other, rank)) for rank in (*RANKS, EVERYONE))
        counts = (
            people(*(row[q] for q in BAND)).replace(" ", "\n") if row else "0" for row in rows
        )
        table.add_row(f"{base}\n-> {other}", *counts)
    return [table]


def _place(row: Mapping[str, Any]) -> tuple[bool, str, int]:
    return row["branch"] == EVERYONE, row["branch"], (*RANKS, EVERYONE).index(row["rank"])


def plain_table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """Return an empty table without lines between columns; words stand left, numbers right."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for name in words:
        table.add_column(name, vertical="bottom")
    for name in numbers:
        table.add_column(name, justify="right", vertical="bottom", overflow="fold")
    return table


def comparison_table(
    found: pl.DataFrame, others: Mapping[str, Otherwise], question: str = ""
) -> Group:
    """Return what each scenario changes, who does otherwise in it, and how sure that is.

    Parameters
    ----------
    found
        From `analysis.paired`.
    others
        By scenario, from `analysis.together`; none where no events were kept.
    question
        That the comparison asks.
    """
    parts: list[RenderableType] = [Text(question, style="italic")] if question else []
    for (scenario,), rows in found.group_by("scenario", maintain_order=True):
        parts += _scenario(rows.to_dicts(), others.get(str(scenario)))
    return Group(*parts)


def _scenario(rows: Sequence[dict[str, Any]], found: Otherwise | None) -> list[RenderableType]:
    moving = [row for row in rows if row["differ"]]
    chances = [
        row for row in rows if row["kind"] == "chance" and (row["base_mean"] or row["other_mean"])
    ]
    numbers = [row for row in moving if row["kind"] != "chance"]
    tables = [_chances(chances)] * bool(chances) + [_numbers(numbers)] * bool(numbers)
    lines = (*_still(rows), *_carried(numbers), *_saved(moving), *_methods([*chances, *numbers]))
    parted = people_tables(found) if found and found.same < found.pairs else []
    return [
        Text(f"\n{rows[0]['scenario']}, against {rows[0]['baseline']}", style="bold"),
        *map(Text, _pairs(rows)),
        *_spaced(tables),
        *([Text("\n" + "\n".join(lines))] if lines else []),
        *_spaced(map(Text, _alike(rows, found))),
        *_spaced(parted),
    ]


def _spaced(parts: Iterable[RenderableType]) -> list[RenderableType]:
    return [line for part in parts for line in (Text(), part)]


def _pairs(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    row = max(rows, key=lambda row: row["pairs"])
    pairs, failed, pending = row["pairs"] + row["undefined"], row["failed"], row["pending"]
    yield f"{counted(pairs, 'pair')} of lives on common seeds."
    if failed or pending:
        why = [f"{failed} with a failed run"] * bool(failed) + [
            f"{pending} with a pending run"
        ] * bool(pending)
        yield f"Left out: {' and '.join(why)}, of {counted(pairs + failed + pending, 'pair')}."
    if any(row["outcome"] == "strength" and row["differ"] for row in rows):
        yield "The armies differ in strength: those who are in one army only do otherwise by whatever they do."
    for row in rows:
        if row["undefined"]:
            yield f"Of {named(row)}, left out: {counted(row['undefined'], 'pair')} in which it has no value."


def _chances(rows: Sequence[dict[str, Any]]) -> Table:
    title = "What becomes of the regime, in % of runs"
    chances = ("baseline\n[90 % interval]", "scenario\n[90 % interval]")
    table = plain_table(
        title, ("outcome",), (*chances, "difference, pp\n[95 % interval]", "pairs that\ndiffer")
    )
    for row in rows:
        shares = (level(row, *(row[f"{side}_{q}"] for q in BAND)) for side in ("base", "other"))
        table.add_row(named(row), *shares, _mean(row), f"{row['differ']} of {row['pairs']}")
    return table


def _numbers(rows: Sequence[dict[str, Any]]) -> Table:
    title = "What changes, the scenario less the baseline"
    bands = ("baseline: median\n[90 % of runs]", "difference: median\n[90 % of pairs]")
    table = plain_table(
        title, ("at the end",), (*bands, "mean difference\n[95 % interval]", "pairs that\ndiffer")
    )
    for row in rows:
        base = level(row, *(row[f"base_{q}"] for q in BAND))
        gained = changes(row, *(row[q] for q in BAND))
        table.add_row(named(row), base, gained, _mean(row), f"{row['differ']} of {row['pairs']}")
    return table


def _mean(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f"{alone(row['kind'], row['mean'])} in each"
    return change(row["kind"], row["low"], row["mean"], row["high"])


def _still(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Say what is the same in all pairs, and how often it may differ all the same."""
    still = [row for row in rows if row["pairs"] and not row["differ"] and row["kind"] != "chance"]
    if still:
        bound = max(row["differ_most"] for row in still)
        names = "; ".join(named(row) for row in still)
        yield f"The same in every pair, so different in at most {100 * bound:.2g} % of them (95 % bound): {names}."
    constant = [row for row in rows if row["differ"] and row["low"] is None and row["pairs"] > 1]
    if constant:
        bound = max(most(0, row["pairs"]) for row in constant)
        names = "; ".join(named(row) for row in constant)
        yield f"The same difference in every pair, so another in at most {100 * bound:.2g} % of them: {names}."
    if any(row["pairs"] == 0 for row in rows):
        yield f"Nothing to compare: {', '.join(named(row) for row in rows if row['pairs'] == 0)}."


def _carried(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Say which means hang on so few pairs that further ones may change them by more than their intervals say."""
    few = [row for row in rows if row["low"] is not None and row["carrying"] < CARRYING]
    if few:
        which = "; ".join(named(row) for row in few)
        yield f"Fewer than {CARRYING} pairs carry the mean, so further pairs may show what no interval holds: {which}."


def _saved(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Say in one sentence what common seeds are worth: at the least, in the middle and at the most."""
    measured = sorted(
        (row for row in rows if row["sharper"] is not None), key=lambda row: float(row["saved"])
    )
    if measured:
        chosen = {
            named(row): row for row in (measured[0], measured[len(measured) // 2], measured[-1])
        }
        which = (
            f" (the least, the middle and the most of {len(measured)} outcomes)"
            if len(measured) > len(chosen)
            else ""
        )
        saved = ", ".join(f"{100 * row['saved']:.1f} % of {name}" for name, row in chosen.items())
        larger = ", ".join(f"{row['sharper']:.1f}" for row in chosen.values())
        unpaired = f"unpaired, standard errors would be {larger} times as large"
        yield f"Variance saved by common seeds: {saved}{which}; {unpaired}."


def _methods(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    said = {
        row["method"]: "chances" if row["kind"] == "chance" else "means"
        for row in rows
        if row["method"]
    }
    if said:
        yield "Intervals: " + "; ".join(f"of {what}, {how}" for how, what in said.items()) + "."


def _alike(rows: Sequence[dict[str, Any]], found: Otherwise | None) -> Iterable[str]:
    if found is None and any(row["pairs"] for row in rows):
        yield "Who does otherwise is not known: one of the two keeps no events (record: {events: true} keeps them)."
    elif found and found.same:
        yield f"{found.same} of {counted(found.pairs, 'pair')} of lives are the same to the last person."
