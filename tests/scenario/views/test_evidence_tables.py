import csv
from pathlib import Path

from rich.console import Console

from defectsim.scenario.numbers import ScenarioNumber
from defectsim.scenario.reading.tree import Mark
from defectsim.scenario.views.evidence import evidence_tables, write_csv

NUMBERS = [
    ScenarioNumber(
        "people.pay.nco", 10, (2, 20), "article [1], " + "p. 3 " * 20, Mark("x.yaml", 3, 7)
    ),
    ScenarioNumber("policies.ban.value", 0.00537, (), "", Mark("x.yaml", 9, 2)),
    ScenarioNumber("plots.days", 7, (), "default", Mark(""), default=True),
]


def printed(*, only_unsourced: bool = False) -> str:
    console = Console(width=100)
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


def test_those_that_say_nothing_can_be_asked_for_alone() -> None:
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
