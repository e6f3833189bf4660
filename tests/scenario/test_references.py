"""Branches and levers that one section declares, and others name."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import defectsim as ds
from builders import START, small_scenario
from defectsim.model.levers import LEVERS

LEVERS_OF_ITS_OWN: dict[str, Any] = {
    "curfew": {
        "unit": "0..1",
        "default": 0,
        "combiner": "any",
        "meaning": "Share of the night in barracks.",
    },
    "bounty": {"unit": "USD", "default": 20, "combiner": "sum", "bounds": [0, 10_000]},
}
NIGHT: dict[str, Any] = {"lever": "curfew", "value": 0.5, "effective": START}
FILE = """\
name: tiny
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-04-01}
forces:
  company: {officer: 1, enlisted: 9}
  branches:
    army: {strength: 40, generals: 2}
people: {pay: 10, outside: 200}
levers:
  curfew: {unit: "0..1", default: 0, combiner: any, meaning: Share of the night in barracks.}
  bounty: {unit: USD, default: 20, combiner: sum, bounds: [0, 10000]}
conditions: {bounty: 50}
policies:
  night: {lever: curfew, value: 0.5, effective: 2018-02-01, audience: {branch: [army]}}
"""


def refused(**changes: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        small_scenario(**{"levers": LEVERS_OF_ITS_OWN, **changes})
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


def test_policies_and_conditions_may_name_levers_of_the_scenarios_own() -> None:
    scenario = small_scenario(
        levers=LEVERS_OF_ITS_OWN, policies={"night": NIGHT}, conditions={"bounty": 50}
    )
    assert list(scenario.every_lever) == [*LEVERS, "curfew", "bounty"]
    assert scenario.policies["night"].value.value == 0.5
    assert (scenario.conditions["curfew"].value, scenario.conditions["bounty"].value) == (0, 50)
    assert scenario.conditions.keys() == scenario.every_lever.keys()


def test_a_scenario_survives_a_dump() -> None:
    scenario = small_scenario(levers=LEVERS_OF_ITS_OWN, policies={"night": NIGHT})
    assert ds.Scenario.model_validate(scenario.dump()) == scenario


def test_a_scenario_that_declares_none_has_the_shipped_ones() -> None:
    assert small_scenario().every_lever == LEVERS


@pytest.mark.parametrize("name", ["pay", "generals_defected", "lambda"])
def test_a_name_that_country_or_python_has_already_is_refused(name: str) -> None:
    faults = refused(levers={**LEVERS_OF_ITS_OWN, name: LEVERS_OF_ITS_OWN["curfew"]})
    assert faults == {("levers", name, "[key]"): "this name is taken; choose another"}


@pytest.mark.parametrize("name", ["Curfew", "cur few", "_curfew", "1st"])
def test_a_name_that_no_rule_could_read_is_refused(name: str) -> None:
    assert refused(levers={name: LEVERS_OF_ITS_OWN["curfew"]}).keys() == {("levers", name, "[key]")}


def test_wrong_names_are_found_even_if_their_declarations_have_faults() -> None:
    faults = refused(
        forces={"battalion": 0, "branches": {"army": {"strength": 0}}},
        levers={**LEVERS_OF_ITS_OWN, "curfew": {**LEVERS_OF_ITS_OWN["curfew"], "default": 2}},
        conditions={"bonty": 1},
        policies={
            "night": {**NIGHT, "value": 3},
            "day": {**NIGHT, "lever": "curfw", "audience": {"branch": ["army", "gaurd"]}},
            "price": {**NIGHT, "lever": "bounty", "value": -1},
        },
    )
    assert faults == {
        ("forces", "battalion"): "0 is out of bounds: must be at least 1",
        ("forces", "branches", "army", "strength"): "0 is out of bounds: must be at least 1",
        ("levers", "curfew", "default"): "2 is out of bounds: must be between 0 and 1",
        ("conditions", "bonty", "[key]"): "there is no such lever; did you mean 'bounty'?",
        ("policies", "day", "lever"): "there is no lever 'curfw'; did you mean 'curfew'?",
        (
            "policies",
            "day",
            "audience",
            "branch",
            1,
        ): "there is no branch 'gaurd'; did you mean 'guard'?",
        ("policies", "price", "value"): "-1 is out of bounds: must be between 0 and 10000",
    }


@pytest.mark.parametrize("section", ["levers", "conditions", "policies", "forces"])
def test_a_section_that_is_no_mapping_is_refused_at_its_place(section: str) -> None:
    assert {loc[0] for loc in refused(**{section: [1]})} == {section}


def test_policies_that_were_taken_from_another_scenario_are_read_again() -> None:
    audience = {"branch": ["guard"]}
    scenario = small_scenario(
        levers=LEVERS_OF_ITS_OWN, policies={"night": {**NIGHT, "audience": audience}}
    )
    parts = {name: getattr(scenario, name) for name in ds.Scenario.model_fields}
    assert ds.Scenario.model_validate(parts) == ds.Scenario(**parts) == scenario
    army = scenario.forces.model_copy(
        update={"branches": {"army": scenario.forces.branches["army"]}}
    )
    with pytest.raises(ValidationError) as caught:
        ds.Scenario.model_validate({**parts, "levers": {}, "conditions": {}, "forces": army})
    assert {error["loc"] for error in caught.value.errors()} == {
        ("policies", "night", "lever"),
        ("policies", "night", "audience", "branch", 0),
    }


def test_a_file_declares_levers_and_its_faults_have_their_places(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(FILE)
    assert ds.load(path, ["levers.curfew.default=0.2"]).conditions["curfew"].value == 0.2
    path.write_text(
        FILE.replace("default: 0,", "default: 3,")
        .replace("strength: 40", "strength: 0")
        .replace("  bounty: {unit", "  pay: {unit")
        .replace("lever: curfew, value", "lever: curfw, value")
        .replace("[army]", "[armee]")
    )
    with pytest.raises(ds.ScenarioError) as caught:
        ds.load(path)
    assert [
        (fault.line, fault.column, fault.path, fault.message) for fault in caught.value.faults
    ] == [
        (7, 22, "forces.branches.army.strength", "0 is out of bounds: must be at least 1"),
        (10, 35, "levers.curfew.default", "3 is out of bounds: must be between 0 and 1"),
        (11, 3, "levers.pay", "this name is taken; choose another"),
        (12, 14, "conditions.bounty", "there is no such lever"),
        (14, 18, "policies.night.lever", "there is no lever 'curfw'; did you mean 'curfew'?"),
        (
            14,
            80,
            "policies.night.audience.branch.0",
            "there is no branch 'armee'; did you mean 'army'?",
        ),
    ]
