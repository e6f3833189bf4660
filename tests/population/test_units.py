from typing import Any

import numpy as np
import pytest

from defectsim.model.transitions import Rank
from defectsim.population.forces import Forces
from defectsim.population.units import NOBODY, Level, OrderOfBattle, order_of_battle

COMPANY = {"officer": 2, "nco": 1, "enlisted": 2}


def laid_out(strength: int, generals: int, **changes: Any) -> OrderOfBattle:
    """Lay out one branch of companies of five; two companies a battalion, and so on upward."""
    spans = {"battalion": 2, "brigade": 2, "command": 2}
    branches = {"army": {"strength": strength, "generals": generals}}
    return order_of_battle(
        Forces.model_validate({"branches": branches, "company": COMPANY, **spans, **changes})
    )


def commanders(order: OrderOfBattle) -> dict[str, int]:
    return dict(zip(order.units.names, order.units.commander.tolist(), strict=True))


def parents(order: OrderOfBattle) -> dict[str, str]:
    names = order.units.names
    return {names[unit]: names[up] for unit, up in enumerate(order.units.parent) if up != NOBODY}


NINE = laid_out(strength=45, generals=8)
"""Nine companies: five battalions, three brigades, two commands, each last one with half of what it could have."""


def test_posts_of_a_company_are_filled_by_rank() -> None:
    company = [Rank.OFFICER, Rank.OFFICER, Rank.NCO, Rank.ENLISTED, Rank.ENLISTED]
    assert NINE.rank.tolist() == [*company * 9, *[Rank.GENERAL] * 8]


def test_units_lie_in_units_of_the_level_above_in_the_order_of_their_numbers() -> None:
    up = parents(NINE)
    assert len(up) == 9 + 5 + 3 + 2
    assert [up[f"army company {number}"][-1] for number in range(1, 10)] == list("112233445")
    assert [up[f"army battalion {number}"][-1] for number in range(1, 6)] == list("11223")
    assert [up[f"army brigade {number}"][-1] for number in range(1, 4)] == list("112")
    assert up["army command 1"] == up["army command 2"] == "army"
    assert up["army brigade 3"] == "army command 2"
    assert all(parent < unit for unit, parent in enumerate(NINE.units.parent))


def test_officers_command_companies_and_battalions_and_generals_what_is_above() -> None:
    commander = commanders(NINE)
    assert [commander[f"army company {number}"] for number in range(1, 10)] == list(range(0, 45, 5))
    assert [commander[f"army battalion {number}"] for number in range(1, 6)] == [1, 11, 21, 31, 41]
    generals = [
        "army",
        "army command 1",
        "army brigade 1",
        "army brigade 2",
        "army command 2",
        "army brigade 3",
    ]
    assert [commander[name] for name in generals] == [45, 46, 47, 48, 49, 50]


def test_commanders_stand_in_what_they_command_and_generals_without_a_command_on_the_staff() -> (
    None
):
    names = NINE.units.names
    assert {int(NINE.unit[leader]) for leader in NINE.units.commander} == set(range(len(names)))
    assert [names[int(unit)] for unit in NINE.unit[51:]] == ["army", "army"]
    assert [names[int(unit)] for unit in NINE.unit[5:11]] == ["army company 2"] * 5 + [
        "army company 3"
    ]
    assert names[int(NINE.unit[11])] == "army battalion 2"


@pytest.mark.parametrize(
    ("who", "row", "superior"),
    [
        ("an enlisted man: the captain", 3, 0),
        ("an officer without a command: the captain", 6, 5),
        ("a captain: the battalion's commander", 5, 1),
        ("a battalion's commander: the brigade's", 1, 47),
        ("a brigade's commander: the command's", 47, 46),
        ("a command's commander: the branch's", 46, 45),
        ("the branch's commander: nobody", 45, NOBODY),
        ("the staff: the branch's commander", 52, 45),
    ],
)
def test_superiors_are_the_nearest_commanders_above(who: str, row: int, superior: int) -> None:
    assert NINE.superior[row] == superior, who


def test_strength_counts_everybody_in_a_unit_and_below_it() -> None:
    strength = dict(zip(NINE.units.names, NINE.units.strength.tolist(), strict=True))
    assert strength["army"] == 45 + 8
    assert strength["army company 1"] == 4  # the battalion's commander has left it
    assert strength["army company 2"] == 5
    assert strength["army battalion 1"] == 10
    assert strength["army brigade 1"] == 21
    assert strength["army command 1"] == 43
    assert strength["army command 2"] == 7


