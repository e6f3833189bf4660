"""Small armies leave as in the golden record; `make golden` holds everything else against it."""

import json
from pathlib import Path

import pytest
from tools import golden

INTEGERS = ("events", "changes", "counts")
"""What no processor rounds otherwise: who left, when and how, and how many there were at each date."""
RECORD = json.loads(golden.RECORD.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path", ["crimea-2014", "tunisia-2011", "venezuela-2019", "yemen-2011", "classics/kuran-a"]
)
def test_people_leave_as_in_the_record(path: str) -> None:
    path = f"scenarios/{path}.yaml"
    found, known = golden.run(golden.small(path), "compiled"), RECORD[f"{path} small"]
    assert {name: found[name] for name in INTEGERS} == {name: known[name] for name in INTEGERS}


def test_the_record_has_every_shipped_scenario() -> None:
    shipped = [*Path("scenarios").glob("*.yaml"), *Path("scenarios/classics").glob("*.yaml")]
    assert {f"{path} small" for path in shipped} <= RECORD.keys()
