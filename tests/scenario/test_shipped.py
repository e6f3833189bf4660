"""Every scenario that ships loads, asks a question, and is told what judges it."""

from pathlib import Path

import pytest

import defectsim as ds

FILES = sorted(Path("scenarios").glob("*.yaml"))
JUDGED = Path("docs/explanation/scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_loads_and_the_documentation_has_its_question(file: Path) -> None:
    scenario = ds.load(file)
    assert scenario.name == file.stem
    assert scenario.question.endswith("?")
    assert f"| `{scenario.name}` | {scenario.question} |" in JUDGED


def test_all_share_one_set_of_rules_and_parameters() -> None:
    own = {file.stem for file in FILES if "\nbehaviour:" in file.read_text(encoding="utf-8")}
    assert own == {"venezuela-2019-guard-23000"}
