"""Superiors order people back, and vacancies are filled by promotion."""

from typing import Any

import pytest

from builders import EVERYBODY, NOBODY
from defectsim.model.transitions import Rank, Status
from defectsim.population.units import NOBODY as VACANT
from still_army import commander, events, move, named, standing, stepped, still, unit

FOLLOWED = {"behaviour": {"follow": EVERYBODY, "recall": EVERYBODY}}


def over(name: str, **changes: Any) -> Any:
    """Return an army in which the commander of a unit has just defected."""
    model = still(**changes)
    move(model, "defect", commander(model, name))
    return stepped(model)


def test_who_followed_comes_back_when_a_loyal_superior_orders_it() -> None:
    model = over("army brigade 1", **FOLLOWED)
    general = commander(model, "army brigade 1")
    followed = standing(model, Status.DEFECTED) - {general}
    assert len(followed) > 20
    model.step()
    assert standing(model, Status.DEFECTED) == {general}
    recalled = {
        row for step, row, *what in events(model) if step == 1 and what == ["recall", "recall"]
    }
    assert recalled == followed


def test_who_does_not_obey_stays_where_the_commander_went() -> None:
    model = over("army brigade 1", behaviour={"follow": EVERYBODY, "recall": NOBODY})
    gone = standing(model, Status.DEFECTED)
    assert standing(stepped(model, 3), Status.DEFECTED) == gone


def test_nobody_comes_back_where_no_superior_is_left() -> None:
    model = over("army", **FOLLOWED)
    gone = standing(model, Status.DEFECTED)
    assert len(gone) > 50
    assert standing(stepped(model), Status.DEFECTED) == gone


def test_who_went_of_their_own_accord_is_not_ordered_back() -> None:
    model = still(**FOLLOWED)
    move(model, "defect", 5)
    assert standing(stepped(model, 3), Status.DEFECTED) == {5}


@pytest.mark.parametrize("transition", ["desert", "defect", "retire", "arrest", "dismiss"])
def test_a_vacancy_is_filled_by_promotion_after_a_time(transition: str) -> None:
    model = still(command={"vacancy_days": 14})
    first = commander(model, "army company 1")
    move(model, transition, first)
    assert commander(stepped(model, 2), "army company 1") == first
    second = commander(stepped(model), "army company 1")
    assert named(model, [first, second]) == [
        "army-1",
        "army-3",
    ]  # the second officer commands the battalion
    assert model.engine.leads[second] == unit(model, "army company 1")
    assert model.engine.leads[first] == VACANT


def test_no_vacancy_is_filled_whose_holder_is_back() -> None:
    model = over("army brigade 1", **FOLLOWED, command={"vacancy_days": 14})
    units = ("army battalion 1", "army company 1", "army company 2")
    before = [commander(model, name) for name in units]
    assert {*before} <= standing(model, Status.DEFECTED)
    stepped(model, 6)
    assert [commander(model, name) for name in units] == before


def test_the_highest_in_rank_of_the_company_succeeds() -> None:
    model = still(command={"vacancy_days": 0})
    for expected in ("army-3", "army-4", "army-5"):
        move(model, "desert", commander(model, "army company 1"))
        assert named(model, [commander(stepped(model), "army company 1")]) == [expected]
    assert model.population.rank[commander(model, "army company 1")] == Rank.ENLISTED


def test_generals_of_the_staff_take_brigades_first_and_then_those_in_command_below() -> None:
    model = still(command={"vacancy_days": 0})
    move(model, "desert", commander(model, "army brigade 1"), commander(model, "army brigade 2"))
    staff = model.population.row("army-general-5")
    battalion = commander(model, "army battalion 3")
    stepped(model, 2)
    assert commander(model, "army brigade 1") == staff
    assert commander(model, "army brigade 2") == battalion


def test_who_is_promoted_leaves_a_vacancy_that_is_filled_in_turn() -> None:
    model = still(forces={"branches": {"army": {"generals": 4}}}, command={"vacancy_days": 7})
    move(model, "desert", commander(model, "army brigade 1"))
    promoted = commander(model, "army battalion 1")
    stepped(model, 2)
    assert commander(model, "army brigade 1") == promoted
    assert commander(model, "army battalion 1") == VACANT
    stepped(model)
    assert commander(model, "army battalion 1") not in (VACANT, promoted)
    assert sum(model.engine.leads == unit(model, "army brigade 1")) == 1


def test_who_was_replaced_leads_nobody_any_more() -> None:
    model = still(behaviour={"follow": EVERYBODY}, command={"vacancy_days": 0})
    first = commander(model, "army brigade 1")
    move(model, "dismiss", first)
    assert commander(stepped(model), "army brigade 1") != first
    assert model.engine.leads[first] == VACANT
    assert standing(model, Status.DISMISSED) == {first}


def test_a_vacancy_for_which_nobody_is_free_is_filled_when_somebody_is() -> None:
    model = still(command={"vacancy_days": 7})
    company = unit(model, "army company 1")
    officers = [
        row for row in range(len(model.population)) if model.population.unit[row] == company
    ]
    first = commander(model, "army company 1")
    move(model, "desert", first)
    move(model, "shirk", *(row for row in officers if row != first))
    for row in officers:
        if row != first:
            move(model, "plot", row)
    stepped(model, 4)
    assert commander(model, "army company 1") == first
    back = next(row for row in officers if row != first)
    move(model, "resume", back)
    stepped(model, 2)
    assert commander(model, "army company 1") == back
