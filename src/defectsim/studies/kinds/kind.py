"""The definition of a kind of study."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from rich.console import RenderableType

from defectsim.core.errors import PlanError
from defectsim.plots import save
from defectsim.store import StoredStudy
from defectsim.studies.plan import Plan


def no_more_replicates(_: StoredStudy) -> None:
    """Leave a study that misses no run as it is."""


def more_replicates(plan: Plan, replicates: int) -> Plan:
    """Return a plan with more replicates of every point."""
    if replicates <= plan.replicates:
        raise PlanError(
            f"there are {plan.replicates} replicates, and {replicates} are not more: give the "
            f"number that there "
            "should be in all"
        )
    return replace(plan, replicates=replicates)


@dataclass(frozen=True)
class StudyKind:
    """A kind of study; `registry.KINDS` has them all.

    Attributes
    ----------
    name
        Key in the registry, which studies store in their manifest as ``design.kind``.
    title, command
        Noun with its article, and the command that makes such a study: for messages.
    methods
        Methods of a study that return the analysis, for messages.
    analysis
        Results of a study, as frames.
    table
        The same, for a terminal of 80 to 100 columns.
    figure
        Figure of a study, of one outcome or (default) of all that matter. Raises
        `NothingToDrawError` if it would be empty.
    figure_name
        File name of that figure; one of a single outcome is called after it.
    next_replicates
        Number of replicates that a resumed study goes on to when all its runs have ended; None if
        it is finished.
    extend
        Plan with a larger number of replicates. Raises `PlanError` if the kind cannot have them.
    """

    name: str
    title: str
    command: str
    methods: str
    analysis: Callable[[StoredStudy], Any]
    table: Callable[[StoredStudy], RenderableType]
    figure: Callable[[StoredStudy, str | None], Figure]
    figure_name: str
    next_replicates: Callable[[StoredStudy], int | None] = no_more_replicates
    extend: Callable[[Plan, int], Plan] = more_replicates

    def draw(self, study: StoredStudy, folder: Path, outcome: str | None = None) -> Path:
        """Save the figure of a study as PNG and SVG; return their path without a suffix."""
        name = outcome or self.figure_name
        save(self.figure(study, outcome), folder, name)
        return folder / name