def test_posts_for_which_there_is_no_general_are_vacant_and_passed_over() -> None:
    order = laid_out(strength=45, generals=3)
    commander = commanders(order)
    assert [name for name, leader in commander.items() if leader == NOBODY] == [
        "army command 2",
        "army brigade 2",
        "army brigade 3",
    ]
    assert order.superior[21] == 46  # brigade 2 is vacant: its battalions answer to command 1
    assert (
        order.superior[41] == 45
    )  # command 2 is vacant as well: battalion 5 answers to the branch
    assert order.units.strength[0] == 48


def test_a_branch_without_generals_ends_at_its_battalions() -> None:
    order = laid_out(strength=45, generals=0)
    assert order.superior[[1, 11, 21, 31, 41]].tolist() == [NOBODY] * 5
    assert order.superior[[0, 5]].tolist() == [1, 1]


def test_one_officer_a_company_leaves_battalions_vacant() -> None:
    order = laid_out(strength=45, generals=8, company={"officer": 1, "enlisted": 4})
    assert commanders(order)["army battalion 1"] == NOBODY
    assert order.superior[[0, 5, 10]].tolist() == [47, 47, 47]
    assert order.units.strength[-1] == 5


def test_without_officers_generals_lead_everybody() -> None:
    order = laid_out(strength=10, generals=3, company={"enlisted": 5})
    assert order.superior.tolist() == [12] * 10 + [NOBODY, 10, 11]


@pytest.mark.parametrize(
    ("strength", "companies", "last"),
    [(1, 1, [Rank.OFFICER]), (13, 3, [Rank.OFFICER, Rank.OFFICER, Rank.NCO])],
)
def test_an_incomplete_company_fills_its_first_posts(
    strength: int, companies: int, last: list[Rank]
) -> None:
    order = laid_out(strength, generals=0)
    assert sum("company" in name for name in order.units.names) == companies
    assert order.rank[(companies - 1) * 5 :].tolist() == last
    assert commanders(order)[f"army company {companies}"] == (companies - 1) * 5


def test_a_lone_general_commands_the_branch() -> None:
    order = laid_out(strength=3, generals=1)
    assert commanders(order)["army"] == 3
    assert order.superior.tolist() == [1, 3, 0, NOBODY]


def test_branches_stand_by_name_each_with_a_tree_of_its_own() -> None:
    one = {"strength": 10, "generals": 1}
    branches = {"navy": {"strength": 5, "generals": 2}, "army": one}
    order = laid_out(0, 0, branches=branches)
    alone = laid_out(0, 0, branches={"army": one})
    people, units = len(alone.rank), len(alone.units.level)
    assert order.units.branches == ("army", "navy")
    assert order.branch.tolist() == [0] * 11 + [1] * 7
    for name in ("rank", "unit", "superior"):
        assert np.array_equal(getattr(order, name)[:people], getattr(alone, name)), name
    assert order.units.parent[units:].min() == NOBODY
    assert order.units.parent[units + 1 :].min() >= units
    assert order.superior[people:].tolist() == [12, 17, 11, 11, 11, NOBODY, 16]


def test_a_branch_is_called_by_its_name_and_its_units_by_their_numbers() -> None:
    order = laid_out(strength=6, generals=0)
    assert order.units.names == [
        "army",
        "army command 1",
        "army brigade 1",
        "army battalion 1",
        "army company 1",
        "army company 2",
    ]
    assert [order.units.name(unit) for unit in range(6)] == order.units.names


def stationed(share: float) -> dict[str, bool]:
    """Return the units of nine companies, and whether they are in the capital."""
    branches = {"army": {"strength": 45, "generals": 8, "capital": share}}
    units = laid_out(45, 8, branches=branches).units
    return dict(zip(units.names, units.capital.tolist(), strict=True))


@pytest.mark.parametrize(
    ("share", "brigades"), [(0, 0), (0.1, 0), (0.3, 1), (0.5, 2), (0.6, 2), (1, 3)]
)
def test_the_first_brigades_of_a_branch_are_in_the_capital_with_all_below_them(
    share: float, brigades: int
) -> None:
    there = stationed(share)
    for level, each, last in (("brigade", 1, 3), ("battalion", 2, 5), ("company", 4, 9)):
        expected = [number <= brigades * each for number in range(1, last + 1)]
        assert [there[f"army {level} {number}"] for number in range(1, last + 1)] == expected
    assert there["army"] == there["army command 1"] == there["army command 2"] == (share > 0)


def test_half_a_brigade_counts_as_one_whatever_a_float_makes_of_it() -> None:
    forces = {
        "branches": {"army": {"strength": 2000, "capital": 0.29}},
        "company": {"enlisted": 10},
    }
    units = order_of_battle(Forces.model_validate({**forces, "battalion": 2, "brigade": 2})).units
    assert units.capital[units.level == Level.BRIGADE].sum() == 15
