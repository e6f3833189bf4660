"""What the JSON Schema of scenarios says of laws, files and ties."""

from typing import Any

import jsonschema
import pytest

from builders import NETWORKS, SMALL
from defectsim.scenario.schema import Scenario

SCHEMA = Scenario.model_json_schema()
DATES = {"clock": {"start": "2018-01-01", "end": "2018-07-01"}}


def valid(**changes: Any) -> bool:
    people, forces = ({**SMALL[name], **changes.get(name, {})} for name in ("people", "forces"))
    data = {**SMALL, **DATES, "people": people, "forces": forces}
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(data))


@pytest.mark.parametrize(
    "entry",
    [
        {"distribution": "weibull_min", "parameters": {"c": 1.5, "scale": 10}},
        {"officer": {"distribution": "norm"}},
        {"csv": "people.csv", "column": "perks"},
        {"general": {"csv": "people.csv", "column": "perks", "source": "a survey"}},
    ],
    ids=str,
)
def test_distributions_and_files_are_in_the_schema(entry: dict[str, Any]) -> None:
    assert valid(people={"perks": entry})
    assert not valid(people={"perks": {**entry, "colour": "red"}})


@pytest.mark.parametrize(
    ("status", "accepted"),
    [
        ("shirking", True),
        ("shirkin", False),
        ({"shirking": 0.2, "general": None}, False),
        ({"general": "plotting", "officer": {"shirking": 0.2}}, True),
        ({"general": {"values": ["loyal", "plotting"], "names": ["a-1", "a-2"]}}, True),
        ({"general": {"values": ["loyl"]}}, False),
        ({"general": {"values": ["loyal"], "normal": [0, 1]}}, False),
        ({"csv": "people.csv", "column": "status"}, True),
    ],
    ids=str,
)
def test_statuses_are_names_and_shares_in_the_schema(status: Any, accepted: bool) -> None:
    assert valid(people={"status": status}) == accepted


@pytest.mark.parametrize(
    "ties", [{}, {"classes": 3}, *NETWORKS, {"kind": "edges", "csv": "ties.csv"}], ids=str
)
def test_every_kind_of_ties_is_in_the_schema(ties: dict[str, Any]) -> None:
    assert valid(forces={"ties": ties})
    assert not valid(forces={"ties": {**ties, "colour": "red"}})
