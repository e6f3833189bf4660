"""What is laid over a resolved scenario to have another gives that other, to the hash."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import SMALL, small_scenario
from defectsim.scenario.load import ScenarioDocument, load
from defectsim.scenario.overrides import overrides_to
from defectsim.scenario.reading.tree import Mark, node_of
from defectsim.scenario.schema import Scenario

WRITTEN = ScenarioDocument(small_scenario(), {}, node_of(SMALL, Mark("small.yaml")))
VENEZUELA = Path("scenarios/venezuela-2019.yaml")
OTHERS = [path for path in sorted(Path("scenarios").glob("*.yaml")) if path != VENEZUELA]
EDITS = [
    'question="Say \\"no\\": what\\nthen, [so]?"',
    "clock.end=2018-08-01",
    "clock.step_days=3",
    "replicates=7",
    "forces.branches.guard=null",
    "forces.branches.navy={strength: 7}",
    "forces.ties.neighbours=4",
    "forces.ties=null",
    "people.outside.lognormal=[100, 0.5]",
    "people.grievance.per=null",
    "people.grievance=-0.0",
    "people.grievance={uniform: [0, 1]}",
    "people.attachment.officer=1",
    "people.attachment={normal: [0, 1]}",
    "people.attributes.faith={value: 0.5, range: [0, 1], source: s}",
    'levers.curfew={unit: "0..1", default: 0.5, combiner: any}',
    'levers.curfew={unit: "0..1", default: 0.25, combiner: any}',
    "conditions.surveillance={value: 0.5, range: [0, 1], source: s}",
    "conditions.surveillance=0.75",
    "policies.value={lever: pay, value: {value: 3, range: [1, 4]}, effective: 2018-03-01}",
    "policies.raise={lever: pay, value: 2, effective: 2018-03-01, actor: a, cost: 1e9}",
    "behaviour.soldier.parameters.haste=2",
    "behaviour.general=defectsim.model.soldiers:decide",
    "recording.orders=[2018-05-01]",
    "command.vacancy_days=30",
]


def remade(base: Scenario, other: Scenario) -> Scenario:
    document = ScenarioDocument(base, written=node_of(base.dump(), Mark("base.yaml")))
    return document.with_overrides(overrides_to(other, base))


@settings(max_examples=60)
@given(*2 * [st.sets(st.sampled_from(EDITS), max_size=6)])
def test_any_two_scenarios_are_made_of_each_other(some: set[str], others: set[str]) -> None:
    base, other = (
        WRITTEN.with_overrides([edit for edit in EDITS if edit in chosen])
        for chosen in (some, others)
    )
    assert remade(base, other).hash == other.hash


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_can_be_made_and_taken_back(edit: str) -> None:
    other = WRITTEN.with_overrides([edit])
    assert overrides_to(other, WRITTEN.scenario)
    assert remade(WRITTEN.scenario, other).hash == other.hash
    assert remade(other, WRITTEN.scenario).hash == WRITTEN.scenario.hash


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_a_shipped_scenario_is_made_of_another(path: Path) -> None:
    base, other = load(VENEZUELA), load(path)
    assert remade(base, other).hash == other.hash != base.hash


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], ()),
        (
            ["conditions.surveillance=0.3"],
            ["conditions.surveillance=0.5"],
            ("conditions.surveillance=0.5",),
        ),
        (
            ["conditions.surveillance={value: 0.3, range: [0, 1], source: s}"],
            ["conditions.surveillance={value: 0.5, range: [0, 1]}", "replicates=7"],
            ("conditions.surveillance=0.5", "replicates=7"),
        ),
        (
            [],
            ["people.attachment.officer=1"],
            ('people.attachment={"enlisted": 0, "nco": 0, "officer": 1, "general": 0}',),
        ),
        (
            ["policies.raise={lever: pay, value: 2, effective: 2018-03-01}"],
            [],
            ("policies.raise=null",),
        ),
        (
            [],
            ["levers.curfew={unit: s, default: 0.5, combiner: any}", "conditions.curfew=0.25"],
            (
                'levers.curfew={"unit": "s", "combiner": "any", "default": 0.5}',
                "conditions.curfew=0.25",
            ),
        ),
    ],
)
def test_changes_are_written_as_people_write_them(
    before: list[str], after: list[str], expected: tuple[str, ...]
) -> None:
    assert overrides_to(WRITTEN.with_overrides(after), WRITTEN.with_overrides(before)) == expected


def test_ties_of_another_kind_replace_the_old_ones() -> None:
    tied = small_scenario(
        forces={"ties": {"classes": None, "neighbours": None, "kind": "complete"}}
    )
    assert remade(WRITTEN.scenario, tied).hash == tied.hash
    assert remade(tied, WRITTEN.scenario).hash == WRITTEN.scenario.hash
