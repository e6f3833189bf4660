"""A study that shows itself: a table, a picture."""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO

import polars as pl
from matplotlib.figure import Figure

from defectsim import store
from defectsim.analysis import Method, Otherwise, Summary, summary
from defectsim.core.errors import AnalysisError, NothingToDrawError
from defectsim.core.html import as_html
from defectsim.report.show import figure, otherwise, paired, tables
from defectsim.studies.comparison import SINGLE

_DOTS_PER_INCH = 100


class Study(store.Study):
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
        if self.design != SINGLE:
            raise AnalysisError(
                "a summary is that of one scenario: ask a comparison for paired(), a sweep for runs"
            )
        return summary(self.course, self.runs)

    def paired(
        self, names: Sequence[str] | None = None, method: Method | None = None
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
        return paired(self, names, method)

    def otherwise(self) -> dict[str, Otherwise]:
        """Return by scenario who does otherwise than in the first of a comparison, in which way, and when."""
        return otherwise(self)

    def figure(self, outcome: str | None = None) -> Figure:
        """Return the picture of how a scenario goes, what others change, or how an outcome hangs on what varies."""
        return figure(self, outcome)

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
        return as_html(tables(self)) + picture + facts


def _image(figure: Figure) -> str:
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_DOTS_PER_INCH)
    code = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="desertions and defections over time" src="data:image/png;base64,{code}">'
