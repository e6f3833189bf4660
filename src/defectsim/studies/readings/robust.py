"""Robustness: policies in uncertain worlds, each of which all of them are tried in."""

from typing import Literal

import polars as pl

from defectsim import plots
from defectsim.analysis.responses import VALUE, responses
from defectsim.analysis.robustness import robustness
from defectsim.core.errors import AnalysisError
from defectsim.report.robustness import robustness_table
from defectsim.store import StoredStudy
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "robust"


def robust(
    study: StoredStudy,
    better: Literal["more", "less"],
    *,
    outcome: str | None = None,
    threshold: float | None = None,
) -> ReadingResult:
    """Compare policies, which are the scenarios of a sweep, over uncertain worlds.

    Parameters
    ----------
    study
        Of a sweep of several scenarios over ranges.
    better
        Whether ``more`` of the outcome is better, or ``less``.
    outcome
        As in `sensitivity`.
    threshold
        Value of the outcome that satisfies.

    Raises
    ------
    AnalysisError
        When the study has one scenario, or its scenarios differ in purges,
        informers or reprisals, which are never chosen among.
    StudyIncompleteError
        When runs are missing.
    """
    question = ReadingQuestion.of(study, NAME, outcome=outcome)
    if not question.scenarios:
        raise AnalysisError(
            "robust compares policies over uncertain worlds: write a sweep file with scenarios: "
            "[a.yaml, b.yaml] and a design over ranges, and give it instead"
        )
    if harmful := question.design.get("harmful"):
        raise AnalysisError(
            f"the scenarios differ in {', '.join(harmful)}: purges, informers and reprisals may be "
            "inputs, never what is chosen"
        )
    found = robustness(_values(question), better, threshold=threshold)
    response, kind = question.response, question.response.kind(study.told_runs)
    title = f"{response.words.capitalize()}: {better} is better"
    return ReadingResult(
        NAME,
        found.found,
        found.policies,
        {
            "response": response._asdict(),
            "better": better,
            "threshold": threshold,
            "criteria": found.criteria.to_dicts(),
            "failures": dict(found.failures),
            "worlds": found.worlds,
            "left_out": found.left_out,
        },
        robustness_table(found, title, kind),
        lambda: plots.robustness_figure(found, title, kind),
    )


def _values(question: ReadingQuestion) -> pl.DataFrame:
    """Return a row a world and policy: *world*, *policy*, *value*."""
    parts = []
    for policy in question.scenarios:
        response = question.response._replace(scenario=policy)
        value = responses(question.runs, response)[VALUE]
        world = pl.Series("world", range(len(value)), pl.Int64)
        parts.append(pl.select(world, pl.lit(policy).alias("policy"), value.alias("value")))
    return pl.concat(parts)
