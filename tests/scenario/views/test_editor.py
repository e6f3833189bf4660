"""The schema of `defectsim schema`: it takes every file that ships, and tells what stands there."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from command_line import defectsim
from defectsim.core.code.shipped import shipped_scenarios
from defectsim.model.levers import LEVERS
from defectsim.scenario.load import load

FILES = sorted(Path("scenarios").rglob("*.yaml"))
OWN = """\
name: mine
extends: defectsim:default
forces: {branches: {home_guard: {strength: 100}}}
levers:
  curfew: {unit: 0..1, default: 0, combiner: any, meaning: Share of the night in barracks.}
"""


def printed(folder: Path, *arguments: str) -> Draft7Validator:
    """Return what `defectsim schema` prints, itself checked, as it judges a file."""
    done = defectsim(folder, "schema", *arguments)
    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


@pytest.fixture(scope="module")
def scenarios() -> Draft7Validator:
    return printed(Path())


@pytest.fixture(scope="module")
def sweeps() -> Draft7Validator:
    return printed(Path(), "--sweep")


def read(text: str) -> Any:
    """Return YAML as an editor sees it, to which a date is text."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def faults(schema: Draft7Validator, text: str) -> list[str]:
    """Return the places of all errors, those of alternatives among them."""
    waiting = list(schema.iter_errors(read(text)))
    places = []
    while waiting:
        error = waiting.pop()
        places.append(error.json_path)
        waiting += error.context or ()
    return places


def below(schema: Draft7Validator, *path: str) -> Any:
    """Return what an editor shows of a key: the schema that its path leads to."""
    found: Any = schema.schema
    for key in path:
        found = _with_properties(schema, found)["properties"][key]
    return found


def _with_properties(schema: Draft7Validator, entry: Any) -> Any:
    if "$ref" in entry:
        entry = schema.schema["$defs"][entry["$ref"].removeprefix("#/$defs/")]
    inner = [_with_properties(schema, one) for one in entry.get("anyOf", ()) if one != _NULL]
    return next((one for one in [entry, *inner] if "properties" in one), entry)


_NULL = {"type": "null"}


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_file_that_ships_is_accepted(
    file: Path, scenarios: Draft7Validator, sweeps: Draft7Validator
) -> None:
    schema = sweeps if file.parent.name == "sweeps" else scenarios
    assert faults(schema, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("clok: {}", "$"),
        ("clock: {start: 2018}", "$.clock"),
        ("clock: {begin: 2018-01-01}", "$.clock"),
        ("conditions: {surveillance: {valeu: 1}}", "$.conditions.surveillance"),
        ("policies: {a: {levr: pay}}", "$.policies.a"),
        ("policies: {a: {lever: off ramp}}", "$.policies.a.lever"),
        ("policies: {a: {audience: {rank: [generals]}}}", "$.policies.a.audience"),
        ("people: {pay: {generall: 3}}", "$.people.pay"),
        ("behaviour: {soldeir: {}}", "$.behaviour"),
        ("forces: {ties: {kind: erdos}}", "$.forces.ties"),
        ("extends: [a.yaml]", "$.extends"),
    ],
)
def test_what_is_wrong_is_still_found(scenarios: Draft7Validator, text: str, path: str) -> None:
    assert path in faults(scenarios, text)


def test_a_part_of_a_scenario_needs_no_key_and_may_remove_any(scenarios: Draft7Validator) -> None:
    for text in ("{}", "policies: {a: null}", "policies: {a: {value: 1}}", "people: {pay: null}"):
        assert faults(scenarios, text) == []


def test_names_are_completed_and_others_accepted(
    scenarios: Draft7Validator, sweeps: Draft7Validator
) -> None:
    levers = scenarios.schema["$defs"]["Policy"]["properties"]["lever"]["anyOf"][0]["anyOf"]
    assert [one["const"] for one in levers if "const" in one] == list(LEVERS)
    assert {*below(scenarios, "conditions")["anyOf"][0]["properties"]} == {*LEVERS}
    assert faults(scenarios, "conditions: {curfew: 1}\npolicies: {a: {lever: curfew}}") == []
    for schema, key in ((scenarios, "extends"), (sweeps, "scenario")):
        named = below(schema, key)
        offered = named.get("anyOf", ())
        consts = [one["const"] for one in (offered[0].get("anyOf") or offered) if "const" in one]
        assert consts == [f"defectsim:{name}" for name in shipped_scenarios()]


def test_the_names_of_a_scenario_are_completed_where_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN)
    known = printed(tmp_path, "mine.yaml").schema["$defs"]
    assert '{"const": "home_guard"}' in json.dumps(known["Audience"])
    assert '"const": "curfew", "description": "Share of the night' in json.dumps(known["Policy"])
    (tmp_path / "mine.yaml").write_text("extends: x.yaml\n")
    done = defectsim(tmp_path, "schema", "mine.yaml")
    said = "mine.yaml:1:10: there is no file x.yaml; did you mean 'mine.yaml'?\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_units_and_sources_are_shown(scenarios: Draft7Validator) -> None:
    assert below(scenarios, "conditions", "travel_ban")["description"] == (
        "Share of exits abroad that exit control closes. Unit: 0..1. Without a condition: 0."
    )
    assert below(scenarios, "people", "grievance")["description"] == (
        "Discontent with the service, as income forgone. Unit: log income."
    )
    path = ("behaviour", "soldier", "parameters", "base_desertion")
    shipped = load("scenarios/venezuela-2019.yaml").behaviour.soldier.parameters["base_desertion"]
    assert below(scenarios, *path)["description"] == (
        "Rate of the transition at no gain in utility. Unit: 1/year; at least 0. "
        f"In defectsim:default: {shipped.value} (0.001 to 0.1), found by make calibrate."
    )
