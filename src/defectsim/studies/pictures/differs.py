"""Pictures of what differs between the scenarios of a comparison: at the end, over time, for whom."""

from typing import TYPE_CHECKING

from defectsim import plots
from defectsim.analysis.outcomes import ASKED, FALLS
from defectsim.analysis.paired_course import paired_course
from defectsim.store import StoredStudy
from defectsim.studies.kinds.comparison import kind as comparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def differences(study: StoredStudy, outcome: str | None = None) -> "Figure":
    """Draw the paired differences at the end: of one outcome, or of all that differ or are asked about."""
    return comparison.figure(study, outcome)


def course(study: StoredStudy) -> "Figure":
    """Draw the paired differences over time."""
    runs = study.told_runs
    untold = runs["outcome"].is_null().all()
    names = [name for name in ASKED if name != FALLS or not untold]
    return plots.difference_course_figure(paired_course(study.series, runs, names), study.question)


def divergence(study: StoredStudy) -> "Figure":
    """Draw how many people behave differently, and by when half of them do."""
    return plots.divergence_figure(comparison.divergence(study), study.question)
