"""The figures of a study, whatever its design."""

from pathlib import Path

from matplotlib.figure import Figure

from defectsim import analysis, store
from defectsim.core.errors import StudyError
from defectsim.plots import difference_figure, save, sweep_figure
from defectsim.report.study import figure
from defectsim.studies.scenarios import COMPARISON, SINGLE

USUAL = "defected"
"""The outcome that is drawn of a sweep where none is named."""


def figures(study: store.Study, outcome: str | None = None) -> dict[str, Figure]:
    """Return the figures of a study, by name.

    Parameters
    ----------
    outcome
        Of a sweep or a comparison, what to draw; the usual ones where nothing is said.

    Raises
    ------
    StudyError
        Where there is nothing to draw.
    """
    kind, title = study.manifest["design"]["kind"], study.manifest["question"]
    if kind == SINGLE:
        if outcome is not None:
            raise StudyError("the picture of a single scenario shows how all statuses go; it takes no --outcome")
        return {"cascade": figure(study)}
    if kind == COMPARISON:
        found = analysis.paired(study.runs, None if outcome is None else [outcome])
        return {"differences" if outcome is None else f"differences-{outcome}": difference_figure(found, title)}
    name = outcome or USUAL
    return {name: sweep_figure(study.runs, name, title)}


def draw(study: store.Study, folder: Path) -> None:
    """Draw the usual figures of a study into a folder, if there is anything to draw."""
    if "done" in study.runs["status"]:
        try:
            found = figures(study)
        except StudyError:  # nothing differs, or nothing was kept
            return
        for name, one in found.items():
            save(one, folder, name)
