"""Units in the order of the tree, and the shares of their people who are gone, date by date."""

import datetime as dt

import polars as pl
import pytest

from builders import small_scenario
from defectsim.analysis.runs.unit_courses import (
    commander_exits,
    lowest_level,
    unit_courses,
    unit_rows,
)
from defectsim.population.units import Level, OrderOfBattle, order_of_battle

START = dt.date(2018, 1, 1)
DATES = pl.Series([START + dt.timedelta(weeks=week) for week in range(4)])
MOVES = [
    (1, "army-1", "enlisted", "army company 1", "loyal", "deserted"),
    (1, "army-2", "enlisted", "army company 1", "loyal", "defected"),
    (2, "army-2", "enlisted", "army company 1", "defected", "loyal"),
    (2, "army-general-3", "general", "army brigade 1", "loyal", "defected"),
    (3, "guard-1", "enlisted", "guard company 1", "loyal", "deserted"),
]


@pytest.fixture(scope="module")
def order() -> OrderOfBattle:
    return order_of_battle(small_scenario().forces)


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    columns = ("date", "agent", "rank", "unit", "status_from", "status_to")
    rows = [(DATES[week], *others) for week, *others in MOVES]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_units_stand_below_those_they_belong_to(order: OrderOfBattle) -> None:
    rows = unit_rows(order, Level.BRIGADE)
    assert rows["name"].to_list() == [
        *("army", "army command 1", "army brigade 1", "army brigade 2"),
        *("guard", "guard command 1", "guard brigade 1"),
    ]
    assert rows["parent"].to_list() == [-1, 0, 1, 1, -1, 4, 5]


def test_rows_hold_everybody_once(order: OrderOfBattle) -> None:
    for level in (Level.BRIGADE, Level.COMMAND, Level.BRANCH):
        assert unit_rows(order, level)["strength"].sum() == len(order.rank)


def test_a_share_is_of_those_of_the_unit_and_falls_when_somebody_comes_back(
    order: OrderOfBattle, events: pl.DataFrame
) -> None:
    found = unit_courses(events, order, Level.BRIGADE, DATES, ["deserted", "defected"])
    rows = unit_rows(order, Level.BRIGADE)
    place = rows["name"].to_list().index("army brigade 1")
    own = found.filter(row=place)
    assert own.filter(status="deserted")["people"].to_list() == [0, 1, 1, 1]
    assert own.filter(status="defected")["people"].to_list() == [0, 1, 1, 1]
    strength = rows["strength"][place]
    assert own.filter(status="deserted")["share"][-1] == pytest.approx(1 / strength)
    guard = rows["name"].to_list().index("guard brigade 1")
    assert found.filter(row=guard, status="deserted")["people"].to_list() == [0, 0, 0, 1]


def test_commanders_are_generals_of_the_units_below_the_branch(
    order: OrderOfBattle, events: pl.DataFrame
) -> None:
    found = commander_exits(events, unit_rows(order, Level.BRIGADE), ["defected"])
    assert found.rows() == [(2, DATES[2], "defected")]


@pytest.mark.parametrize(
    ("most", "level"), [(7, Level.BRIGADE), (6, Level.COMMAND), (3, Level.BRANCH)]
)
def test_units_are_shown_down_to_where_there_are_too_many(
    order: OrderOfBattle, most: int, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defectsim.analysis.runs.unit_courses.MOST_UNITS", most)
    assert lowest_level(order) is level
