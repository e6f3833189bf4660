"""The JSON Schema of sweep files takes what `load_sweep` takes, and says what each key is."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from defectsim.studies.kinds.sweep.sweep_file import SweepFile

SCHEMA = SweepFile.model_json_schema()
HEAD = {"name": "a", "question": "b?", "scenario": "c.yaml"}


def valid(**said: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid({**HEAD, **said}))


@pytest.mark.parametrize(
    "path", sorted(Path("scenarios/sweeps").glob("*.yaml")), ids=lambda path: path.stem
)
def test_shipped_sweeps_keep_the_schema(path: Path) -> None:
    assert valid(**YAML(typ="safe").load(path))


@pytest.mark.parametrize(
    "said",
    [
        {"vary": {"a.b": [0, 0.5, True, "text", {"rank": ["general"]}]}},
        {
            "vary": {"a.b": {"levels": 3, "range": [0, 1], "scale": "log"}, "c": {"levels": 2}},
            "seeds": "own",
        },
        {
            "vary": {"a.b": None},
            "design": {"kind": "halton", "points": 5, "seed": 1},
            "replicates": 2,
        },
        {"points": [{"a.b": 1}, {}], "set": ["a=1"], "seed": 0},
        {"vary": {"a.b": [1]}, "replicates": {"pilot": 4, "chance": 0.2, "most": 50}},
    ],
    ids=str,
)
def test_what_can_be_written_is_in_the_schema(said: dict[str, Any]) -> None:
    assert valid(**said)
    SweepFile.model_validate({**HEAD, **said})
    assert not valid(**said, colour="red")


@pytest.mark.parametrize(
    "said",
    [
        {"vary": {"a": 1}},
        {"vary": {"a": {"level": 3}}},
        {"seeds": "many"},
        {"replicates": {"pilots": 4}},
        {"replicates": "many"},
    ],
    ids=str,
)
def test_what_cannot_is_not(said: dict[str, Any]) -> None:
    assert not valid(**said)


def test_every_key_says_what_it_is() -> None:
    properties = [section["properties"] for section in (SCHEMA, *SCHEMA["$defs"].values())]
    assert [
        key for keys in properties for key, entry in keys.items() if not entry["description"]
    ] == []
