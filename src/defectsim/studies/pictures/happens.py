"""Pictures of what happens: statuses, defections, outcomes and their sizes."""

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from defectsim import plots
from defectsim.analysis.runs.courses import endings_of, status_shares
from defectsim.analysis.runs.fates import endings, falls_by_date
from defectsim.analysis.runs.run_sizes import run_sizes
from defectsim.analysis.shares import shares
from defectsim.core.errors import NothingToDrawError
from defectsim.model.outcomes import OUTCOMES
from defectsim.model.transitions import GONE
from defectsim.store import StoredStudy
from defectsim.studies.pictures.scenes import Scene, columns, scenes, with_groups

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def status(study: StoredStudy, by: str | None = None, scenario: str | None = None) -> "Figure":
    """Draw the mean share of each status over time, by rank or branch."""
    frames = [
        with_groups(status_shares(one.table("series"), columns(by)), by, one.name)
        for one in scenes(study, scenario)
    ]
    return plots.status_figure(pl.concat(frames, how="vertical_relaxed"), study.question)


def defections(
    study: StoredStudy,
    by: str | None = None,
    scenario: str | None = None,
    status: str = "defected",
) -> "Figure":
    """Draw the share of people who have taken a status, as bands and single runs."""
    frames = []
    for one in scenes(study, scenario):
        found = shares(one.table("series"), columns(by), [status])
        ended = endings_of(one.runs)
        frames.append(with_groups(found.join(ended, on="replicate"), by, one.name))
    wanted = pl.concat([frame.select(_DRAWN) for frame in frames], how="vertical_relaxed")
    return plots.defections_figure(wanted, status, study.question)


_DRAWN = ("group", "scale", "ending", "replicate", "date", "share")


def outcomes(study: StoredStudy, scenario: str | None = None) -> "Figure":
    """Draw by when the regime has fallen, and how runs ended."""
    parts = []
    for one in scenes(study, scenario):
        if one.runs["outcome"].is_null().all():
            raise NothingToDrawError(
                f"there is nothing to draw: {study.label} has no outcome for the regime"
            )
        start, end = _period(one)
        fates = endings(one.runs, [*OUTCOMES])
        parts.append((one.name, falls_by_date(one.runs, start, end), fates))
    return plots.outcomes_figure(parts, study.question)


def sizes(study: StoredStudy, scenario: str | None = None) -> "Figure":
    """Draw how many people have left by the end of a run, and the modes of that number."""
    parts = [
        (one.name, {name: run_sizes(one.runs[name]) for name in GONE})
        for one in scenes(study, scenario)
    ]
    return plots.sizes_figure(parts, study.question)


def _period(one: Scene) -> tuple[dt.date, dt.date]:
    """Return the first and the last date of a scene's study."""
    dates = one.study.course["date"].unique().sort()
    return dates[0], dates[-1]
