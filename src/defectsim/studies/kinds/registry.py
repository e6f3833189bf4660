"""The definition of a kind of study, and the registry: one line a kind."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import RenderableType

from defectsim import plots
from defectsim.core.errors import AnalysisError, PlanError, StudyMismatchError
from defectsim.core.section import whole_number
from defectsim.report.page import ReportTable
from defectsim.store import StoredStudy
from defectsim.studies.plan import Plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {
    "run": "defectsim.studies.kinds.run.kind",
    "comparison": "defectsim.studies.kinds.comparison.kind",
    "sweep": "defectsim.studies.kinds.sweep.kind",
}
"""Module of each kind, imported when first needed; its `KIND` is a `StudyKind`."""


def more_replicates(plan: Plan, replicates: int) -> Plan:
    """Return a plan with more replicates of every point."""
    replicates = whole_number("replicates", replicates)
    if replicates <= plan.replicates:
        raise PlanError(
            f"there are {plan.replicates} replicates, and {replicates} are not more: give the "
            "number that there should be in all"
        )
    return replace(plan, replicates=replicates)


@dataclass(frozen=True)
class StudyKind:
    """A kind of study."""

    name: str
    """Key in the registry, which studies store in their manifest as ``design.kind``."""
    title: str
    """Noun with its article, for messages."""
    command: str
    """Command that makes such a study, for messages."""
    methods: str
    """Methods of a study that return the analysis, for messages."""
    analysis: Callable[[StoredStudy], Any]
    """Results of a study, as frames."""
    answer: Callable[[StoredStudy], str]
    """Finding in a sentence or two."""
    numbers: Callable[[StoredStudy], pl.DataFrame]
    """Numbers on which it rests: a row an outcome, and scenario or point."""
    table: Callable[[StoredStudy], RenderableType]
    """Results for a terminal of 80 to 100 columns."""
    report_tables: Callable[[StoredStudy], list[ReportTable]]
    """Results for a report, whole."""
    figure: "Callable[[StoredStudy, str | None], Figure]"
    """Figure of one outcome or (default) of all that matter; `NothingToDrawError` if it is empty."""
    figure_name: str
    """File name of that figure; one of a single outcome is called after it."""
    drawn: Callable[[StoredStudy], list[str | None]] = lambda _: [None]
    """Outcomes that have a figure each in a report; None is the figure of all."""
    pictures: Collection[str] = ()
    """Kinds of pictures (`studies.pictures`) that a report shows beside, where a study has them."""
    further: Callable[[StoredStudy, Plan], Plan | None] = lambda *_: None
    """Plan with further runs when all of a study have ended; None: no more."""
    outlook: Callable[[Plan], str] = lambda _: ""
    """Sentence about further runs, while their number is not known or as it became known."""
    extend: Callable[[Plan, int], Plan] = more_replicates
    """Plan with more replicates; `PlanError` if the kind cannot have them."""

    def draw(self, study: StoredStudy, folder: Path, outcome: str | None = None) -> Path:
        """Save the figure of a study as PNG and SVG; return their path without a suffix."""
        name = outcome or self.figure_name
        plots.save(self.figure(study, outcome), folder, name)
        return folder / name

    def expect(self, study: StoredStudy, method: str) -> None:
        """Refuse a study of another kind than this one, which has a method."""
        if study.kind != self.name:
            found = kind_named(study.kind)
            raise AnalysisError(
                f"{study.label} is {found.title}: ask it for {found.methods}; {method}() needs "
                f"{self.title}, made by {self.command}"
            )


def kind_named(name: str) -> StudyKind:
    """Return a kind of study.

    Raises
    ------
    StudyMismatchError
        If there is none of that name, as in studies of other versions of defectsim.
    """
    if name not in KINDS:
        raise StudyMismatchError(
            f"this version of defectsim has no kind of study called {name!r} (it has "
            f"{', '.join(KINDS)}), so it can only read the tables of such a study: open it by the "
            "version in its manifest.json, or run it again with --overwrite"
        )
    found: StudyKind = import_module(KINDS[name]).KIND
    return found
