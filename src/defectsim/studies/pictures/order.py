"""Pictures of who left and in what order: incidence, units, cascades and first movers."""

from typing import TYPE_CHECKING

import polars as pl

from defectsim import plots
from defectsim.analysis.cascades import first_takers, forest
from defectsim.analysis.event_history.incidence import cumulative_incidence
from defectsim.analysis.runs.cascade_trees import largest_trees
from defectsim.analysis.runs.first_movers import FOLLOWED_DAYS, first_movers, most_frequent
from defectsim.analysis.runs.unit_courses import (
    commander_exits,
    lowest_level,
    unit_courses,
    unit_rows,
)
from defectsim.core.errors import NothingToDrawError
from defectsim.core.formatting import counted
from defectsim.model.transitions import GONE, OUT_OF_SERVICE, RANKS
from defectsim.population.units import Level, order_of_battle
from defectsim.store import StoredStudy
from defectsim.studies.pictures.forces import stored_forces
from defectsim.studies.pictures.scenes import RANK_NAMES, columns, scene, scenes, with_groups

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEFT = tuple(str(status) for status in OUT_OF_SERVICE)
_TREES = 6
"""Most cascades of a picture."""


def incidence(study: StoredStudy, by: str | None = None, scenario: str | None = None) -> "Figure":
    """Draw the share of people who have left by each way, with competing risks."""
    frames, shown = [], scenes(study, scenario)
    for one in shown:
        left = one.table("events", status_to=_LEFT)
        if left.is_empty():
            raise NothingToDrawError("there is nothing to draw: nobody left in any run")
        found = cumulative_incidence(left, one.table("series"), one.runs, by=columns(by))
        fell = one.runs["fell"].sort()
        if not fell.null_count():  # nobody is at risk any more
            found = found.filter(pl.col("date") <= fell[-1])
        frames.append(with_groups(found, by, one.name))
    runs = max(one.runs.height for one in shown)
    return plots.incidence_figure(pl.concat(frames), runs, study.question)


def first(
    study: StoredStudy,
    by: str = "rank",
    scenario: str | None = None,
    status: str = "defected",
) -> "Figure":
    """Draw when somebody of each group first took a status, and how many did after."""
    one = scene(study, scenario)
    firsts = first_movers(one.table("events", status_to=[status]), status, by)
    known = [*RANKS] if by == "rank" else one.table("series")[by].cast(pl.String).unique().sort()
    groups = [RANK_NAMES.get(name, name) for name in known]
    named = firsts.with_columns(pl.col("group").replace(RANK_NAMES))
    runs = one.runs.height
    text = one.tell(
        f"date of the first move of a group in {counted(runs, 'run')}, circles by the number of runs, line: "
        "median; people of all groups who had moved before it (hollow), and who followed within "
        f"{FOLLOWED_DAYS} days (filled), a circle a run, numbers: medians. They need not have "
        "followed because of it."
    )
    often = most_frequent(named)
    return plots.first_figure(named, often, groups, runs, study.question, text)


def command(
    study: StoredStudy,
    by: str | None = None,
    scenario: str | None = None,
    replicate: int | None = None,
) -> "Figure":
    """Draw the chain of command in one run: which units left, when, and after their commanders."""
    one = scene(study, scenario)
    order = order_of_battle(stored_forces(study, one.point))
    level = Level[by.upper()] if by else lowest_level(order)
    number, which = one.replicate(replicate)
    events = one.table("events", number)
    dates = one.table("series", number)["date"].unique().sort()
    units = unit_rows(order, level)
    text = one.tell(
        f"share of each unit's people at the start in run {number}, {which}, by {level}; the rows of "
        "units above are their commanders and staff. Diamonds: the commander takes that status. "
        "Dates before anybody moves are left out."
    )
    courses = unit_courses(events, order, level, dates, GONE)
    exits = commander_exits(events, units, GONE)
    return plots.command_figure(units, courses, exits, text, study.question)


def cascades(
    study: StoredStudy,
    scenario: str | None = None,
    replicate: int | None = None,
    status: str = "defected",
) -> "Figure":
    """Draw the largest cascades of one run: who took whom along."""
    one = scene(study, scenario)
    number, which = one.replicate(replicate)
    causes = one.table("causes", number, [status]).lazy()
    taken = forest(first_takers(causes, [number], status))
    trees = largest_trees(taken, _TREES)
    shown = sum(tree["below"][0] + 1 for tree in trees)
    text = one.tell(
        f"run {number}, {which}: {shown:,} of {taken.height:,} people who have {status} are in the "
        f"{len(trees)} largest cascades. Marks: people who took others along, by rank; their area: "
        "who came with them and took nobody along; numbers: all below. Hollow: later than the first."
    )
    return plots.forest_figure(trees, text, study.question)
