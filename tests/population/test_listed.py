from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from builders import SMALL, laid_over, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.population.population import build_population
from defectsim.scenario.load import load
from defectsim.scenario.schema import Scenario
from defectsim.scenario.yaml import as_yaml

PERKS = {"csv": "people.csv", "column": "perks"}


def scenario(
    folder: Path, cells: list[str], entry: dict[str, Any], column: str = "perks"
) -> Scenario:
    (folder / "people.csv").write_text("who,perks\n" + "".join(f"x,{cell}\n" for cell in cells))
    people = {column: {"general": entry}}
    without = laid_over(SMALL, {"people": {"exposure": None}})
    changes = {"forces": {"branches": {"army": None}}, "people": people}
    return Scenario.model_validate(laid_over(without, changes), context={"folder": folder})


def refused(*arguments: Any, **keys: Any) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        scenario(*arguments, **keys)
    return [(error["loc"][-1], error["msg"]) for error in caught.value.errors()]


def test_a_column_of_a_file_means_what_its_numbers_do(tmp_path: Path) -> None:
    read = scenario(tmp_path, ["70", " 6e1"], PERKS)
    source = "people.csv, column perks"
    people = {"perks": {"general": {"values": [70, 60], "source": source}}}
    assert read == small_scenario(
        forces={"branches": {"army": None}}, people={**people, "exposure": None}
    )
    population = build_population(read.forces, read.people, 1)
    assert [population.columns["perks"][population.row(f"guard-general-{n}")] for n in (1, 2)] == [
        70,
        60,
    ]


def test_the_resolved_scenario_needs_no_file_and_its_hash_is_that_of_the_numbers(
    tmp_path: Path,
) -> None:
    read = scenario(tmp_path, ["70", "60"], PERKS)
    changed = scenario(tmp_path, ["70", "61"], PERKS)
    (tmp_path / "people.csv").unlink()
    again = Scenario.model_validate(read.dump())
    assert again == read
    assert again.hash == read.hash != changed.hash


def test_a_source_that_is_given_is_kept(tmp_path: Path) -> None:
    read = scenario(tmp_path, ["70", "60"], {**PERKS, "source": "a survey"})
    assert read.dump()["people"]["perks"]["general"]["source"] == "a survey"


@pytest.mark.parametrize("cell", ["", "many", "nan", "inf", '"1,5"'])
def test_a_cell_that_is_no_number_is_refused_with_its_line(tmp_path: Path, cell: str) -> None:
    [(place, message)] = refused(tmp_path, ["70", cell], PERKS)
    assert place == "column"
    assert message == f"people.csv, line 3: {cell.strip(chr(34))!r} is not a number"


def test_numbers_keep_the_bounds_of_their_column(tmp_path: Path) -> None:
    found = refused(tmp_path, ["0.5", "1.5", "-1"], PERKS, column="exposure")
    assert [message for _, message in found] == [
        f"people.csv, line {line}: {value} is out of bounds: must be between 0 and 1"
        for line, value in ((3, "1.5"), (4, "-1"))
    ]


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"csv": "people.csv"}, "column"),
        ({"column": "perks"}, "csv"),
        ({"csv": "people.csv", "column": "perk"}, "column"),
        ({"csv": "person.csv", "column": "perks"}, "csv"),
        ({**PERKS, "colour": "red"}, "colour"),
    ],
)
def test_faults_have_their_place(tmp_path: Path, entry: dict[str, Any], place: str) -> None:
    assert [found for found, _ in refused(tmp_path, ["70", "60"], entry)] == [place]


def test_there_are_as_many_numbers_as_people(tmp_path: Path) -> None:
    [(_, message)] = refused(tmp_path, ["70"], PERKS)
    assert message == "has 1 values for 2 people (rank general, branch guard)"


def test_the_file_stands_beside_the_scenario_and_faults_in_it_have_the_scenarios_line(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "people.csv").write_text("perks\n70\n60\n")
    text = as_yaml(small_scenario(forces={"branches": {"army": None}}))
    listed = text.replace("perks: 0", "perks:\n    general: {csv: people.csv, column: perks}")
    (folder / "x.yaml").write_text(listed)
    assert load(folder / "x.yaml").people.perks.general.values == [70, 60]
    (folder / "people.csv").write_text("perks\n70\nx\n")
    with pytest.raises(ScenarioError) as caught:
        load(folder / "x.yaml")
    line = listed[: listed.index("{csv")].count("\n") + 1
    [fault] = caught.value.faults
    assert (fault.line, fault.path) == (line, "people.perks.general.column")
    assert fault.message == "people.csv, line 3: 'x' is not a number"
