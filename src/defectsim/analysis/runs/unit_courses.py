"""Course of one run in the chain of command: shares of each unit by status, and its commander."""

from collections.abc import Sequence

import polars as pl

from defectsim.population.units import NOBODY, Level, OrderOfBattle

MOST_UNITS = 220
"""Most rows of a table of units."""


def lowest_level(order: OrderOfBattle) -> Level:
    """Return the lowest level from the brigade up at which the units are few enough to be shown."""
    levels = order.units.level
    for level in (Level.BRIGADE, Level.COMMAND):
        if int((levels >= level).sum()) <= MOST_UNITS:
            return level
    return Level.BRANCH


def unit_rows(order: OrderOfBattle, level: Level) -> pl.DataFrame:
    """Return the units of a level and above, each above those that belong to it.

    Returns
    -------
    DataFrame
        A row a unit: *row*, its *name*, *level*, *branch*, the *parent* row (-1 for a branch) and the
        *strength* at the start: of all units below for those of the level, and of its own people,
        its commander and staff, for those above it.
    """
    units = order.units
    shown = [unit for unit in range(len(units.level)) if units.level[unit] >= level]
    shown.sort(key=lambda unit: [int(one) for one in units.ancestors[unit][::-1] if one != NOBODY])
    row = {unit: place for place, unit in enumerate(shown)}
    lowest = [units.level[unit] == level for unit in shown]
    own = [len(order.members(unit)) for unit in shown]
    return pl.DataFrame(
        {
            "row": range(len(shown)),
            "name": [units.name(unit) for unit in shown],
            "level": [int(units.level[unit]) for unit in shown],
            "branch": [units.branches[units.branch[unit]] for unit in shown],
            "parent": [row.get(int(units.parent[unit]), NOBODY) for unit in shown],
            "strength": [
                int(units.strength[unit]) if low else few
                for unit, low, few in zip(shown, lowest, own, strict=True)
            ],
        }
    )


def unit_courses(
    events: pl.DataFrame,
    order: OrderOfBattle,
    level: Level,
    dates: pl.Series,
    statuses: Sequence[str],
) -> pl.DataFrame:
    """Return the share of each unit's people that is in each status, date by date.

    Parameters
    ----------
    events
        Of one run.
    dates
        Dates of the table, in order.

    Returns
    -------
    DataFrame
        A row a unit, date and status in which anybody of the unit is at any date: *row* of
        `unit_rows`, *date*, *status*, *people*, *share* of the strength of that row.
    """
    rows = unit_rows(order, level)
    moves = _moves(events, _row_of(order, level, rows), statuses)
    when = dates.sort().rename("date")
    every = moves.select("row", "status").unique().join(when.to_frame(), how="cross")
    dated = moves.sort("date").join_asof(
        when.to_frame().with_columns(counted=pl.col("date")),
        on="date",
        strategy="forward",
    )
    weekly = dated.group_by("row", "status", date="counted").agg(pl.col("change").sum())
    people = pl.col("change").fill_null(0).cum_sum().over("row", "status", order_by="date")
    return (
        every.join(weekly, on=["row", "status", "date"], how="left")
        .with_columns(people=people)
        .join(rows.select("row", "strength"), on="row")
        .select("row", "date", "status", "people", share=pl.col("people") / pl.col("strength"))
        .sort("status", "row", "date")
    )


def commander_exits(
    events: pl.DataFrame, rows: pl.DataFrame, statuses: Sequence[str]
) -> pl.DataFrame:
    """Return when generals of units of `unit_rows` below the branch first took a status.

    Returns
    -------
    DataFrame
        A row a general: *row*, *date*, *status*. A general's unit is the one commanded at the start.
    """
    led = rows.filter(pl.col("name") != pl.col("branch")).select("row", unit="name")
    texts = events.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    return (
        texts.filter(pl.col("rank") == "general", pl.col("status_to").is_in(statuses))
        .join(led, on="unit")
        .sort("date")
        .unique(["agent", "status_to"], keep="first", maintain_order=True)
        .select("row", "date", status="status_to")
    )


def _row_of(order: OrderOfBattle, level: Level, rows: pl.DataFrame) -> pl.DataFrame:
    """Return by name of a unit the row to which its people belong."""
    units = order.units
    number = dict(rows.select("name", "row").iter_rows())
    above = [
        unit if units.level[unit] >= level else int(units.ancestors[unit][level])
        for unit in range(len(units.level))
    ]
    return pl.DataFrame({"unit": units.names, "row": [number[units.name(unit)] for unit in above]})


def _moves(events: pl.DataFrame, row_of: pl.DataFrame, statuses: Sequence[str]) -> pl.DataFrame:
    """Return changes of the number of people in each status, by row and date."""
    texts = events.select("date", pl.col("unit", "status_from", "status_to").cast(pl.String)).join(
        row_of, on="unit"
    )
    ways = [
        texts.select("row", "date", status=column, change=pl.lit(change))
        for column, change in (("status_from", -1), ("status_to", 1))
    ]
    moves = pl.concat(ways).filter(pl.col("status").is_in(statuses))
    return moves.group_by("row", "date", "status").agg(pl.col("change").sum())
