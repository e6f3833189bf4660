"""A study that shows itself: a table, a picture."""

import base64
import datetime as dt
from html import escape
from io import BytesIO

from matplotlib.figure import Figure

from defectsim import store
from defectsim.analysis import Summary, summary
from defectsim.core.html import as_html
from defectsim.plots import cascade_figure
from defectsim.report.table import study_table

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
        """Return who is gone at the end, with 90 % intervals across runs, as numbers."""
        return summary(self.course, self.runs)

    def figure(self) -> Figure:
        """Return the picture of desertions and defections over time."""
        return figure(self)

    def _repr_html_(self) -> str:
        facts = f"<p>{escape(repr(self))}</p>"
        if not self.complete:
            return facts
        if "done" not in self.runs["status"]:
            return f"{facts}<pre>{escape(str(self.runs['error'].first()))}</pre>"
        return as_html(study_table(self)) + ("" if self.course.is_empty() else _image(self.figure())) + facts


def figure(study: store.Study) -> Figure:
    """Return the picture of a study's desertions and defections over time, its policies marked."""
    dates = {name: dt.date.fromisoformat(date) for name, date in study.manifest.get("policies", {}).items()}
    return cascade_figure(study.course, list(dates.items()), study.manifest.get("question", ""))


def _image(figure: Figure) -> str:
    data = BytesIO()
    figure.savefig(data, format="png", dpi=_DOTS_PER_INCH)
    code = base64.b64encode(data.getvalue()).decode()
    return f'<img alt="desertions and defections over time" src="data:image/png;base64,{code}">'
