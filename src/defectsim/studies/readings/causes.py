"""Attribution by record: cascades in the causes of changes of status that a study has stored."""

from typing import Any

import polars as pl

from defectsim import plots
from defectsim.analysis.cascades import WAYS, Cascades, cascades
from defectsim.analysis.shares import quantiles
from defectsim.core.errors import AnalysisError
from defectsim.core.formatting import BAND, counted, level, people
from defectsim.model.transitions import LOSSES, Status
from defectsim.report.causes import causes_table
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.store.study import readable
from defectsim.studies.readings.result import ReadingResult

NAME = "attribute"


def attribute_by_record(study: StoredStudy, point: int, status: str) -> ReadingResult:
    """Return the cascades in which people took a status at a point of a study.

    Raises
    ------
    AnalysisError
        When people left, and the study stores no causes.
    StudyIncompleteError
        When no run of the point ended well.
    """
    done = study.runs.filter(point=point, status=DONE)
    with readable(study.path, "causes"):
        causes = study.scan("causes", check=True).filter(pl.col("point") == point)
        if done.select(LOSSES).sum_horizontal().sum() and causes.head(1).collect().is_empty():
            raise AnalysisError(
                f"{study.label} stores no causes: run the scenario again with record.causes: true"
            )
        found = cascades(causes, done["replicate"].sort().to_list(), status)
    said = _found(found, status)
    title = f"How people came to be among those who {took(status)}, by record"
    return ReadingResult(
        NAME,
        said,
        found.by_run,
        _facts(found, status),
        causes_table(found, title, said),
        (lambda: plots.causes_figure(found, title, said)) if found.movers.height else None,
    )


def took(status: str, be: str = "were") -> str:
    """Return the predicate of people who took a status: ``deserted``, or ``were arrested``."""
    return f"{be} {status}" if Status[status.upper()].kind == "harmed" else status


def _found(found: Cascades, status: str) -> str:
    runs = found.by_run.filter(pl.col("people") > 0)
    if runs.is_empty():
        return f"Nobody {took(status, 'was')} in any of {_runs(found)}."
    vertical, horizontal, _ = (
        level("share", *_band(runs.select(pl.col(way) / pl.col("people")).to_series()))
        for way in WAYS
    )
    text = (
        f"By record, {people(*_band(found.by_run['people']))} people {took(status)} in "
        f"{_runs(found)} (medians, 90 % of runs): {vertical} % after a commander, "
        f"{horizontal} % through another person, the others after nobody"
    )
    if not found.by_run["largest"].max():
        return f"{text}; nobody of them brought others along."
    largest = people(*_band(found.by_run["largest"]))
    first = found.movers.row(0, named=True)
    return (
        f"{text}. The largest cascade of a run has {largest} people; {first['agent']} began it in "
        f"{first['largest']} of {_runs(found)}."
    )


def _runs(found: Cascades) -> str:
    return counted(found.runs, "run")


def _band(values: pl.Series) -> tuple[float, float, float]:
    low, middle, high = (
        value or 0.0 for value in pl.select(quantiles(pl.lit(values), BAND)).row(0)
    )
    return low, middle, high


def _facts(found: Cascades, status: str) -> dict[str, Any]:
    return {
        "by": "record",
        "status": status,
        "runs": found.runs,
        "before": found.before.to_dicts(),
        "sizes": found.sizes.to_dicts(),
        "reproduction": found.reproduction.to_dicts(),
        "movers": found.movers.to_dicts(),
    }
