"""Studies as users see them: tables, analyses and figures."""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import Group, RenderableType

from defectsim.analysis.divergence import Divergence
from defectsim.analysis.summaries import Summary
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import NothingToDrawError, RuleError
from defectsim.core.files import user_path
from defectsim.core.formatting import plain
from defectsim.core.screen import plain_text
from defectsim.report.layout import as_html, headed
from defectsim.report.page import ReportTable, grounds
from defectsim.scenario.calibration import calibration_note
from defectsim.store import StoredStudy
from defectsim.store.schema import DONE
from defectsim.studies.kinds.comparison import kind as comparison
from defectsim.studies.kinds.registry import StudyKind, kind_named
from defectsim.studies.kinds.run import kind as run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 100
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
        return grounds(done, self.runs.height, str(self.manifest["seed"]))

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
        place = user_path(folder)
        if self.path is None or place.parent != self.path:  # in a study, no link is followed
            place = Path(os.path.realpath(place))
        return self._kind.draw(self, place, outcome)

    def _repr_html_(self) -> str:
        facts = f"<p>{escape(plain(repr(self)))}</p>"
        if not self.complete:
            return facts
        if DONE not in self.runs["status"]:
            error = escape(plain(str(self.runs["error"].first())))
            return f"{facts}<pre>{error}</pre>"
        image = ""
        with suppress(NothingToDrawError):
            image = _image(self.figure())
        return as_html(self.table()) + image + facts


def _image(figure: "Figure") -> str:
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_DOTS_PER_INCH)
    code = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="figure of the study" src="data:image/png;base64,{code}">'
