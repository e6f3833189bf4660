"""The tables of a study, whatever its design."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from matplotlib.figure import Figure
from rich.console import Group
from rich.text import Text

from defectsim import analysis, store
from defectsim.core.errors import AnalysisError, NothingToDrawError
from defectsim.plots import cascade_figure, difference_figure, save, sweep_figure
from defectsim.report.comparison import comparison_table
from defectsim.report.tables import study_table, sweep_table
from defectsim.store.schema import DONE
from defectsim.studies.comparison import COMPARISON, EVENTS, SCENARIO, SINGLE


def paired(
    study: store.Study, names: Sequence[str] | None = None, method: analysis.Method | None = None
) -> pl.DataFrame:
    """Return how each scenario of a comparison differs from the first, by outcome.

    Intervals are made as the study was asked to make them, where no method is said.
    """
    runs = _compared(study)
    return analysis.paired(
        runs, names, by=SCENARIO, method=method or study.manifest["design"]["method"]
    )


def otherwise(study: store.Study) -> dict[str, analysis.Otherwise]:
    """Return by scenario who does otherwise than in the first, where both keep events and any pair is whole."""
    runs = _compared(study).with_columns(pl.col("status").cast(pl.String))
    events = study.scan("events")
    done = runs.filter(pl.col("status") == DONE).group_by("point").agg("replicate").rows()
    lived = {point: set(replicates) for point, replicates in done}
    names = list(runs[SCENARIO].unique(maintain_order=True))
    kept = {*study.manifest["design"][EVENTS]}
    both = [point for point, name in enumerate(names) if point and {names[0], name} <= kept]
    whole = {point: sorted(lived.get(0, set()) & lived.get(point, set())) for point in both}
    return {
        names[point]: analysis.together(analysis.each_pair(events, 0, point, replicates))
        for point, replicates in whole.items()
        if replicates
    }


def _compared(study: store.Study) -> pl.DataFrame:
    if study.design != COMPARISON:
        raise AnalysisError(
            f"{study!r} is no comparison of scenarios: make one by defectsim compare"
        )
    return study.runs


def tables(study: store.Study) -> Group:
    """Return what a study found, under its question."""
    question = study.manifest.get("question", "")
    if study.design == SINGLE:
        return Group(Text(question, style="italic"), study_table(study))
    if study.design == COMPARISON:
        return comparison_table(paired(study), otherwise(study), question)
    return sweep_table(study.runs, question)


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
    NothingToDrawError
        When the figure would be empty.
    """
    title = study.manifest.get("question", "")
    if study.design == SINGLE:
        if outcome is not None:
            raise AnalysisError(
                "the picture of a single scenario shows how all statuses go; it takes no outcome"
            )
        dates = {
            name: dt.date.fromisoformat(date)
            for name, date in study.manifest.get("policies", {}).items()
        }
        return cascade_figure(study.course, list(dates.items()), title)
    if study.design == COMPARISON:
        return difference_figure(paired(study, None if outcome is None else [outcome]), title)
    return sweep_figure(study.runs, outcome or USUAL, title)


def figure_name(study: store.Study, outcome: str | None = None) -> str:
    """Return what the file of that figure is called."""
    usual = {SINGLE: "cascade", COMPARISON: "differences"}
    return outcome or usual.get(study.design, USUAL)


def draw(study: store.Study, folder: Path) -> None:
    """Draw the usual figure of a study into a folder, if there is anything to draw."""
    if "done" not in study.runs["status"]:
        return
    try:
        found = figure(study)
    except NothingToDrawError:  # nothing differs, or nothing was kept of what would be drawn
        return
    save(found, folder, figure_name(study))
