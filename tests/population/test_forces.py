from typing import Any

import pytest
from pydantic import ValidationError

from builders import SMALL, laid_over
from defectsim.model.transitions import Rank
from defectsim.population.forces import Company, Forces, people_faults
from defectsim.population.people import People
from defectsim.population.ties import Academy


def refused(kind: Any, data: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


def test_a_company_has_somebody_in_it() -> None:
    assert "somebody" in refused(Company, {})[()]
    assert list(Company.model_validate({"enlisted": 2, "officer": 1}).posts.items()) == [
        (Rank.OFFICER, 1),
        (Rank.NCO, 0),
        (Rank.ENLISTED, 2),
    ]


@pytest.mark.parametrize("neighbours", [1, 3, 2.5, -2])
def test_ties_are_as_many_to_either_side(neighbours: float) -> None:
    assert refused(Academy, {"neighbours": neighbours}).keys() == {("neighbours",)}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"branches": {}}, "branches"),
        ({"branches": {"Army": {"strength": 1}}}, "branches"),
        ({"branches": {"all": {"strength": 1}}}, "branches"),  # tables call their total so
        ({"branches": {"army": {"strength": 0}}}, "branches"),
        ({"branches": {"army": {"strength": 1, "generals": -1}}}, "branches"),
        ({"battalion": 0}, "battalion"),
        ({"brigade": 1.5}, "brigade"),
        ({"command": -1}, "command"),
    ],
)
def test_impossible_forces_are_refused(changes: dict[str, Any], place: str) -> None:
    data = {"branches": {"army": {"strength": 1}}, **changes}
    assert {loc[0] for loc in refused(Forces, data)} == {place}


def everything(rank: Rank, name: str) -> bool:
    return True


def test_only_columns_that_are_read_must_be_given() -> None:
    def reads(rank: Rank, name: str) -> bool:
        return (rank, name) == (Rank.NCO, "pay")

    faults = people_faults(Forces.model_validate(SMALL["forces"]), People(), reads)
    assert faults == [(("pay",), "pay must be given for rank nco (branch army, guard)")]


def test_nothing_is_missing_of_the_small_army() -> None:
    assert (
        people_faults(
            Forces.model_validate(SMALL["forces"]),
            People.model_validate(SMALL["people"]),
            everything,
        )
        == []
    )


def faults_of(people: dict[str, Any], **forces: Any) -> list[tuple[tuple[str, ...], str]]:
    return people_faults(
        Forces.model_validate(laid_over(SMALL["forces"], forces)),
        People.model_validate(people),
        everything,
    )


def test_a_column_without_default_must_be_given_for_every_rank_that_has_people() -> None:
    assert faults_of({"pay": {"enlisted": 10, "nco": 12}, "outside": 30}) == [
        (("pay",), "pay must be given for rank officer, general (branch army, guard)")
    ]
    guard = {"people": {"pay": {"officer": 3}}}
    assert faults_of(
        {"pay": {"enlisted": 1, "nco": 2}, "outside": 3}, branches={"guard": guard}
    ) == [
        (("pay",), "pay must be given for rank officer, general (branch army)"),
        (("pay",), "pay must be given for rank general (branch guard)"),
    ]


def test_a_branch_may_have_its_own_columns() -> None:
    branches = {
        "army": {"people": {"pay": 5}},
        "guard": {"generals": 0, "people": {"pay": {"officer": 3}}},
    }
    assert faults_of({"pay": {"enlisted": 10, "nco": 12}, "outside": 30}, branches=branches) == []


@pytest.mark.parametrize(
    ("rank", "count"), [("officer", 6), ("nco", 6), ("enlisted", 13), ("general", 2)]
)
def test_listed_values_must_be_as_many_as_the_people(rank: str, count: int) -> None:
    one_branch = {"army": None}
    people: dict[str, Any] = {"pay": 1, "outside": 30}
    for listed in (count - 1, count, count + 1):
        faults = faults_of(
            {**people, "perks": {rank: {"values": [1] * listed}}}, branches=one_branch
        )
        expected = f"has {listed} values for {count} people (rank {rank}, branch guard)"
        assert faults == ([] if listed == count else [(("perks",), expected)])


@pytest.mark.parametrize("whose", ["everybody", "branch"])
def test_listed_values_of_an_own_attribute_must_be_as_many_as_the_people(whose: str) -> None:
    skill = {"attributes": {"skill": {"general": {"values": [1]}}}}
    one_branch = {"army": None, "guard": {"people": skill if whose == "branch" else {}}}
    people = {"pay": 1, "outside": 30, **(skill if whose == "everybody" else {})}
    [(place, message)] = faults_of(people, branches=one_branch)
    assert "1 values for 2 people" in message
    assert place[-2:] == ("attributes", "skill")
