"""Tipping: where an outcome switches as a lever moves, across seeds."""

from typing import Any

import polars as pl

from defectsim import plots
from defectsim.analysis.tipping.points import Tipping
from defectsim.analysis.tipping.points import boundary as boundary_of
from defectsim.analysis.tipping.points import tipping as tipping_of
from defectsim.report.tipping import boundary_table, tipping_table
from defectsim.store import StoredStudy
from defectsim.studies.kinds.sweep.bisect import evaluated, lever_of
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "tipping"
SAMPLINGS = ("bisect",)


def tipping(study: StoredStudy) -> ReadingResult:
    """Find where an outcome switches as the lever of a bisection moves, across seeds.

    Parameters
    ----------
    study
        Of a sweep whose design is ``bisect``.

    Raises
    ------
    AnalysisError
        When the study has another design.
    StudyIncompleteError
        When runs are missing.
    """
    question = ReadingQuestion.of(study, NAME, SAMPLINGS)
    runs = question.runs
    names = {seed: number for number, seed in enumerate(runs["seed"].unique(maintain_order=True))}
    found = evaluated(study, [names[seed] for seed in runs.sort("point")["seed"]])
    lever, words = lever_of(question.design), question.response.clause
    others = [name for name in found.columns if name not in ("seed", "value", "occurred")]
    facts = {"response": question.response._asdict(), "runs": runs.height}
    if others:
        table = boundary_of(found, others[0], lever, words)
        said = _boundary_found(table, others[0])
        shown = boundary_table(table, others[0], lever.name, f"Where {words}", said)
        return ReadingResult(NAME, said, table, facts, shown)
    one = tipping_of(found.iter_rows(), lever, words)
    title = f"Where {words}"
    return ReadingResult(
        NAME,
        one.found,
        one.thresholds,
        {**facts, **_facts(one)},
        tipping_table(one, title),
        lambda: plots.tipping_figure(one, title, question.described),
    )


def _facts(one: Tipping) -> dict[str, Any]:
    return {
        "lever": one.lever.name,
        "value": one.value,
        "interval": one.interval,
        "direction": one.direction,
        "counts": one.counts._asdict(),
        "never": one.never,
        "curve": one.curve.to_dicts(),
    }


def _boundary_found(table: pl.DataFrame, other: str) -> str:
    tipped = table.filter(pl.col("value").is_not_null()).height
    return (
        f"There is a tipping point at {tipped} of {table.height} values of {other}."
        if tipped
        else f"There is no tipping point in this range at any value of {other}."
    )
