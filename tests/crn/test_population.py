"""Whatever is changed about an army, those whom the change does not touch stay who they are."""

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from builders import NETWORKS, SMALL, laid_over, networked, small_population
from defectsim.population.population import Population, build_population
from defectsim.scenario.schema import Scenario


def register(population: Population) -> pl.DataFrame:
    """Return all that is known of everybody in two replicates, in the order of their names."""
    ids = population.ids
    superior = pl.Series(
        "superior", [ids[row] if row >= 0 else None for row in population.superior.tolist()]
    )
    unit = pl.Series("unit", [population.units.names[unit] for unit in population.unit.tolist()])
    drawn = [
        pl.Series(f"{name} {replicate}", column)
        for replicate in (0, 7)
        for name, column in population.draw_columns(replicate).items()
    ]
    return pl.DataFrame([ids, unit, superior, *drawn]).sort("agent")


BEFORE = register(small_population())


NO_LAW = dict.fromkeys(["lognormal", "normal", "gamma", "per"])


def those_before(after: pl.DataFrame) -> pl.DataFrame:
    """Return what is now known of those who were there before."""
    return after.join(BEFORE, on="agent", how="semi").select(BEFORE.columns)


def without(known: pl.DataFrame, *names: str) -> pl.DataFrame:
    return known.select(column for column in known.columns if column.split()[0] not in names)


def newcomers(after: pl.DataFrame) -> list[str]:
    return after.join(BEFORE, on="agent", how="anti")["agent"].to_list()


def test_the_register_tells_armies_apart() -> None:
    assert not register(small_population(seed=2)).equals(BEFORE)
    changed = register(small_population(people={"pay": {"nco": 13}}))
    assert not changed.equals(BEFORE)
    assert_frame_equal(without(changed, "pay"), without(BEFORE, "pay"))


@pytest.mark.parametrize(
    ("branch", "further", "moved"),
    [("army", 1, []), ("guard", 1, []), ("guard", 100, []), ("army", 100, ["army-general-5"])],
)
def test_further_soldiers_change_nobody_else_but_a_staff_general_to_whom_they_give_a_command(
    branch: str, further: int, moved: list[str]
) -> None:
    strength = SMALL["forces"]["branches"][branch]["strength"] + further
    after = register(small_population(forces={"branches": {branch: {"strength": strength}}}))
    assert len(newcomers(after)) == further
    stay = ~pl.col("agent").is_in(moved)
    assert_frame_equal(those_before(after).filter(stay), BEFORE.filter(stay))
    for_the_unit = ["unit", "superior", "grievance"]
    assert_frame_equal(without(those_before(after), *for_the_unit), without(BEFORE, *for_the_unit))


@pytest.mark.parametrize("branch", ["army", "guard"])
def test_a_further_general_changes_nobodys_attributes(branch: str) -> None:
    generals = SMALL["forces"]["branches"][branch]["generals"] + 1
    after = register(small_population(forces={"branches": {branch: {"generals": generals}}}))
    assert newcomers(after) == [f"{branch}-general-{generals}"]
    assert_frame_equal(without(those_before(after), "superior"), without(BEFORE, "superior"))


@pytest.mark.parametrize("name", ["air", "navy", "zouaves"])
def test_a_further_branch_changes_nobody_else(name: str) -> None:
    branch = {
        "strength": 12,
        "generals": 1,
        "people": {"pay": 3, "attributes": {"oath": {"normal": [0, 1]}}},
    }
    after = register(small_population(forces={"branches": {name: branch}}))
    assert all(agent.startswith(name) for agent in newcomers(after))
    assert_frame_equal(those_before(after), BEFORE)


@pytest.mark.parametrize(
    "law",
    [
        1,
        {"normal": [0, 1]},
        {"uniform": [0, 1], "per": "unit"},
        {"distribution": "weibull_min", "parameters": {"c": 2}},
        {"distribution": "poisson", "parameters": {"mu": 4}, "per": "unit"},
    ],
)
@pytest.mark.parametrize("name", ["aaa", "skill", "zzz"])
def test_a_further_attribute_changes_no_other(name: str, law: Any) -> None:
    after = register(small_population(people={"attributes": {name: law}}))
    assert set(after.columns) - set(BEFORE.columns) == {f"{name} 0", f"{name} 7"}
    assert_frame_equal(after.select(BEFORE.columns), BEFORE)


@pytest.mark.parametrize("law", [1, {"distribution": "gamma", "parameters": {"a": 2}}])
@pytest.mark.parametrize("column", ["outside", "grievance", "frailty"])
def test_another_law_for_one_attribute_changes_no_other(column: str, law: Any) -> None:
    after = register(small_population(people={column: law if law == 1 else {**NO_LAW, **law}}))
    assert not after.equals(BEFORE)
    assert_frame_equal(without(after, column), without(BEFORE, column))


def test_the_order_in_which_a_scenario_says_things_is_of_no_account() -> None:
    people, branches = SMALL["people"], SMALL["forces"]["branches"]
    turned = laid_over(
        {**SMALL, "forces": {**SMALL["forces"], "branches": None}, "people": None},
        {
            "people": dict(reversed(people.items())),
            "forces": {"branches": dict(reversed(branches.items()))},
        },
    )
    assert list(turned["forces"]["branches"]) == ["guard", "army"]
    scenario = Scenario.model_validate(turned)
    population = build_population(scenario.forces, scenario.people, 1)
    assert_frame_equal(register(population), BEFORE)
    assert population.ids.to_list() == small_population().ids.to_list()


@pytest.mark.parametrize("ties", NETWORKS, ids=lambda ties: ties["kind"])
def test_another_network_changes_nothing_but_who_is_tied_to_whom(ties: dict[str, Any]) -> None:
    after = register(networked(ties))
    assert not after.equals(BEFORE)
    assert_frame_equal(without(after, "degree"), without(BEFORE, "degree"))


@pytest.mark.parametrize("ties", NETWORKS, ids=lambda ties: ties["kind"])
def test_a_network_is_the_seeds_and_nothing_elses(ties: dict[str, Any]) -> None:
    graph = networked(ties).ties
    assert (
        graph
        != networked(ties, people={"pay": 5, "attributes": {"skill": {"normal": [0, 1]}}}).ties
    ).nnz == 0
    drawn = ties["kind"] not in ("complete", "edges")
    assert ((graph != networked(ties, seed=2).ties).nnz > 0) == drawn


def test_ties_of_those_who_were_there_stay_where_only_attributes_change() -> None:
    changed = small_population(people={"attributes": {"skill": {"normal": [0, 1]}}, "pay": 5})
    assert (changed.ties != small_population().ties).nnz == 0
