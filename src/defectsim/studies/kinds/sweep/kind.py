"""Many points of a scenario: how outcomes depend on what varies."""

from matplotlib.figure import Figure
from rich.console import Group

from defectsim.core.defaults import SWEEP_OUTCOME
from defectsim.plots import sweep_figure
from defectsim.report.tables import sweep_table
from defectsim.store import StoredStudy
from defectsim.studies.kinds.kind import StudyKind


def table(study: StoredStudy) -> Group:
    """Return the medians of outcomes at each value of what varies, as tables."""
    return sweep_table(study.runs, study.question)


def figure(study: StoredStudy, outcome: str | None = None) -> Figure:
    """Return the figure of an outcome by what varies."""
    return sweep_figure(study.runs, outcome or SWEEP_OUTCOME, study.question)


KIND = StudyKind(
    name="sweep",
    title="a sweep",
    command="defectsim sweep",
    methods="runs",
    analysis=lambda study: study.runs,
    table=table,
    figure=figure,
    figure_name=SWEEP_OUTCOME,
)
