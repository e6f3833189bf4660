"""Studies as users see them: tables, analyses and figures."""

import os
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import Group, RenderableType

from defectsim.analysis.divergence import Divergence
from defectsim.analysis.summaries import Summary
from defectsim.api.picture import Picture, image
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import (
    AnalysisError,
    NothingToDrawError,
    RuleError,
    StudyIncompleteError,
)
from defectsim.core.files import user_path
from defectsim.core.formatting import plain
from defectsim.core.screen import plain_text
from defectsim.report.layout import as_html, headed
from defectsim.report.page import ReportTable, grounds
from defectsim.scenario.calibration import calibration_note
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE, FAILED, PENDING
from defectsim.studies.kinds.comparison import kind as comparison
from defectsim.studies.kinds.registry import StudyKind, kind_named
from defectsim.studies.kinds.run import kind as run
from defectsim.studies.pictures.registry import (
    PICTURES,
    draw_picture,
    picture_kind,
    picture_list,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RULE_ERROR = f"{RuleError.__module__}.{RuleError.__name__}: "
"""Beginning of a traceback's last line whose words say enough."""


class Study(StoredStudy):
    """Results of a study: its runs, series and events, and a manifest of what made them.

    `Study.open(path)` opens a stored one; one in memory has no `path`. Notebooks show its tables
    and its figure. What these are depends on its kind: a run of one scenario, a comparison, a
    sweep.
    """

    @property
    def failure(self) -> str | None:
        """Number of runs that failed, and the error of the first; None if none did."""
        errors = self.runs["error"].drop_nulls()
        if errors.is_empty():
            return None
        last = str(errors[0]).strip().splitlines()[-1].removeprefix(_RULE_ERROR)
        return f"{len(errors)} of {self.runs.height} runs failed, the first with: {last}"

    def expect_finished(self) -> None:
        """Refuse a study of which no run has ended yet, since it was stopped before.

        Raises
        ------
        StudyIncompleteError
            When all of its runs are pending.
        """
        if (self.runs["status"] == PENDING).all():
            raise StudyIncompleteError(
                f"{self.label} is incomplete: it was stopped before a run was in its tables; "
                f"defectsim resume {self.path} runs what it lacks"
            )

    def summary(self) -> Summary:
        """Return the state at the end of the runs of one scenario, with 90 % intervals.

        Raises
        ------
        AnalysisError
            If the study has several scenarios.
        """
        run.KIND.expect(self, "summary")
        return run.analysis(self)

    def paired(
        self, names: Sequence[str] | None = None, method: IntervalMethod | None = None
    ) -> pl.DataFrame:
        """Return the paired differences between each scenario of a comparison and the first.

        Parameters
        ----------
        names
            Outcomes: columns of runs, ``falls``, or an end such as ``coup``; default: all.
        method
            95 % intervals of means: Student's ``"t"``, guarded, or ``"bca"``, a bootstrap; default:
            the study's.

        Returns
        -------
        DataFrame
            A row a scenario and outcome: medians and 90 % bands of both, and of the differences;
            their *mean* with its interval *low* to *high*, in how many *pairs* they *differ*, and
            the share of variance that common random numbers *saved*.
        """
        comparison.KIND.expect(self, "paired")
        return comparison.paired(self, names, method)

    def divergence(self) -> dict[str, Divergence]:
        """Return by scenario who behaves differently than in the first, how and when."""
        comparison.KIND.expect(self, "divergence")
        return comparison.divergence(self)

    @property
    def _kind(self) -> StudyKind:
        return kind_named(self.kind)

    def analysis(self) -> Any:
        """Return the analysis that belongs to the kind of the study; see `studies.kinds`."""
        return self._kind.analysis(self)

    @property
    def answer(self) -> str:
        """The finding in a sentence or two, no stronger than its intervals allow."""
        return self._kind.answer(self)

    @property
    def numbers(self) -> pl.DataFrame:
        """Numbers on which the answer rests: a row an outcome, and scenario or point."""
        return self._kind.numbers(self)

    def table(self) -> RenderableType:
        """Return question, answer and tables, for a terminal, and which rules nobody calibrated."""
        note = calibration_note(self.manifest.get("uncalibrated", ()))
        table = headed(self.question, (self.answer, self.grounds), self._kind.table(self))
        return Group(table, plain_text(f"\n{note}")) if note else table

    @property
    def grounds(self) -> str:
        """Runs and seed on which the answer rests, in a sentence."""
        done = self.runs.filter(status=DONE).height
        failed = self.runs.filter(status=FAILED).height
        return grounds(done, failed, self.runs.height, str(self.manifest["seed"]))

    def report_tables(self) -> list[ReportTable]:
        """Return the tables of a report on the study."""
        return self._kind.report_tables(self)

    def drawn_outcomes(self) -> list[str | None]:
        """Return the outcomes that have a figure each; None is the figure of all."""
        return self._kind.drawn(self)

    def figure(self, outcome: str | None = None) -> "Figure":
        """Return the figure of the study: of one outcome, or (default) of all that its kind shows."""
        return self._kind.figure(self, outcome)

    def draw(self, folder: str | Path, outcome: str | None = None) -> Path:
        """Save the figure as PNG and SVG in a folder; return their path without a suffix."""
        return self._kind.draw(self, self._place(folder), outcome)

    def _place(self, folder: str | Path) -> Path:
        """Return the folder of figures; in a study, no link to it is followed."""
        place = user_path(folder)
        outside = self.path is None or place.parent != self.path
        return Path(os.path.realpath(place)) if outside else place

    def plot(self, kind: str | None = None, **options: Any) -> Picture:
        """Draw a picture of the study, which notebooks show.

        Parameters
        ----------
        kind
            One of `pictures`, such as ``incidence``; default: the figure of the study, whose one
            option is *outcome*.
        options
            Of the kind, such as ``by="branch"``, ``scenario="held"`` or ``replicate=3``.

        Raises
        ------
        AnalysisError
            When there is no such kind or option, or the study has not what the picture shows.
        """
        if kind is not None:
            figure = draw_picture(self, kind, options)
            return Picture(kind, picture_kind(kind).question, figure)
        if others := options.keys() - {"outcome"}:
            raise AnalysisError(
                f"the figure of a study has no option {', '.join(sorted(others))}: name a picture, "
                f"one of {', '.join(PICTURES)}"
            )
        outcome = options.get("outcome")
        name = outcome or self._kind.figure_name
        return Picture(name, self.question, self.figure(outcome))

    @property
    def pictures(self) -> pl.DataFrame:
        """A row a kind of picture: the question that it answers, and what the study lacks for it."""
        return picture_list(self)

    def _repr_html_(self) -> str:
        facts = f"<p>{escape(plain(repr(self)))}</p>"
        if not self.complete:
            return facts
        if DONE not in self.runs["status"]:
            error = escape(plain(str(self.runs["error"].first())))
            return f"{facts}<pre>{error}</pre>"
        shown = ""
        with suppress(NothingToDrawError):
            shown = image(self.figure(), f"figure of the study: {self.question}")
        return as_html(self.table()) + shown + facts
