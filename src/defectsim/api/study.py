"""A study that shows itself: a table, a picture."""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from matplotlib.figure import Figure
from rich.console import RenderableType

from defectsim import store
from defectsim.analysis import Divergence, Summary
from defectsim.core.choices import IntervalMethod
from defectsim.core.errors import NothingToDrawError
from defectsim.report.html import as_html
from defectsim.studies.kinds.comparison import kind as comparison
from defectsim.studies.kinds.registry import expect, kind_of
from defectsim.studies.kinds.run import kind as run

_DOTS_PER_INCH = 100


class Study(store.StoredStudy):
    """What a study found: its runs, series and events, and the manifest that says what made them.

    Open a stored one with `Study.open(path)`. One made in memory has `path` None. A notebook shows the table of who is
    gone at the end, and the picture of how it went.
    """

    @property
    def failure(self) -> str | None:
        """How many runs failed, and with what the first; None where none did."""
        errors = self.runs["error"].drop_nulls()
        if errors.is_empty():
            return None
        last = str(errors[0]).strip().splitlines()[-1]
        return f"{len(errors)} of {self.runs.height} runs failed, the first with: {last}"

    def summary(self) -> Summary:
        """Return who is gone at the end, with 90 % intervals across runs, as numbers.

        Raises
        ------
        AnalysisError
            Where the study has several scenarios, which make no sense together.
        """
        expect(self, run.KIND, "summary")
        return run.analysis(self)

    def paired(
        self, names: Sequence[str] | None = None, method: IntervalMethod | None = None
    ) -> pl.DataFrame:
        """Return how each scenario of a comparison differs from the first, in the same replicate.

        Parameters
        ----------
        names
            Outcomes: columns of runs, ``falls``, or an end such as ``coup``; all where none is named.
        method
            How 95 % intervals of means are made: Student's ``"t"``, guarded, or ``"bca"``, a bootstrap; as the study
            was asked to, where nothing is said.

        Returns
        -------
        DataFrame
            A row a scenario and outcome: medians and 90 % bands of either, and of the differences; their *mean* with
            its interval *low* to *high*, in how many *pairs* they *differ*, and what common seeds *saved*.
        """
        expect(self, comparison.KIND, "paired")
        return comparison.paired(self, names, method)

    def divergence(self) -> dict[str, Divergence]:
        """Return by scenario who behaves differently than in the first of a comparison, how and when."""
        expect(self, comparison.KIND, "divergence")
        return comparison.divergence(self)

    def analysis(self) -> Any:
        """Return all that the kind of the study analyses; see `studies.kinds`."""
        return kind_of(self).analysis(self)

    def table(self) -> RenderableType:
        """Return the tables of the study, for a terminal."""
        return kind_of(self).table(self)

    def figure(self, outcome: str | None = None) -> Figure:
        """Return the figure of the study: of one outcome, if its kind has such figures, or of all."""
        return kind_of(self).figure(self, outcome)

    def draw(self, folder: str | Path, outcome: str | None = None) -> Path:
        """Save the figure as PNG and SVG in a folder; return their path without a suffix."""
        return kind_of(self).draw(self, Path(folder), outcome)

    def _repr_html_(self) -> str:
        facts = f"<p>{escape(repr(self))}</p>"
        if not self.complete:
            return facts
        if "done" not in self.runs["status"]:
            return f"{facts}<pre>{escape(str(self.runs['error'].first()))}</pre>"
        try:
            picture = _image(self.figure())
        except NothingToDrawError:
            picture = ""
        return as_html(self.table()) + picture + facts


def _image(figure: Figure) -> str:
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_DOTS_PER_INCH)
    code = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="desertions and defections over time" src="data:image/png;base64,{code}">'
