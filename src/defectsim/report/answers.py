"""Short answers: the finding of a study in a sentence, no stronger than its intervals allow.

A difference whose interval holds zero is never told as an effect, and what happened in no run is
told with the largest chance that it may still have.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from defectsim.analysis.inputs import short_name
from defectsim.analysis.intervals import exact_interval
from defectsim.analysis.outcomes import ASKED, words
from defectsim.core.formatting import counted, level
from defectsim.report.layout import band, mean_difference, outcome_level
from defectsim.report.sweep import lever_value

_MOST_LEVERS = 4
"""Most levers, each by itself, whose spans an answer tells."""
_TOLD = {"deserted": "deserted", "defected": "defected", "generals_defected": "generals defected"}
"""Counts that an answer tells, in its words."""


def run_answer(runs: int, fallen: int | None, numbers: pl.DataFrame) -> str:
    """Return the answer of runs of one scenario.

    Parameters
    ----------
    runs, fallen
        Number of runs that ended well, and of those in which the regime fell; None where the
        scenario has nothing to tell of a regime.
    numbers
        A row an outcome: *outcome*, *kind* and its 90 % band.
    """
    rows = {row["outcome"]: row for row in numbers.to_dicts()}
    counts = [
        f"{level('count', *band(rows[name]))} {told}"
        for name, told in _TOLD.items()
        if name in rows
    ]
    parts = [] if fallen is None else [f"The regime falls in {chance(fallen, runs)}."]
    if counts:
        parts.append(f"At the end: {', '.join(counts)} (median and 90 % of runs).")
    return " ".join(parts)


def chance(hits: int, runs: int) -> str:
    """Return how often something happened, with the chance that it may have (90 %, exact)."""
    low, high = exact_interval(hits, runs)
    if hits == 0:
        bounds = f"at most {_percent(high)}"
    elif hits == runs:
        bounds = f"at least {_percent(low)}"
    else:
        bounds = f"{_percent(low)} to {_percent(high)}"
    return f"{hits:,} of {counted(runs, 'run')} ({bounds})"


def comparison_answer(differences: pl.DataFrame) -> str:
    """Return the answer of a comparison: each scenario against the first, by paired differences."""
    asked = differences.filter(pl.col("outcome").is_in([*ASKED]))
    scenarios = asked.partition_by("scenario", maintain_order=True)
    return " ".join(_compared(frame.to_dicts()) for frame in scenarios)


def _compared(rows: Sequence[dict[str, Any]]) -> str:
    pairs = max(row["pairs"] for row in rows)
    if not pairs:
        return f"{rows[0]['scenario']}: no pair of runs ended well."
    told = [row for row in rows if row["pairs"] and shows_effect(row)]
    rest = [row for row in rows if row["pairs"] and not shows_effect(row)]
    parts = [*_effects(told), *_nothing(rest)]
    whom = f"{rows[0]['scenario']} against {rows[0]['baseline']}"
    return f"{whom}: {'; '.join(parts)} ({counted(pairs, 'pair')}, 95 % interval of the mean)."


def shows_effect(row: dict[str, Any]) -> bool:
    """Return whether a mean difference can be told from none: its interval leaves zero out."""
    if row["low"] is None:
        return bool(row["mean"] and row["pairs"] > 1)
    return bool(row["low"] > 0 or row["high"] < 0)


def _effects(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield f"{_difference(row)} {words(row['outcome'])}"


def _nothing(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    if rows:
        names = ", ".join(f"{words(row['outcome'])} ({_difference(row)})" for row in rows)
        yield f"no difference is shown in {names}"


def _difference(row: dict[str, Any]) -> str:
    return mean_difference(row) + (" points" if row["kind"] == "chance" else "")


def sweep_answer(frames: Sequence[pl.DataFrame], found: Sequence[str]) -> str:
    """Return the answer of a sweep: what was read from it, or else the span of its medians.

    Parameters
    ----------
    frames
        From the analysis of a sweep.
    found
        Findings of the readings that are stored with it.
    """
    if found:
        return " ".join(found)
    if not frames:
        return "No outcome differs between runs."
    if len(frames) > _MOST_LEVERS:
        return f"{len(frames)} numbers vary at once: a reading of the sweep says what they do."
    return " ".join(_spans(frame) for frame in frames)


def _spans(frame: pl.DataFrame) -> str:
    levers = frame.columns[: frame.columns.index("outcome")]
    asked = frame.filter(pl.col("outcome").is_in([*ASKED])).drop_nulls("q50")
    told = asked if asked.height else frame.drop_nulls("q50")
    if told.is_empty():
        return f"No run at any value of {', '.join(map(short_name, levers))} ended well."
    found = [_span(rows, levers) for rows in told.partition_by("outcome", maintain_order=True)]
    text = "; ".join(found)
    return f"{text[0].upper()}{text[1:]} (medians, or shares of runs)."


def _span(rows: pl.DataFrame, levers: Sequence[str]) -> str:
    ordered = rows.sort("q50", maintain_order=True)
    low, high = ordered.row(0, named=True), ordered.row(-1, named=True)
    if low["q50"] == high["q50"]:
        return f"{words(low['outcome'])}: {outcome_level(low)} at all values"
    ends = " to ".join(
        f"{outcome_level(row)} at {', '.join(_value(row, lever) for lever in levers)}"
        for row in (low, high)
    )
    return f"{words(low['outcome'])}: {ends}"


def _value(row: dict[str, Any], lever: str) -> str:
    return f"{short_name(lever)} {lever_value(row[lever])}"


def _percent(share: float) -> str:
    return f"{100 * share:.{0 if share >= 0.01 else 1}f} %"
