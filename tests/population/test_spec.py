import math
from typing import Any

import pytest
from pydantic import ValidationError

from builders import SMALL, laid_over
from defectsim.core.section import Number
from defectsim.model.person import COLUMNS, PEOPLE_COLUMNS
from defectsim.model.transitions import Rank
from defectsim.population.agents import PersonAgent
from defectsim.population.distribution import Distribution
from defectsim.population.spec import Company, Forces, People, unsaid
from defectsim.population.ties import Academy

PUBLIC = [name for name in dir(PersonAgent) if not name.startswith("_")]
"""What every agent has, column or not."""


def refused(kind: Any, data: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ({}, "exactly one of"),
        ({"source": "x"}, "exactly one of"),
        ({"uniform": [0, 1], "normal": [0, 1]}, "exactly one of"),
        ({"uniform": [1, 1]}, "low below high"),
        ({"uniform": [2, 1]}, "low below high"),
        ({"normal": [0, 0]}, "second parameter of normal must be above 0"),
        ({"lognormal": [2, -1]}, "second parameter of lognormal must be above 0"),
        ({"lognormal": [0, 1]}, "lognormal must be above 0"),
        ({"beta": [0, 1]}, "beta must be above 0"),
        ({"gamma": [-1, 1]}, "gamma must be above 0"),
        ({"exponential": 0}, "exponential must be above 0"),
    ],
)
def test_what_is_no_law_is_refused(law: dict[str, Any], message: str) -> None:
    assert message in refused(Distribution, law)[()]


@pytest.mark.parametrize(
    ("law", "place"),
    [
        ({"nromal": [0, 1]}, ("nromal",)),
        ({"uniform": [0]}, ("uniform", 1)),
        ({"uniform": [0, 1], "per": "company"}, ("per",)),
        ({"values": [1, "2"]}, ("values", 1)),
    ],
)
def test_faults_in_a_law_have_a_place(law: dict[str, Any], place: tuple[str | int, ...]) -> None:
    assert place in refused(Distribution, law)


@pytest.mark.parametrize(
    "law", [{"uniform": [math.nan, 1]}, {"normal": [math.inf, 1]}, {"values": [math.nan]}]
)
def test_the_parameters_of_a_law_are_finite(law: dict[str, Any]) -> None:
    assert refused(Distribution, law)


@pytest.mark.parametrize("law", [{"values": [0.5, 1.5]}, {"uniform": [2, 3]}, {"normal": [100, 1]}])
def test_a_law_that_cannot_keep_its_columns_bounds_is_refused(law: dict[str, Any]) -> None:
    assert refused(People, {"exposure": {"general": law}})


@pytest.mark.parametrize("law", [{"normal": [-8, 1]}, {"normal": [-8.29, 1]}])
def test_a_law_with_next_to_nothing_within_the_bounds_is_refused(law: dict[str, Any]) -> None:
    assert refused(People, {"perks": {"general": law}})


def test_an_entry_is_a_number_or_a_law_for_everybody_or_by_rank() -> None:
    people = People.model_validate(
        {
            "pay": 10,
            "perks": {"value": 5, "range": [0, 9]},
            "outside": {"lognormal": [2, 1]},
            "exposure": {"nco": 0.5},
        }
    )
    assert (
        people.quantity("pay", Rank.NCO).value == people.quantity("pay", Rank.GENERAL).value == 10
    )
    assert people.quantity("perks", Rank.NCO).range == (0, 9)
    assert people.quantity("outside", Rank.OFFICER).form == "lognormal"
    assert people.quantity("exposure", Rank.NCO).value == 0.5
    assert people.quantity("exposure", Rank.GENERAL) is None
    assert people.quantity("jeopardy", Rank.GENERAL) is None


def test_ranks_may_mix_numbers_and_laws() -> None:
    people = People.model_validate(
        {"pay": {"enlisted": 10, "general": {"uniform": [1, 2]}, "nco": {"value": 3}}}
    )
    assert isinstance(people.quantity("pay", Rank.ENLISTED), Number)
    assert isinstance(people.quantity("pay", Rank.GENERAL), Distribution)
    assert people.quantity("pay", Rank.NCO).value == 3


@pytest.mark.parametrize(
    "entry",
    [
        {"sergeant": 5},
        {"enlisted": {"enlisted": 5}},
        {"nco": "5"},
        "5",
        True,
        [1, 2],
        {"value": 5, "unit": "USD"},
    ],
)
def test_other_entries_are_refused(entry: Any) -> None:
    assert all(place[0] == "pay" for place in refused(People, {"pay": entry}))


def test_numbers_keep_the_bounds_of_their_column_in_every_rank() -> None:
    found = refused(
        People,
        {
            "exposure": 1.5,
            "pay": {"enlisted": -1, "nco": 1},
            "cohesion": {"value": 0, "range": [-1, 0]},
        },
    )
    assert {place[0] for place in found} == {"exposure", "pay", "cohesion"}
    assert {place[-1] for place in found if place[0] == "pay"} == {"number"}
    assert any("enlisted" in place for place in found)


