"""A kind of study of its own: replicates are doubled until there are eight, and counted in its table and figure."""

from matplotlib.figure import Figure
from rich.text import Text

from defectsim.core.errors import PlanError
from defectsim.store import StoredStudy
from defectsim.studies.kinds.registry import StudyKind, more_replicates
from defectsim.studies.plan import Plan


def analysis(study: StoredStudy) -> int:
    return study.runs.height


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
    table=table,
    figure=figure,
    figure_name="toys",
    further=further,
    extend=extend,
)
