"""Calibration: what targets say about the inputs of a bank."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from pydantic import TypeAdapter, ValidationError

from defectsim import plots
from defectsim.analysis.intervals import Numbers
from defectsim.analysis.posterior.calibration import Calibration
from defectsim.analysis.posterior.calibration import calibrate as calibrated
from defectsim.analysis.posterior.evidence import Bank, Target
from defectsim.analysis.responses import SCENARIO, VALUE, Response, responses
from defectsim.core.errors import AnalysisError, StudyDamagedError
from defectsim.core.section import faults_of
from defectsim.report.calibration import calibration_table
from defectsim.store import StoredStudy
from defectsim.studies.kinds.sweep.stored import InputSpec
from defectsim.studies.kinds.sweep.targets import TargetSection
from defectsim.studies.readings.discover import SAMPLINGS
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "calibrate"
TITLE = "What the targets say"
"""Title of its table and figure."""
DRAWS = 1_000
"""Draws from the posterior that are kept."""
_TARGETS = TypeAdapter(dict[str, TargetSection])


def calibrate(
    study: StoredStudy,
    targets: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    emulate: bool = False,
) -> ReadingResult:
    """Compute what observed targets say about the inputs of a bank of runs.

    Parameters
    ----------
    study
        Of a sweep whose points fill ranges, one run each on draws of its own, such as those of a
        ``bank``.
    targets
        By name, as in ``{"deserters": {"outcome": "deserted", "observed": 4000, "error": 400}}``;
        default: those of the sweep file. One bank serves any of them.
    emulate
        Whether to use a Gaussian process and synthetic likelihood instead of regression.

    Returns
    -------
    ReadingResult
        A row an input: quantiles of its posterior, how wide these are beside the prior's, how often
        such intervals cover held-out points of the bank, and whether targets say anything of it.

    Raises
    ------
    AnalysisError
        When the study has another design, no targets, or too few points.
    StudyIncompleteError
        When runs are missing.
    """
    question = ReadingQuestion.of(study, NAME, SAMPLINGS)
    wanted = _targets(question, targets)
    bank, found_targets = _bank(question, wanted)
    found = calibrated(bank, found_targets, emulate=emulate)
    draws = _whole(found.posterior.draw(DRAWS, seed=0), question.design["inputs"])
    quantiles = found.posterior.quantiles()
    return ReadingResult(
        NAME,
        found.found,
        quantiles.join(found.coverage, on="parameter").join(found.informed, on="parameter"),
        _facts(found, wanted, draws),
        calibration_table(found, TITLE),
        lambda: plots.calibration_figure(
            quantiles, found.informed, found.evidence.priors, TITLE, question.described
        ),
    )


def _targets(
    question: ReadingQuestion, given: Mapping[str, Any] | None
) -> dict[str, TargetSection]:
    data = question.design.get("targets", {}) if given is None else given
    if not data:
        raise AnalysisError(
            "there is nothing to calibrate against: write targets into the sweep file, as in "
            "targets: {deserters: {outcome: deserted, observed: 4000, error: 400}}"
        )
    try:
        return _TARGETS.validate_python(dict(data), strict=False)
    except ValidationError as error:
        kind = StudyDamagedError if given is None else AnalysisError
        raise kind(f"targets: {faults_of(error)}") from error


def _bank(
    question: ReadingQuestion, targets: Mapping[str, TargetSection]
) -> tuple[Bank, list[Target]]:
    """Return the bank of a study with a summary a target, and the targets."""
    scenarios, inputs = question.scenarios, question.inputs
    runs = question.runs.sort("point")
    if runs["replicate"].max():
        raise AnalysisError("a bank has one run at each point: write replicates: 1")
    points = runs.filter(pl.col("point") % max(len(scenarios), 1) == 0)
    if points["seed"].is_duplicated().any():
        raise AnalysisError(
            "points of this study share their draws, so that a posterior would be too narrow: take "
            "{kind: bank}, or write seeds: own"
        )
    values = [_summary(question, name, target) for name, target in targets.items()]
    bank = Bank(
        inputs,
        points.select(one.name for one in inputs).cast(pl.Float64).to_numpy(),
        [*targets],
        np.column_stack(values),
    )
    return bank, [
        Target(name, one.observed, one.error, one.discrepancy, one.scenario or "")
        for name, one in targets.items()
    ]


def _summary(question: ReadingQuestion, name: str, target: TargetSection) -> Numbers:
    """Return the value of a target at each point; NaN where it has none."""
    runs, asked = question.runs, Response(target.outcome, scenario=target.scenario)
    try:
        asked = asked.of_one(question.scenarios)
        if target.date is None:
            return responses(runs, asked.checked(runs))[VALUE].fill_null(np.nan).to_numpy()
    except AnalysisError as error:
        raise type(error)(f"targets.{name}: {error}") from error
    series = question.study.scan("series", check=True).filter(pl.col("date") == target.date)
    counts = series.group_by("point").agg(pl.col(target.outcome).sum().alias(VALUE)).collect()
    if counts.is_empty():
        raise AnalysisError(
            f"targets.{name}: no count of {target.date} is stored: give a date of the clock, and "
            "record the series"
        )
    if asked.scenario is not None:
        runs = runs.filter(pl.col(SCENARIO) == asked.scenario)
    joined = runs.sort("point").join(counts, on="point", how="left", maintain_order="left")
    return joined[VALUE].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _whole(draws: pl.DataFrame, inputs: Mapping[str, InputSpec]) -> pl.DataFrame:
    """Round the draws of inputs that take multiples of a step alone."""
    steps = {path: spec["step"] for path, spec in inputs.items() if spec["step"]}
    return draws.with_columns((pl.col(path) / one).round() * one for path, one in steps.items())


def _facts(
    found: Calibration, targets: Mapping[str, TargetSection], draws: pl.DataFrame
) -> dict[str, Any]:
    return {
        "targets": {name: one.model_dump(exclude_none=True) for name, one in targets.items()},
        "points": found.evidence.points,
        "failed": found.evidence.failed,
        "undefined": found.evidence.undefined,
        "coverage": found.coverage.to_dicts(),
        "informed": found.informed.to_dicts(),
        "predictive": found.predictive.to_dicts(),
        "left_out": [
            {
                "group": one.group,
                "posterior": one.posterior.quantiles().to_dicts(),
                "targets": one.targets.to_dicts(),
            }
            for one in found.left_out
        ],
        "draws": draws.to_dict(as_series=False),
    }
