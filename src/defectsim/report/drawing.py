"""The figures of a study, whatever its design."""

import datetime as dt
from pathlib import Path

from matplotlib.figure import Figure

from defectsim import store
from defectsim.core.errors import StudyError
from defectsim.plots import cascade_figure, difference_figure, save, sweep_figure
from defectsim.report.pairs import paired
from defectsim.studies.scenarios import COMPARISON, SINGLE

USUAL = "defected"
"""The outcome that is drawn of a sweep where none is named."""


def figure(study: store.Study, outcome: str | None = None) -> Figure:
    """Return the figure of a study: how one scenario goes, what others change, or how an outcome hangs on what varies.

    Parameters
    ----------
    outcome
        Of a sweep or a comparison, what to draw; the usual ones where nothing is said.

    Raises
    ------
    StudyError
        Where there is nothing to draw.
    """
    title = study.manifest.get("question", "")
    if study.design == SINGLE:
        if outcome is not None:
            raise StudyError("the picture of a single scenario shows how all statuses go; it takes no outcome")
        dates = {name: dt.date.fromisoformat(date) for name, date in study.manifest.get("policies", {}).items()}
        return cascade_figure(study.course, list(dates.items()), title)
    if study.design == COMPARISON:
        return difference_figure(paired(study, None if outcome is None else [outcome]), title)
    return sweep_figure(study.runs, outcome or USUAL, title)


def named(study: store.Study, outcome: str | None = None) -> str:
    """Return what the file of that figure is called."""
    usual = {SINGLE: "cascade", COMPARISON: "differences"}
    return outcome or usual.get(study.design, USUAL)


def draw(study: store.Study, folder: Path) -> None:
    """Draw the usual figure of a study into a folder, if there is anything to draw."""
    if "done" not in study.runs["status"]:
        return
    try:
        found = figure(study)
    except StudyError:  # nothing differs, or nothing was kept of what would be drawn
        return
    save(found, folder, named(study))
