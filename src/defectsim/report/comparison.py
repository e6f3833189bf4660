"""Tables of a comparison: what each scenario changes, and who behaves differently in it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter

import polars as pl
from rich.console import Group, RenderableType

from defectsim.analysis.divergence import Divergence
from defectsim.analysis.intervals import MIN_EFFECTIVE_PAIRS, upper_bound
from defectsim.analysis.outcomes import FALLS
from defectsim.core.formatting import (
    BAND,
    EVERYONE,
    counted,
    digits,
    level,
    people,
    spread_of_differences,
)
from defectsim.core.screen import PlainTable, plain_text
from defectsim.model.outcomes import OUTCOMES
from defectsim.model.transitions import RANKS
from defectsim.report.event_history import effect_by, hazard_ratio, shown_effects
from defectsim.report.layout import (
    Cell,
    TableRow,
    band,
    banded,
    branch_table,
    empty_table,
    mean_difference,
    outcome_label,
    range_content,
    stacked,
)

_COUNTS_EXPLAINED = (
    "Behave differently: another change of status, or the same on another date. Only treated "
    "differently: only arrests, dismissals or orders to return differ. End differently: another "
    "status at the end."
)
_NO_EVENTS = (
    "Who behaves differently is unknown, since one of the two scenarios records no events; for them "
    "write\nrecord: {events: true}."
)
_HAZARDS_EXPLAINED = (
    "By hazards: the same effect, by the cumulative hazards that people were exposed to, which are "
    "without the chance of who passes a threshold; orders, plots and acts have none."
)
_RANKS = (*RANKS, EVERYONE)
_MOST_ENDS = 6
"""Number of pairs of statuses at the end that are shown."""


def comparison_table(
    differences: pl.DataFrame,
    divergence: Mapping[str, Divergence],
    hazards: pl.DataFrame | None = None,
) -> Group:
    """Return the tables of each scenario.

    Parameters
    ----------
    differences
        From `paired.paired`.
    divergence
        By scenario, from `divergence.summarize_divergence`; none for a scenario without recorded
        events.
    hazards
        From `hazards.hazard_effects`, if hazards are recorded.
    """
    scenarios = differences.group_by("scenario", maintain_order=True)
    parts = (
        chain(
            _scenario(rows.to_dicts(), divergence.get(str(name))),
            [] if hazards is None else _by_hazards(hazards.filter(scenario=name)),
        )
        for (name,), rows in scenarios
    )
    return stacked(chain.from_iterable(parts))


def _scenario(rows: Sequence[TableRow], divergence: Divergence | None) -> Iterator[RenderableType]:
    title = plain_text(f"{rows[0]['scenario']}, against {rows[0]['baseline']}", style="bold")
    yield Group(title, *map(plain_text, _pairs(rows)))
    numbers = [row for row in rows if row["differ"] and row["kind"] != "chance"]
    chances = [row for row in rows if row["kind"] == "chance" and row["pairs"]]
    chances = [
        row for row in chances if row["outcome"] == FALLS or row["base_mean"] or row["other_mean"]
    ]
    if chances:
        yield _chances(chances)
    if numbers:
        yield _numbers(numbers)
    if notes := [*_notes(rows, [*chances, *numbers])]:
        yield plain_text("\n".join(notes))
    if divergence is None and any(row["pairs"] for row in rows):
        yield plain_text(_NO_EVENTS)
    if divergence and divergence.same:
        yield plain_text(
            f"In {divergence.same} of {counted(divergence.pairs, 'pair')} everybody behaves the same."
        )
    if divergence and divergence.same < divergence.pairs:
        yield from (_people(divergence), plain_text(_COUNTS_EXPLAINED), _dates(divergence))
        if not divergence.ends.is_empty():
            yield _ends(divergence)


def _pairs(rows: Sequence[TableRow]) -> Iterator[str]:
    """Report how many pairs there are, and which are left out."""
    row = max(rows, key=lambda row: row["pairs"])
    pairs, failed, pending = row["pairs"] + row["undefined"], row["failed"], row["pending"]
    yield f"{counted(pairs, 'pair')} of runs on common random numbers."
    reasons = [(failed, "a failed run"), (pending, "a pending run")]
    if left_out := " and ".join(f"{count} with {reason}" for count, reason in reasons if count):
        yield f"Left out: {left_out}, of {counted(pairs + failed + pending, 'pair')}."
    if row["pairs"] and (narrow := range_content(row["pairs"], "pair")):
        yield narrow
    if any(row["outcome"] == "strength" and row["differ"] for row in rows):
        yield (
            "The armies differ in strength: whatever a person does who is in only one of them "
            "counts as different."
        )
    for row in rows:
        if row["undefined"]:
            undefined = counted(row["undefined"], "pair")
            yield f"{outcome_label(row)}: {undefined} without a value left out."


def _chances(rows: Iterable[TableRow]) -> PlainTable:
    numbers: dict[str, Cell] = {
        "baseline\n[90 % interval]": lambda row: level("chance", *band(row, "base_")),
        "scenario\n[90 % interval]": lambda row: level("chance", *band(row, "other_")),
        "difference, pp\n[95 % interval]": _mean,
    }
    rows = [*rows]
    of_regime = all(row["outcome"] in (FALLS, *OUTCOMES) for row in rows)
    title = "What becomes of the regime" if of_regime else "What happens"
    return _outcomes(f"{title}, in % of runs", "outcome", numbers, rows)


def _numbers(rows: Iterable[TableRow]) -> PlainTable:
    numbers: dict[str, Cell] = {
        "baseline: median\n[90 % of runs]": lambda row: level(row["kind"], *band(row, "base_")),
        "difference: median\n[90 % of pairs]": lambda row: spread_of_differences(
            row["kind"], *band(row)
        ),
        "mean difference\n[95 % interval]": _mean,
    }
    title = "What changes: the scenario less the baseline"
    return _outcomes(title, "at the end", numbers, rows, before_interval="\n")


def _by_hazards(effects: pl.DataFrame) -> Iterator[RenderableType]:
    """Tabulate ways out of generals, and of everybody, counted and by hazards."""
    if rows := shown_effects(effects):
        title = "Who left by hazards: mean difference [95 % interval]"
        columns = ("baseline\nby hazards", "counted", "by hazards", "hazard ratio\n[95 % interval]")
        table = empty_table(title, ("rank,\nway",), columns)
        for row in rows:
            cells = (effect_by(row, "counted"), effect_by(row, "hazard"), hazard_ratio(row))
            base = f"{row['base']:,.{digits(row['base'])}f}"
            broken = (cell.replace(" [", "\n[") for cell in cells)
            table.add_row(f"{row['rank']}, {row['transition']}", base, *broken)
        yield Group(table, plain_text(_HAZARDS_EXPLAINED))


def _outcomes(
    title: str,
    label: str,
    numbers: Mapping[str, Cell],
    rows: Iterable[TableRow],
    before_interval: str = " ",
) -> PlainTable:
    table = empty_table(title, (label,), (*numbers, "pairs that\ndiffer"))
    for row in rows:
        cells = (cell(row).replace(" [", f"{before_interval}[") for cell in numbers.values())
        table.add_row(outcome_label(row), *cells, f"{row['differ']} of {row['pairs']}")
    return table


def _mean(row: TableRow) -> str:
    return mean_difference(row) + (" in each" if row["low"] is None else "")


def _notes(rows: Sequence[TableRow], shown: Sequence[TableRow]) -> Iterator[str]:
    """Report what could still differ, which means are uncertain, and what pairing is worth."""
    same = [row for row in rows if row["pairs"] and not row["differ"] and row["kind"] != "chance"]
    if same:
        yield f"The same in every pair, so different {_most(same)} (95 % bound): {_labels(same)}."
    constant = [row for row in rows if row["differ"] and row["low"] is None and row["pairs"] > 1]
    if constant:
        most = _most(constant)
        yield f"The same difference in every pair, so another one {most}: {_labels(constant)}."
    if empty := [row for row in rows if row["pairs"] == 0]:
        yield f"Nothing to compare: {_labels(empty)}."
    certain = [row for row in shown if row["method"]]
    means = [row for row in certain if row["kind"] != "chance"]
    if few := [row for row in means if row["effective_pairs"] < MIN_EFFECTIVE_PAIRS]:
        fewer = f"Fewer than {MIN_EFFECTIVE_PAIRS} effective pairs differ"
        yield f"{fewer}; the interval may be too narrow: {_labels(few)}."
    if saving := [row for row in rows if row["differ"] and row["sharper"] is not None]:
        yield _variance(sorted(saving, key=itemgetter("saved")))
    if certain:
        intervals = {("means" if row in means else "chances", row["method"]) for row in certain}
        yield f"Intervals: {'; '.join(f'of {what}, {method}' for what, method in sorted(intervals))}."


def _most(rows: Iterable[TableRow]) -> str:
    bound = 100 * max(upper_bound(0, row["pairs"]) for row in rows)
    return f"in at most {bound:.2g} % of them"


def _labels(rows: Iterable[TableRow]) -> str:
    return "; ".join(map(outcome_label, rows))


def _variance(ranked: Sequence[TableRow]) -> str:
    """Report what common random numbers save: at the least, in the middle and at the most."""
    places = dict.fromkeys((0, len(ranked) // 2, len(ranked) - 1))
    chosen = [ranked[place] for place in places]
    saved = ", ".join(f"{100 * row['saved']:.1f} % of {outcome_label(row)}" for row in chosen)
    if len(chosen) < len(ranked):
        saved += f" (least, median and most of {len(ranked)} outcomes)"
    larger = ", ".join(f"{row['sharper']:.1f}" for row in chosen)
    errors = f"unpaired, standard errors would be {larger} times as large"
    return f"Variance saved by common random numbers: {saved}; {errors}."


def _people(divergence: Divergence) -> PlainTable:
    pairs = counted(divergence.pairs, "pair")
    title = f"Who behaves differently than in the baseline: median of {pairs} [90 %]"
    numbers: dict[str, Cell] = {
        "behave\ndifferently": banded(people, "acted_"),
        "only treated\ndifferently": banded(people, "treated_"),
        "end\ndifferently": banded(people, "ended_"),
        "pairs with\nanybody": lambda row: f"{row['pairs']} of {divergence.pairs}",
        "50 % by": lambda row: str(row["q50_q50"]),
    }
    rows = divergence.people.join(divergence.dates, on=["branch", "rank"])
    return branch_table(title, "branch\n  rank", numbers, rows.to_dicts(), wrap=True)


def _dates(divergence: Divergence) -> PlainTable:
    title = "When their runs diverge: median date [90 % of pairs, days before and after]"
    table = empty_table(title, ("rank",), ("5 % by", "50 % by", "95 % by"))
    everybody = divergence.dates.filter(branch=EVERYONE).to_dicts()
    for row in sorted(everybody, key=lambda row: _RANKS.index(row["rank"])):
        table.add_row(row["rank"], *(_date(*band(row, f"{quantile}_")) for quantile in BAND))
    return table


def _date(low: dt.date, middle: dt.date, high: dt.date) -> str:
    if low == high:
        return str(middle)
    before, after = (f"{(date - middle).days:+d}" for date in (low, high))
    return f"{middle} [{before}, {after}]".replace("+0", "0")


def _ends(divergence: Divergence) -> PlainTable:
    """Tabulate the most common statuses at the end of those who end differently, by rank."""
    everybody = divergence.ends.filter(branch=EVERYONE)
    totals = everybody.filter(rank=EVERYONE).sort(
        "q50", "q95", descending=True, maintain_order=True
    )
    title = "Where they end: median [90 % of pairs]"
    if totals.height > _MOST_ENDS:
        title += f", the {_MOST_ENDS} most common of {totals.height}"
    table = empty_table(title, ("in the baseline\n-> here",), _RANKS)
    for end in totals.select("status_base", "status_other").head(_MOST_ENDS).to_dicts():
        by_rank = {row["rank"]: people(*band(row)) for row in everybody.filter(**end).to_dicts()}
        counts = (by_rank.get(rank, "0").replace(" ", "\n") for rank in _RANKS)
        table.add_row("{status_base}\n-> {status_other}".format(**end), *counts)
    return table
