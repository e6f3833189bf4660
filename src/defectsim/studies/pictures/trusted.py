"""Pictures of whether a study can be trusted: beliefs, records, predictions and convergence."""

from typing import TYPE_CHECKING, TypedDict

import polars as pl
from pydantic import TypeAdapter

from defectsim import plots
from defectsim.analysis.outcomes import ASKED
from defectsim.analysis.responses import SCENARIO
from defectsim.analysis.runs.beliefs import doubts, falls
from defectsim.analysis.runs.convergence import convergence as running_estimates
from defectsim.analysis.runs.records import recorded_course
from defectsim.store import StoredStudy
from defectsim.studies.kinds.comparison.kind import KIND as COMPARISON
from defectsim.studies.pictures.scenes import Scene, scene
from defectsim.studies.readings import calibrate
from defectsim.studies.readings.stored import stored_facts

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class _Check(TypedDict):
    target: str
    observed: float
    q05: float
    q50: float
    q95: float
    tail: float
    outside: bool


class _Checked(TypedDict):
    """The part of a stored calibration that replicates its targets."""

    predictive: list[_Check]


_CHECKED = TypeAdapter(_Checked)


def belief(study: StoredStudy, scenario: str | None = None) -> "Figure":
    """Draw who privately doubts that the regime survives against when it falls."""
    one = scene(study, scenario)
    series = one.table("series")
    untold = one.runs["outcome"].is_null().all()
    truth = None if untold else falls(one.runs, series["date"])
    return plots.belief_figure(doubts(series, one.runs), truth, _title(one))


def records(study: StoredStudy, scenario: str | None = None) -> "Figure":
    """Draw deserters on record against all there are."""
    one = scene(study, scenario)
    return plots.recorded_figure(recorded_course(one.table("series")), _title(one))


def convergence(
    study: StoredStudy, outcome: str | None = None, scenario: str | None = None
) -> "Figure":
    """Draw estimates by the number of replicates: of runs, or of a comparison's differences."""
    names = ASKED if outcome is None else (outcome,)
    if study.kind == COMPARISON.name and scenario is None:
        found = running_estimates(study.told_runs, names)
        return plots.convergence_figure(found, study.question)
    one = scene(study, scenario)
    runs = one.runs.drop(SCENARIO, strict=False)
    return plots.convergence_figure(running_estimates(runs, names), _title(one))


def predictive(study: StoredStudy) -> "Figure":
    """Draw observed targets among replicates from the stored posterior."""
    checks = stored_facts(study, calibrate.NAME, _CHECKED)["predictive"]
    return plots.predictive_figure(pl.DataFrame(checks), study.question)


def _title(one: Scene) -> str:
    return ": ".join(filter(None, (one.name, one.study.question)))
