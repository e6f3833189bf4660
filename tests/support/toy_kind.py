"""A kind of study of its own: replicates are doubled until there are eight, and counted in its table and figure."""

import polars as pl
from matplotlib.figure import Figure
from rich.text import Text

from defectsim.core.errors import PlanError
from defectsim.report.page import ReportTable
from defectsim.store import StoredStudy
from defectsim.studies.kinds.registry import StudyKind, more_replicates
from defectsim.studies.plan import Plan


def analysis(study: StoredStudy) -> int:
    return study.runs.height


def answer(study: StoredStudy) -> str:
    return f"{analysis(study)} toys"


def numbers(study: StoredStudy) -> pl.DataFrame:
    return pl.DataFrame({"toys": [analysis(study)]})


def report_tables(study: StoredStudy) -> list[ReportTable]:
    return [ReportTable("Toys", ("toys",), [(str(analysis(study)),)])]


def table(study: StoredStudy) -> Text:
    return Text(f"{analysis(study)} toys")


def figure(study: StoredStudy, outcome: str | None = None) -> Figure:
    drawn = Figure()
    drawn.text(0.5, 0.5, f"{outcome or 'all'}: {analysis(study)} toys")
    return drawn


def further(study: StoredStudy, plan: Plan) -> Plan | None:
    return more_replicates(plan, 2 * study.runs.height) if study.runs.height < 8 else None


def extend(plan: Plan, replicates: int) -> Plan:
    if replicates > 8:
        raise PlanError("toys come in eights at most")
    return more_replicates(plan, replicates)


KIND = StudyKind(
    name="toy",
    title="a toy",
    command="nothing",
    methods="analysis()",
    analysis=analysis,
    answer=answer,
    numbers=numbers,
    report_tables=report_tables,
    table=table,
    figure=figure,
    figure_name="toys",
    further=further,
    extend=extend,
)
