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
from defectsim.studies.kinds.sweep.targets import TargetSection
from defectsim.studies.readings.discover import SAMPLINGS
from defectsim.studies.readings.result import ReadingQuestion, ReadingResult

NAME = "calibrate"
DRAWS = 1_000
"""Draws from the posterior that are kept."""
_TARGETS = TypeAdapter(dict[str, TargetSection])


def calibrate(
    study: StoredStudy, targets: Mapping[str, Any] | None = None, *, emulate: bool = False
) -> ReadingResult:
    """Compute what targets say about the inputs of a bank, with its own coverage.

    Parameters
    ----------
    study
        Of a sweep whose points fill ranges, one run each, such as those of a ``bank``.
    targets
        By name, as under `targets` in a sweep file; default: those of the study.
    emulate
        Whether to use a Gaussian process and synthetic likelihood instead of regression.

    Raises
    ------
    AnalysisError
        When the study has another design, no targets, or too few points.
    """
    question = ReadingQuestion.of(study, NAME, SAMPLINGS)
    wanted = _targets(question, targets)
    bank, found_targets = _bank(question, wanted)
    found = calibrated(bank, found_targets, emulate=emulate)
    draws = found.posterior.draw(DRAWS, seed=0)
    title = "What the targets say"
    quantiles = found.posterior.quantiles()
    return ReadingResult(
        NAME,
        found.found,
        quantiles.join(found.coverage, on="parameter").join(found.informed, on="parameter"),
        _facts(found, wanted, draws),
        calibration_table(found, title),
        lambda: plots.calibration_figure(quantiles, found.informed, found.evidence.priors, title),
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
    runs, inputs = question.study.told_runs, question.inputs
    if runs["replicate"].max():
        raise AnalysisError("a bank has one run at each point: write replicates: 1")
    scenarios = runs[SCENARIO].unique(maintain_order=True) if SCENARIO in runs.columns else [None]
    for name, target in targets.items():
        if target.scenario is not None and target.scenario not in [*scenarios]:
            raise AnalysisError(f"targets.{name}: the study has no scenario {target.scenario!r}")
    points = runs.filter(pl.col("point") % len(scenarios) == 0).sort("point")
    values = [_summary(question, target, scenarios[-1]) for target in targets.values()]
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


def _summary(question: ReadingQuestion, target: TargetSection, last: str | None) -> Numbers:
    """Return the value of a target at each point; NaN where it has none."""
    scenario, runs = target.scenario or last, question.study.told_runs
    if target.date is None:
        found = responses(runs, Response(target.outcome, scenario=scenario))[VALUE]
        return found.fill_null(np.nan).to_numpy()
    series = question.study.scan("series", check=True).filter(pl.col("date") == target.date)
    counts = series.group_by("point").agg(pl.col(target.outcome).sum().alias(VALUE)).collect()
    if counts.is_empty():
        raise AnalysisError(
            f"no count of {target.date} is stored: give a date of the clock, and record the series"
        )
    if scenario is not None:
        runs = runs.filter(pl.col(SCENARIO) == scenario)
    joined = runs.sort("point").join(counts, on="point", how="left", maintain_order="left")
    return joined[VALUE].cast(pl.Float64).fill_null(np.nan).to_numpy()


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
