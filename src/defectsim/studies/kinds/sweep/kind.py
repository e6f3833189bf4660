"""Many points of a scenario: how outcomes depend on what varies."""

from typing import TYPE_CHECKING

import polars as pl
from rich.console import Group

from defectsim import plots
from defectsim.analysis.outcomes import ASKED, outcome, own_outcomes, varied
from defectsim.analysis.summaries import outcome_bands
from defectsim.analysis.sweeps import sweep
from defectsim.core.choices import SWEEP_OUTCOME
from defectsim.core.errors import PlanError
from defectsim.report import page
from defectsim.report.answers import sweep_answer
from defectsim.report.sweep import sweep_table
from defectsim.store import StoredStudy
from defectsim.studies.kinds.registry import StudyKind, more_replicates
from defectsim.studies.kinds.sweep import bisect, pilots
from defectsim.studies.kinds.sweep.stored import described
from defectsim.studies.plan import Plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOGETHER = 2
_MOST_TOLD = 6
"""Most levers whose outcomes a report tells lever by lever."""


def analysis(study: StoredStudy) -> list[pl.DataFrame]:
    """Return the quantiles of outcomes by one lever or two, or by each of more, others pooled.

    Returns
    -------
    list of DataFrame
        A row an outcome and point: the levers, *outcome*, its *kind*, and the columns of
        `analysis.sweeps.sweep`. None if no outcome differs between runs.
    """
    runs = study.told_runs
    names = dict.fromkeys((*ASKED, *own_outcomes(runs)))
    outcomes = [outcome(runs, name) for name in names]
    differing = [
        one for one in outcomes if runs.select(one.value.drop_nulls().n_unique()).item() > 1
    ]
    levers = varied(runs)
    groups = [levers] if len(levers) <= _TOGETHER else [[lever] for lever in levers]
    found = []
    for group in groups if differing else []:
        tables = []
        for one in differing:
            labels = (pl.lit(one.name).alias("outcome"), pl.lit(one.kind).alias("kind"))
            tables.append(sweep(runs, one.name, group).select(*group, *labels, pl.exclude(group)))
        found.append(pl.concat(tables))
    return found


def answer(study: StoredStudy) -> str:
    """Return what was read from the sweep, or else the span of each outcome's medians."""
    return sweep_answer(analysis(study), [*study.findings.values()])


def numbers(study: StoredStudy) -> pl.DataFrame:
    """Return the quantiles of outcomes by each lever or pair of levers, in one frame."""
    frames = analysis(study)
    return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()


def table(study: StoredStudy) -> Group:
    """Return the medians of outcomes as tables."""
    return sweep_table(analysis(study), pilots.note(study))


def report_tables(study: StoredStudy) -> list[page.ReportTable]:
    """Return the quantiles of outcomes by each lever or pair of levers, or of all points."""
    if len(varied(study.runs)) > _MOST_TOLD:
        return [page.band_table(outcome_bands(study.told_runs))]
    return [page.sweep_table(frame) for frame in analysis(study)]


def drawn(study: StoredStudy) -> list[str | None]:
    """Return the outcomes of the tables; none where too much varies to be drawn lever by lever."""
    frames = analysis(study)
    shown = frames and len(frames) <= _MOST_TOLD
    return [*frames[0]["outcome"].unique(maintain_order=True)] if shown else []


def figure(study: StoredStudy, outcome: str | None = None) -> "Figure":
    """Return the figure of an outcome by what varies."""
    name = outcome or SWEEP_OUTCOME
    return plots.sweep_figure(study.runs, name, study.question, described(study))


def further(study: StoredStudy, plan: Plan) -> Plan | None:
    """Return the plan with the next round of a bisection, or with what follows a pilot, if any."""
    if pilots.PILOT in plan.design:
        return pilots.further(study, plan)
    return bisect.further(study, plan) if plan.design.get("sampling") == "bisect" else None


def extend(plan: Plan, replicates: int) -> Plan:
    """Return the plan with more replicates, unless its points follow from those that there are."""
    if plan.design.get("sampling") == "bisect":
        raise PlanError(
            "a bisection has one run at each value and seed: write more seeds into the sweep file "
            "(design.points), and run it again"
        )
    return pilots.fixed(more_replicates(plan, replicates), replicates)


KIND = StudyKind(
    name="sweep",
    title="a sweep",
    command="defectsim sweep",
    methods="analysis()",
    analysis=analysis,
    answer=answer,
    numbers=numbers,
    table=table,
    report_tables=report_tables,
    drawn=drawn,
    figure=figure,
    figure_name=SWEEP_OUTCOME,
    pictures=("tornado", "tipping", "box", "regret", "posterior", "predictive"),
    further=further,
    outlook=pilots.outlook,
    extend=extend,
)
