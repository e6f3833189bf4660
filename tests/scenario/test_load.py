"""A scenario that is laid over another is what it would be if it were read anew."""

from pathlib import Path

import pytest

from builders import SMALL, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.scenario.load import ScenarioDocument, load
from defectsim.scenario.overrides import as_yaml
from defectsim.scenario.reading.tree import Mark, node_of

VENEZUELA = Path("scenarios/venezuela-2019.yaml")
SMALL_BASE = ScenarioDocument(small_scenario(), {}, node_of(SMALL, Mark("small.yaml")))


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["policies.off_ramp.value=0.9", "conditions.surveillance=0.5"],
        ["behaviour.soldier.parameters.haste=2"],
        ["forces.branches.reserve=null", "policies.travel_ban.audience.service=[active]"],
        ["people.attachment.officer=1", "clock.end=2019-06-01", "name=other"],
        [
            "people.grievance=null",
            "recording=null",
            "behaviour.general=defectsim.model.generals:decide",
        ],
        ['levers.curfew={unit: "0..1", default: 0.5, combiner: any}'],
    ],
)
def test_overrides_of_a_document_give_the_scenario_that_loading_gives(overrides: list[str]) -> None:
    base = ScenarioDocument.read(VENEZUELA)
    assert base.with_overrides(overrides) == load(VENEZUELA, overrides)
    assert base.with_overrides(overrides).hash == load(VENEZUELA, overrides).hash


def test_sections_that_nothing_touches_are_the_same_objects() -> None:
    other = SMALL_BASE.with_overrides(["conditions.surveillance=0.5"])
    assert other.forces is SMALL_BASE.scenario.forces
    assert other.conditions["surveillance"].value == 0.5


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        ("forces.branches.guard=null", "there is no branch 'guard'"),
        ("levers.curfew=null", "there is no lever 'curfew'"),
        ("clock.start=2018-07-01", "the end 2018-07-01 must come after"),
        ("forces.branches.guard.generals=0", "there is nobody called 'guard-general-1'"),
    ],
)
def test_a_section_is_validated_against_the_changed_other_sections(
    override: str, fault: str
) -> None:
    own = ['levers.curfew={unit: "0..1", default: 0, combiner: any}']
    own += [
        "policies.a={lever: curfew, value: 1, effective: 2018-03-01, audience: {branch: [guard]}}"
    ]
    own += [
        "policies.b={lever: pay, value: 2, effective: 2018-03-01, audience: {agents: [guard-general-1]}}"
    ]
    base = SMALL_BASE.with_overrides(own)
    over = ScenarioDocument(base, written=node_of(base.dump(), Mark("own.yaml")))
    with pytest.raises(ScenarioError, match=fault):
        over.with_overrides([override])


def test_all_faults_of_overrides_are_found_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        SMALL_BASE.with_overrides(
            ["people.pay=-1", "clock.en=2018-02-01", "policies.a.b=1", "conditions.surveillance=3"]
        )
    assert {fault.path for fault in caught.value.faults} >= {
        "people.pay",
        "clock.en",
        "conditions.surveillance",
    }


def test_a_resolved_base_is_the_same_scenario() -> None:
    base = ScenarioDocument.read(VENEZUELA)
    assert base.resolved.with_overrides([]) == base.scenario
    change = ["policies.off_ramp.value=0.9"]
    assert base.resolved.with_overrides(change).hash == base.with_overrides(change).hash


class TestUnsaved:
    """What an editor has for a file is read in the file's place."""

    def test_it_extends_what_stands_beside_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "base.yaml").write_text(as_yaml(small_scenario()), encoding="utf-8")
        file = tmp_path / "mine.yaml"
        text = "extends: base.yaml\nquestion: And now?\n"
        read = ScenarioDocument.read_unsaved(text, file, (), "it is code")
        assert read.scenario.question == "And now?"
        assert not file.exists()

    def test_no_code_runs_but_that_which_is_known(self, tmp_path: Path) -> None:
        (tmp_path / "base.yaml").write_text(as_yaml(small_scenario()), encoding="utf-8")
        (tmp_path / "own.py").write_text("raise SystemExit('it has run')\n")
        text = "extends: base.yaml\nobservers: {one: 'own.py:count'}\n"
        for known, told in (
            ((), "own.py:count is code, and nobody knows it"),
            (("own.py:count",), "it has run"),
        ):
            with pytest.raises(ScenarioError, match=told):
                ScenarioDocument.read_unsaved(text, tmp_path / "a.yaml", known, "nobody knows it")