def test_what_is_misspelt_is_named_with_what_was_meant() -> None:
    assert refused(People, {"paye": 3}) == {("paye",): "unknown key; did you mean 'pay'?"}
    assert refused(People, {"rank": 3}).keys() == {("rank",)}


@pytest.mark.parametrize("name", [*COLUMNS, "frailty"])
def test_a_scenarios_own_attribute_may_not_take_a_columns_name(name: str) -> None:
    assert refused(People, {"attributes": {name: 1}}).keys() == {("attributes", name)}


@pytest.mark.parametrize("name", ["status", "ties_defected", "row", "class", "lambda", *PUBLIC])
def test_a_scenarios_own_attribute_may_not_take_a_name_that_means_something_else(name: str) -> None:
    assert refused(People, {"attributes": {name: 1}}).keys() == {("attributes", name)}


@pytest.mark.parametrize("name", ["Skill", "2nd", "with space", "", "ünit"])
def test_a_scenarios_own_attribute_has_a_plain_name(name: str) -> None:
    assert refused(People, {"attributes": {name: 1}})


def test_every_drawn_column_can_be_said_and_no_rule_reads_frailty() -> None:
    assert set(PEOPLE_COLUMNS) <= set(People.model_fields)
    assert "frailty" in PEOPLE_COLUMNS
    assert "frailty" not in COLUMNS


def test_a_company_has_somebody_in_it() -> None:
    assert "somebody" in refused(Company, {})[()]
    assert [str(rank) for rank in Company.model_validate({"enlisted": 2, "officer": 1}).posts] == [
        "officer",
        "enlisted",
        "enlisted",
    ]


@pytest.mark.parametrize("neighbours", [1, 3, 2.5, -2])
def test_ties_are_as_many_to_either_side(neighbours: float) -> None:
    assert refused(Academy, {"neighbours": neighbours}).keys() == {("neighbours",)}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"branches": {}}, "branches"),
        ({"branches": {"Army": {"strength": 1}}}, "branches"),
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


def test_only_what_is_read_must_be_said() -> None:
    def reads(rank: Rank, name: str) -> bool:
        return (rank, name) == (Rank.NCO, "pay")

    faults = unsaid(Forces.model_validate(SMALL["forces"]), People(), reads)
    assert [place for place, message in faults] == [("pay",)] * 2
    assert all("rank nco" in message for _, message in faults)


def test_nothing_is_unsaid_of_the_small_army() -> None:
    assert (
        unsaid(
            Forces.model_validate(SMALL["forces"]),
            People.model_validate(SMALL["people"]),
            everything,
        )
        == []
    )


def said(people: dict[str, Any], **forces: Any) -> list[tuple[tuple[str, ...], str]]:
    return unsaid(
        Forces.model_validate(laid_over(SMALL["forces"], forces)),
        People.model_validate(people),
        everything,
    )


def test_what_has_no_default_must_be_said_for_every_rank_that_has_people() -> None:
    assert said({"pay": {"enlisted": 10, "nco": 12}, "outside": 30}) == [
        (("pay",), f"must be given for rank {rank} (branch {branch})")
        for branch in ("army", "guard")
        for rank in ("officer", "general")
    ]


def test_a_branch_may_say_it_for_itself() -> None:
    branches = {
        "army": {"people": {"pay": 5}},
        "guard": {"generals": 0, "people": {"pay": {"officer": 3}}},
    }
    assert said({"pay": {"enlisted": 10, "nco": 12}, "outside": 30}, branches=branches) == []


@pytest.mark.parametrize(
    ("rank", "count"), [("officer", 6), ("nco", 6), ("enlisted", 13), ("general", 2)]
)
def test_listed_values_must_be_as_many_as_the_people(rank: str, count: int) -> None:
    one_branch = {"army": None}
    people: dict[str, Any] = {"pay": 1, "outside": 30}
    for listed in (count - 1, count, count + 1):
        faults = said({**people, "perks": {rank: {"values": [1] * listed}}}, branches=one_branch)
        expected = f"has {listed} values for {count} people (rank {rank}, branch guard)"
        assert faults == ([] if listed == count else [(("perks",), expected)])


@pytest.mark.parametrize("whose", ["everybody", "branch"])
def test_listed_values_of_an_own_attribute_must_be_as_many_as_the_people(whose: str) -> None:
    skill = {"attributes": {"skill": {"general": {"values": [1]}}}}
    one_branch = {"army": None, "guard": {"people": skill if whose == "branch" else {}}}
    people = {"pay": 1, "outside": 30, **(skill if whose == "everybody" else {})}
    [(place, message)] = said(people, branches=one_branch)
    assert "1 values for 2 people" in message
    assert place[-2:] == ("attributes", "skill")
