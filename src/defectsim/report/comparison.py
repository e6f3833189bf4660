"""What scenarios do that another does not, as tables for a terminal of 100 columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from defectsim.analysis.intervals import CARRYING, most
from defectsim.analysis.otherwise import Otherwise
from defectsim.core.quantiles import BAND
from defectsim.plots.units import alone, change
from defectsim.report.numbers import changes, counted, level, named
from defectsim.report.otherwise import people_tables, plain_table


def comparison_table(found: pl.DataFrame, others: Mapping[str, Otherwise], question: str = "") -> Group:
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
    chances = [row for row in rows if row["kind"] == "chance" and (row["base_mean"] or row["other_mean"])]
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
        why = [f"{failed} with a failed run"] * bool(failed) + [f"{pending} with a pending run"] * bool(pending)
        yield f"Left out: {' and '.join(why)}, of {counted(pairs + failed + pending, 'pair')}."
    if any(row["outcome"] == "strength" and row["differ"] for row in rows):
        yield "The armies differ in strength: those who are in one army only do otherwise by whatever they do."
    for row in rows:
        if row["undefined"]:
            yield f"Of {named(row)}, left out: {counted(row['undefined'], 'pair')} in which it has no value."


def _chances(rows: Sequence[dict[str, Any]]) -> Table:
    title = "What becomes of the regime, in % of runs"
    chances = ("baseline\n[90 % interval]", "scenario\n[90 % interval]")
    table = plain_table(title, ("outcome",), (*chances, "difference, pp\n[95 % interval]", "pairs that\ndiffer"))
    for row in rows:
        shares = (level(row, *(row[f"{side}_{q}"] for q in BAND)) for side in ("base", "other"))
        table.add_row(named(row), *shares, _mean(row), f"{row['differ']} of {row['pairs']}")
    return table


def _numbers(rows: Sequence[dict[str, Any]]) -> Table:
    title = "What changes, the scenario less the baseline"
    bands = ("baseline: median\n[90 % of runs]", "difference: median\n[90 % of pairs]")
    table = plain_table(title, ("at the end",), (*bands, "mean difference\n[95 % interval]", "pairs that\ndiffer"))
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
    measured = sorted((row for row in rows if row["sharper"] is not None), key=lambda row: float(row["saved"]))
    if measured:
        chosen = {named(row): row for row in (measured[0], measured[len(measured) // 2], measured[-1])}
        which = (
            f" (the least, the middle and the most of {len(measured)} outcomes)" if len(measured) > len(chosen) else ""
        )
        saved = ", ".join(f"{100 * row['saved']:.1f} % of {name}" for name, row in chosen.items())
        larger = ", ".join(f"{row['sharper']:.1f}" for row in chosen.values())
        unpaired = f"unpaired, standard errors would be {larger} times as large"
        yield f"Variance saved by common seeds: {saved}{which}; {unpaired}."


def _methods(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    said = {row["method"]: "chances" if row["kind"] == "chance" else "means" for row in rows if row["method"]}
    if said:
        yield "Intervals: " + "; ".join(f"of {what}, {how}" for how, what in said.items()) + "."


def _alike(rows: Sequence[dict[str, Any]], found: Otherwise | None) -> Iterable[str]:
    if found is None and any(row["pairs"] for row in rows):
        yield "Who does otherwise is not known: one of the two keeps no events (record: {events: true} keeps them)."
    elif found and found.same:
        yield f"{found.same} of {counted(found.pairs, 'pair')} of lives are the same to the last person."
