import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defectsim.model.transitions import Rank
from defectsim.population.forces import Forces, people_of, rank_counts
from defectsim.population.units import NOBODY, Level, OrderOfBattle, order_of_battle, unit_counts

BRANCHES = st.dictionaries(
    st.sampled_from(["army", "guard", "navy"]),
    st.fixed_dictionaries({"strength": st.integers(1, 150), "generals": st.integers(0, 20)}),
    min_size=1,
)
COMPANIES = st.fixed_dictionaries(
    {"officer": st.integers(0, 3), "nco": st.integers(0, 2), "enlisted": st.integers(1, 5)}
)
SPANS = st.fixed_dictionaries(
    {name: st.integers(1, 4) for name in ("battalion", "brigade", "command")}
)


@st.composite
def forces(draw: st.DrawFn) -> dict[str, Any]:
    return {"branches": draw(BRANCHES), "company": draw(COMPANIES), **draw(SPANS)}


def laid_out(data: dict[str, Any]) -> OrderOfBattle:
    return order_of_battle(Forces.model_validate(data))


def above(order: OrderOfBattle, unit: int) -> list[int]:
    """Return a unit and all units above it."""
    chain = []
    while unit != NOBODY:
        chain.append(unit)
        unit = int(order.units.parent[unit])
    return chain


@given(forces())
def test_everybody_has_a_place_and_every_unit_somebody(data: dict[str, Any]) -> None:
    order = laid_out(data)
    branches = data["branches"].values()
    assert len(order.rank) == sum(branch["strength"] + branch["generals"] for branch in branches)
    assert np.count_nonzero(order.rank == Rank.GENERAL) == sum(
        branch["generals"] for branch in branches
    )
    assert np.array_equal(order.units.branch[order.unit], order.branch)
    assert order.units.strength.min() >= 1
    assert len({*order.units.names}) == len(order.units.level)


@given(forces())
def test_units_and_vacant_commands_are_counted_without_laying_them_out(
    data: dict[str, Any],
) -> None:
    units = laid_out(data).units
    for code, (name, counted) in enumerate(unit_counts(Forces.model_validate(data)).items()):
        here = units.branch == code
        assert units.branches[code] == name
        assert counted.by_level == [np.count_nonzero(units.level[here] == one) for one in Level]
        assert counted.vacant == np.count_nonzero(units.commander[here] == NOBODY)


@given(forces())
def test_people_of_a_rank_are_named_without_laying_them_out(data: dict[str, Any]) -> None:
    order, parts = laid_out(data), Forces.model_validate(data)
    for code, name in enumerate(order.branches):
        for rank in Rank:
            rows = np.flatnonzero((order.branch == code) & (order.rank == rank))
            branch = parts.branches[name]
            assert rank_counts(parts.company, branch)[rank] == len(rows)
            names = people_of(parts.company, name, branch, rank)
            assert order.rows_of(names).tolist() == rows.tolist()


@given(forces())
def test_each_unit_lies_in_one_of_the_level_above_and_of_the_same_branch(
    data: dict[str, Any],
) -> None:
    units = laid_out(data).units
    for unit, parent in enumerate(units.parent.tolist()):
        if parent == NOBODY:
            assert units.level[unit] == Level.BRANCH
        else:
            assert units.level[parent] == units.level[unit] + 1
            assert units.branch[parent] == units.branch[unit]
            assert parent < unit


@given(forces())
def test_a_units_strength_is_that_of_all_who_stand_below_it(data: dict[str, Any]) -> None:
    order = laid_out(data)
    counted = [0] * len(order.units.level)
    for unit in order.unit.tolist():
        for upper in above(order, unit):
            counted[upper] += 1
    assert counted == order.units.strength.tolist()


@given(forces())
def test_nobody_commands_two_units_and_generals_command_what_is_above_battalions(
    data: dict[str, Any],
) -> None:
    order = laid_out(data)
    led = np.flatnonzero(order.units.commander != NOBODY)
    leaders = order.units.commander[led]
    assert len(set(leaders.tolist())) == len(led)
    assert np.array_equal(order.unit[leaders], led)
    high = order.units.level[led] > Level.BATTALION
    assert set(order.rank[leaders[high]]) <= {Rank.GENERAL}
    assert set(order.rank[leaders[~high]]) <= {Rank.OFFICER}


@given(forces())
def test_a_superior_commands_the_lowest_unit_above_that_somebody_else_commands(
    data: dict[str, Any],
) -> None:
    order = laid_out(data)
    for row, superior in enumerate(order.superior.tolist()):
        leaders = [order.units.commander.item(unit) for unit in above(order, order.unit.item(row))]
        others = [leader for leader in leaders if leader not in (NOBODY, row)]
        assert superior == (others[0] if others else NOBODY)


@given(forces())
def test_orders_come_down_without_circles(data: dict[str, Any]) -> None:
    order = laid_out(data)
    for row in range(len(order.rank)):
        chain = [row]
        while order.superior[chain[-1]] != NOBODY:
            chain.append(order.superior.item(chain[-1]))
            assert len(chain) <= len(Level) + 1
        assert all(
            order.rank[lower] <= order.rank[upper] for lower, upper in itertools.pairwise(chain)
        )


@settings(max_examples=50)
@given(forces(), st.sampled_from(["army", "guard", "navy"]))
def test_a_further_soldier_moves_nobody_but_a_staff_general_to_a_new_command(
    data: dict[str, Any], name: str
) -> None:
    if name not in data["branches"]:
        data["branches"][name] = {"strength": 30, "generals": 7}
    larger = {
        **data["branches"],
        name: {**data["branches"][name], "strength": data["branches"][name]["strength"] + 1},
    }
    before, after = places(laid_out(data)), places(laid_out({**data, "branches": larger}))
    [newcomer] = after.keys() - before.keys()
    moved = {who for who in before if before[who][0] != after[who][0]}
    assert all(before[who][0] == name and before[who][2] == Rank.GENERAL for who in moved)
    for who in before:
        assert (
            after[who][1] == before[who][1] or after[who][1] in {newcomer, *moved} or who in moved
        )


def places(order: OrderOfBattle) -> dict[tuple[int, bool, int], tuple[str, Any, int]]:
    """Return everybody's unit, superior and rank, all by branch, kind and number."""
    general = order.rank == Rank.GENERAL
    numbers: dict[tuple[int, bool], int] = {}
    names = []
    for row in range(len(order.rank)):
        kind = (order.branch.item(row), general.item(row))
        numbers[kind] = numbers.get(kind, 0) + 1
        names.append((*kind, numbers[kind]))
    superiors = [
        names[superior] if superior != NOBODY else None for superior in order.superior.tolist()
    ]
    units = [order.units.name(unit) for unit in order.unit.tolist()]
    return {
        name: (units[row], superiors[row], order.rank.item(row)) for row, name in enumerate(names)
    }


@pytest.mark.parametrize("strength", [1, 119, 120, 121, 600])
def test_the_default_establishment_is_complete_at_every_size(strength: int) -> None:
    order = laid_out({"branches": {"army": {"strength": strength}}})
    assert np.count_nonzero(order.units.level == Level.COMPANY) == -(-strength // 120)
