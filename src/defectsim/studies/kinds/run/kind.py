"""Replicates of one scenario: who is gone at the end, and when they went."""

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl
from rich.console import Group

from defectsim import plots
from defectsim.analysis.event_history.incidence import cumulative_incidence
from defectsim.analysis.outcomes import varied
from defectsim.analysis.summaries import Summary, observed, outcome_bands, summary
from defectsim.core.errors import AnalysisError
from defectsim.model.transitions import GONE
from defectsim.report.answers import run_answer
from defectsim.report.event_history import incidence_table
from defectsim.report.page import ReportTable, band_table, loss_table
from defectsim.report.run import run_table
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.schema import Scenario
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.studies.kinds.registry import StudyKind
from defectsim.studies.plan import Plan, make_plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def analysis(study: StoredStudy) -> Summary:
    """Summarize the end of all runs."""
    return summary(study.course, study.told_runs)


def answer(study: StoredStudy) -> str:
    """Return how often the regime falls, and how many are gone."""
    found = study.told_runs.filter(status=DONE)
    fallen = None if found["outcome"].is_null().all() else found["fell"].count()
    return run_answer(found.height, fallen, numbers(study))


def numbers(study: StoredStudy) -> pl.DataFrame:
    """Return the band of each outcome over runs."""
    return outcome_bands(study.told_runs)


def table(study: StoredStudy) -> Group:
    """Return the summary as tables."""
    redrawn = bool(study.manifest.get("redrawn_ties"))
    drawn = study.runs.select(varied(study.runs))
    found = observed(study.observations)
    return run_table(analysis(study), found, redrawn, drawn)


def report_tables(study: StoredStudy) -> list[ReportTable]:
    """Return the bands of outcomes, who is gone by branch and rank, and incidence by way and cause."""
    shares, ways = analysis(study).shares, ("status_to", "cause")
    tables = [band_table(numbers(study))]
    if not shares.is_empty():
        tables.append(loss_table(shares, GONE))
    with suppress(AnalysisError):  # events or series are not all kept
        left = cumulative_incidence(study.events, study.series, study.runs, ways=ways)
        tables.append(incidence_table(left, ways))
    return tables


def figure(study: StoredStudy, outcome: str | None = None) -> "Figure":
    """Return the figure of desertions and defections over time."""
    if outcome is not None:
        raise AnalysisError(
            "the figure of a single scenario shows all statuses over time; it takes no outcome"
        )
    dates: dict[str, str] = study.manifest.get("policies", {})
    policies = [(name, dt.date.fromisoformat(date)) for name, date in dates.items()]
    return plots.cascade_figure(study.course, policies, study.question)


KIND = StudyKind(
    name="run",
    title="a run of one scenario",
    command="defectsim run",
    methods="summary()",
    analysis=analysis,
    answer=answer,
    numbers=numbers,
    table=table,
    report_tables=report_tables,
    figure=figure,
    figure_name="cascade",
    pictures=("defections", "outcomes", "incidence"),
)


def run_plan(scenario: Scenario, replicates: int, seed: int) -> Plan:
    """Return the plan of replicates of one scenario."""
    base, design = ScenarioDocument(scenario), {"kind": "run"}
    return make_plan(scenario.name, base, [({}, scenario)], design, replicates, seed)
