"""What numbers rest on, and which scenarios must say so."""

import csv
from pathlib import Path

import pytest
from rich.console import Console

import defectsim as ds
from defectsim.scenario.load import ScenarioDocument
from defectsim.scenario.numbers import Grade, ScenarioNumber
from defectsim.scenario.reading.tree import Mark
from defectsim.scenario.views.evidence import collect_evidence, evidence_tables, write_csv

SHARED = Path("scenarios/behaviour/default.yaml")
"""What all scenarios share; no scenario by itself."""
SHIPPED = sorted(
    path
    for path in Path("scenarios").rglob("*.yaml")
    if path != SHARED and path.parent.name != "sweeps"
)
BASE = """\
name: tiny
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-04-01}
forces:
  company: {enlisted: {value: 10, source: "assumption: small"}}
  branches: {army: {strength: {value: 40, source: a census}}}
people: {pay: 10, outside: {uniform: [1, 2]}}
levers: {curfew: {unit: "0..1", default: {value: 0.5, source: a decree}, combiner: any}}
"""
OVER = """\
extends: base.yaml
behaviour: {follow: {parameters: {base: {value: 0.1, source: found by trying}}}}
policies: {raise: {lever: pay, value: 2, ramp_days: 3, effective: 2018-02-01}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder below one called scenarios, with a scenario over another; four of their numbers have no source."""
    folder = tmp_path / "scenarios" / "mine"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE)
    (folder / "over.yaml").write_text(OVER)
    return folder


def entries(path: Path, *overrides: str) -> dict[str, ScenarioNumber]:
    document = ScenarioDocument.read(path, overrides)
    found = collect_evidence(document.tree, document.scenario)
    return {entry.path: entry for entry in found}


@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_every_number_of_a_shipped_scenario_has_a_source(path: Path) -> None:
    assert [entry.path for entry in entries(path).values() if entry.grade == Grade.UNSOURCED] == []


def test_a_shared_scenario_is_refused_with_every_unsourced_number(folder: Path) -> None:
    with pytest.raises(ds.ScenarioError) as caught:
        ds.load(folder / "over.yaml")
    assert [(Path(str(f.file)).name, f.line, f.column, f.path) for f in caught.value.faults] == [
        ("base.yaml", 7, 15, "people.pay"),
        ("base.yaml", 7, 38, "people.outside"),
        ("over.yaml", 3, 39, "policies.raise.value"),
        ("over.yaml", 3, 53, "policies.raise.ramp_days"),
    ]
    pay, outside, *_ = (fault.message for fault in caught.value.faults)
    assert 'write {value: 10, source: "..."}, or "assumption: ..." if nobody measured it' in pay
    assert 'write a source: "..." beside it' in outside


def test_unsourced_numbers_are_listed_with_all_other_faults(folder: Path) -> None:
    (folder / "over.yaml").write_text(f"{OVER}colour: red\n")
    with pytest.raises(ds.ScenarioError) as caught:
        ds.load(folder / "over.yaml")
    assert {"colour", "people.pay"} <= {fault.path for fault in caught.value.faults}


def test_elsewhere_no_source_is_needed(folder: Path, tmp_path: Path) -> None:
    assert ds.load(folder.rename(tmp_path / "elsewhere") / "over.yaml").name == "tiny"


def test_overrides_need_no_source_and_give_none_to_a_file(folder: Path) -> None:
    (folder / "base.yaml").write_text(
        BASE.replace("pay: 10, outside: {", "pay: {value: 10, source: s}, outside: {source: s, ")
    )
    (folder / "over.yaml").write_text(OVER.replace("effective", "source: s, effective"))
    tried = entries(folder / "over.yaml", "people.pay=12", "policies.raise.value=3")
    assert {path for path, entry in tried.items() if entry.grade == Grade.UNSOURCED} == {
        "people.pay",
        "policies.raise.value",
    }
    (folder / "base.yaml").write_text(BASE)
    with pytest.raises(ds.ScenarioError, match=r"people\.pay"):
        ds.load(folder / "over.yaml", ["people.pay.source=s", "people.outside.source=s"])


def test_evidence_covers_written_numbers_and_defaults(folder: Path, tmp_path: Path) -> None:
    found = entries(folder.rename(tmp_path / "elsewhere") / "over.yaml")
    grades = {path: entry.grade for path, entry in found.items() if not entry.default}
    assert grades == {
        "forces.company.enlisted": Grade.ASSUMED,
        "forces.branches.army.strength": Grade.REPORTED,
        "people.pay": Grade.UNSOURCED,
        "people.outside": Grade.UNSOURCED,
        "levers.curfew.default": Grade.REPORTED,
        "behaviour.follow.parameters.base": Grade.ESTIMATED,
        "policies.raise.value": Grade.UNSOURCED,
        "policies.raise.ramp_days": Grade.UNSOURCED,
    }
    for path, value, source in [
        ("behaviour.follow.parameters.cohesion", 2, "default of the rule"),
        ("conditions.pay", 1, "default of the lever"),
        ("people.grievance", 0, "default"),
        ("plots.days", 7, "default"),
        ("news.weights.general", 1, "default"),
    ]:
        number = found[path]
        assert (number.value, number.source, found[path].grade) == (value, source, Grade.ASSUMED)
    assert not {"conditions.curfew", "replicates", "clock.step_days"} & found.keys()


NUMBERS = [
    ScenarioNumber(
        "people.pay.nco", 10, (2, 20), "article [1], " + "p. 3 " * 20, Mark("x.yaml", 3, 7)
    ),
    ScenarioNumber("policies.ban.value", 0.00537, (), "", Mark("x.yaml", 9, 2)),
    ScenarioNumber("plots.days", 7, (), "default", Mark(""), default=True),
]


def printed(*, only_unsourced: bool = False, width: int = 100) -> str:
    console = Console(width=width)
    with console.capture() as caught:
        console.print(evidence_tables(NUMBERS, only_unsourced=only_unsourced))
    return caught.get()


def test_the_register_counts_grades_and_fits_a_screen() -> None:
    lines = printed().splitlines()
    assert (
        lines[0]
        == "2 numbers: 1 reported, 0 estimated, 0 assumed, 1 unsourced; 1 more left to defaults, assumed"
    )
    assert max(map(len, lines)) <= 100
    rows = [line.split() for line in lines]
    assert ["people.pay"] in rows
    assert ["nco", "10", "2..20", "reported", "article", "[1],"] in [row[:6] for row in rows]
    assert ["value", "0.00537", "unsourced"] in rows
    assert ["days", "7", "assumed", "default"] in rows


def test_nothing_runs_over_the_edge_of_a_narrow_screen() -> None:
    lines = printed(width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(lines).count("p.") == 20


def test_unsourced_numbers_can_be_listed_alone() -> None:
    said = printed(only_unsourced=True)
    assert "policies.ban" in said
    assert "people.pay" not in said
    assert "plots" not in said


def test_the_file_has_every_number_with_its_place(tmp_path: Path) -> None:
    write_csv(NUMBERS, tmp_path / "e.csv")
    with (tmp_path / "e.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == ["people.pay.nco", "policies.ban.value", "plots.days"]
    assert [rows[0][key] for key in ("value", "low", "high", "grade", "default", "file", "line", "column")] == [
        "10", "2", "20", "reported", "False", "x.yaml", "3", "7",
    ]  # fmt: skip
    assert [rows[2][key] for key in ("default", "file", "line")] == ["True", "", ""]
