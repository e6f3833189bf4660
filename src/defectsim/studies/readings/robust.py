"""Robustness: policies in uncertain worlds, each of which all of them are tried in."""

from typing import Any, Literal

import polars as pl

from defectsim import plots
from defectsim.analysis.responses import SCENARIO, VALUE, responses
from defectsim.analysis.robustness import robustness
from defectsim.core.errors import AnalysisError
from defectsim.report.robustness import robustness_table
from defectsim.store import StoredStudy
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "robust"


def robust(
    study: StoredStudy,
    better: Literal["more", "less"],
    threshold: float | None = None,
    **asked: Any,
) -> ReadingResult:
    """Compare the scenarios of a sweep, as policies, over the worlds in which all were run.

    Parameters
    ----------
    study
        Of a sweep of several scenarios.
    better
        Whether more of the outcome is better, or less.
    threshold
        Value of the outcome that satisfies.
    asked
        Parts of the `Response`, without scenarios.

    Raises
    ------
    AnalysisError
        When the study has one scenario, is incomplete, or its scenarios differ in purges,
        informers or reprisals, which are never chosen among.
    """
    question = ReadingQuestion.of(study, NAME, **asked)
    if SCENARIO not in study.runs.columns:
        raise AnalysisError(
            "robust compares policies over uncertain worlds: write a sweep file with scenarios: "
            "[a.yaml, b.yaml] and a design over ranges, and give it instead"
        )
    if harmful := question.design.get("harmful"):
        raise AnalysisError(
            f"the scenarios differ in {', '.join(harmful)}: purges, informers and reprisals may be "
            "inputs, never what is chosen"
        )
    policies = study.runs[SCENARIO].unique(maintain_order=True)
    alone = question.response._replace(against=None)
    parts = []
    for policy in policies:
        found = responses(study.told_runs, alone._replace(scenario=policy))
        world = pl.Series("world", range(found.height), pl.Int64)
        values = found.select(world, pl.lit(policy).alias("policy"), pl.col(VALUE).alias("value"))
        parts.append(values)
    found_in = robustness(pl.concat(parts), better, threshold=threshold)
    words = alone._replace(scenario=None).words
    title = f"{words.capitalize()}: {better} is better"
    kind = alone.kind(study.told_runs)
    return ReadingResult(
        NAME,
        found_in.found,
        found_in.policies,
        {
            "response": alone._asdict(),
            "better": better,
            "threshold": threshold,
            "criteria": found_in.criteria.to_dicts(),
            "failures": dict(found_in.failures),
            "worlds": found_in.worlds,
            "left_out": found_in.left_out,
        },
        robustness_table(found_in, title, kind),
        lambda: plots.robustness_figure(found_in, title, kind),
    )
