import math
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from builders import SMALL, laid_over, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.core.section import Number
from defectsim.model.person import COLUMNS, PEOPLE_COLUMNS
from defectsim.model.transitions import Rank
from defectsim.population.agents import PersonAgent
from defectsim.population.distribution import Distribution
from defectsim.population.people import People
from defectsim.population.population import Population, build_population
from defectsim.scenario.load import load
from defectsim.scenario.overrides import as_yaml
from defectsim.scenario.schema import Scenario

PUBLIC = [name for name in dir(PersonAgent) if not name.startswith("_")]
"""What every agent has, column or not."""


def refused(kind: Any, data: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize(
    "distribution", [{"values": [0.5, 1.5]}, {"uniform": [2, 3]}, {"normal": [100, 1]}]
)
def test_a_distribution_that_cannot_keep_its_columns_bounds_is_refused(
    distribution: dict[str, Any],
) -> None:
    assert refused(People, {"exposure": {"general": distribution}})


@pytest.mark.parametrize("distribution", [{"normal": [-8, 1]}, {"normal": [-8.29, 1]}])
def test_a_distribution_with_next_to_nothing_within_the_bounds_is_refused(
    distribution: dict[str, Any],
) -> None:
    assert refused(People, {"perks": {"general": distribution}})


def test_an_entry_is_a_number_or_a_distribution_for_everybody_or_by_rank() -> None:
    people = People.model_validate(
        {
            "pay": 10,
            "perks": {"value": 5, "range": [0, 9]},
            "outside": {"lognormal": [2, 1]},
            "exposure": {"nco": 0.5},
        }
    )
    assert (
        people.quantity("pay", Rank.NCO).value == people.quantity("pay", Rank.GENERAL).value == 10
    )
    assert people.quantity("perks", Rank.NCO).range == (0, 9)
    assert people.quantity("outside", Rank.OFFICER).form == "lognormal"
    assert people.quantity("exposure", Rank.NCO).value == 0.5
    assert people.quantity("exposure", Rank.GENERAL) is None
    assert people.quantity("jeopardy", Rank.GENERAL) is None


def test_ranks_may_mix_numbers_and_distributions() -> None:
    people = People.model_validate(
        {"pay": {"enlisted": 10, "general": {"uniform": [1, 2]}, "nco": {"value": 3}}}
    )
    assert isinstance(people.quantity("pay", Rank.ENLISTED), Number)
    assert isinstance(people.quantity("pay", Rank.GENERAL), Distribution)
    assert people.quantity("pay", Rank.NCO).value == 3


@pytest.mark.parametrize(
    "entry",
    [
        {"sergeant": 5},
        {"enlisted": {"enlisted": 5}},
        {"nco": "5"},
        "5",
        True,
        [1, 2],
        {"value": 5, "unit": "USD"},
    ],
)
def test_other_entries_are_refused(entry: Any) -> None:
    assert all(place[0] == "pay" for place in refused(People, {"pay": entry}))


def test_numbers_keep_the_bounds_of_their_column_in_every_rank() -> None:
    found = refused(
        People,
        {
            "exposure": 1.5,
            "pay": {"enlisted": -1, "nco": 1},
            "cohesion": {"value": 0, "range": [-1, 0]},
        },
    )
    assert {place[0] for place in found} == {"exposure", "pay", "cohesion"}
    assert {place[-1] for place in found if place[0] == "pay"} == {"number"}
    assert any("enlisted" in place for place in found)


def test_what_is_misspelt_is_named_with_what_was_meant() -> None:
    assert refused(People, {"paye": 3}) == {("paye",): "unknown key; did you mean 'pay'?"}
    assert refused(People, {"rank": 3}).keys() == {("rank",)}


@pytest.mark.parametrize("name", [*COLUMNS, "frailty"])
def test_a_scenarios_own_attribute_may_not_take_a_columns_name(name: str) -> None:
    assert refused(People, {"attributes": {name: 1}}).keys() == {("attributes", name, "[key]")}


@pytest.mark.parametrize("name", ["status", "ties_defected", "row", "class", "lambda", *PUBLIC])
def test_a_scenarios_own_attribute_may_not_take_a_name_that_means_something_else(name: str) -> None:
    assert refused(People, {"attributes": {name: 1}}).keys() == {("attributes", name, "[key]")}


@pytest.mark.parametrize("number", [math.inf, -math.inf])
@pytest.mark.parametrize(
    "entry",
    [
        lambda number: {"grievance": number},
        lambda number: {"signal": {"officer": {"value": number, "range": [-math.inf, math.inf]}}},
        lambda number: {"attributes": {"skill": number}},
        lambda number: {"state": {"fatigue": {"initial": number, "unit": "hours"}}},
    ],
)
def test_people_have_finite_numbers(entry: Any, number: float) -> None:
    found = refused(People, entry(number))
    assert [*found.values()] == [f"must be a finite number, not {number}"]


def test_the_range_of_a_number_of_people_may_be_open() -> None:
    People.model_validate({"pay": {"value": 10, "range": [0, math.inf]}})


@pytest.mark.parametrize("name", ["Skill", "2nd", "with space", "", "ünit"])
def test_a_scenarios_own_attribute_has_a_plain_name(name: str) -> None:
    assert refused(People, {"attributes": {name: 1}})


def test_every_people_column_can_be_given_and_no_rule_reads_frailty() -> None:
    assert set(PEOPLE_COLUMNS) <= set(People.model_fields)
    assert "frailty" in PEOPLE_COLUMNS
    assert "frailty" not in COLUMNS


PERKS = {"csv": "people.csv", "column": "perks"}


def listed_scenario(
    folder: Path, cells: list[str], entry: dict[str, Any], column: str = "perks"
) -> Scenario:
    (folder / "people.csv").write_text("who,perks\n" + "".join(f"x,{cell}\n" for cell in cells))
    people = {column: {"general": entry}}
    without = laid_over(SMALL, {"people": {"exposure": None}})
    changes = {"forces": {"branches": {"army": None}}, "people": people}
    return Scenario.model_validate(laid_over(without, changes), context={"folder": folder})


def refused_file(*arguments: Any, **keys: Any) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        listed_scenario(*arguments, **keys)
    return [(error["loc"][-1], error["msg"]) for error in caught.value.errors()]


@pytest.mark.parametrize("header", ["Name", "NAME"])
def test_numbers_do_not_go_by_order_beside_a_column_that_is_almost_called_name(
    tmp_path: Path, header: str
) -> None:
    (tmp_path / "people.csv").write_text(f"{header},perks\nguard-general-1,70\n")
    without = laid_over(SMALL, {"people": {"exposure": None, "perks": {"general": PERKS}}})
    with pytest.raises(ValidationError, match=f"has a column '{header}': call it name"):
        Scenario.model_validate(without, context={"folder": tmp_path})


def test_a_column_of_a_file_means_what_its_numbers_do(tmp_path: Path) -> None:
    read = listed_scenario(tmp_path, ["70", " 6e1"], PERKS)
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
    read = listed_scenario(tmp_path, ["70", "60"], PERKS)
    changed = listed_scenario(tmp_path, ["70", "61"], PERKS)
    (tmp_path / "people.csv").unlink()
    again = Scenario.model_validate(read.dump())
    assert again == read
    assert again.hash == read.hash != changed.hash


def test_a_source_that_is_given_is_kept(tmp_path: Path) -> None:
    read = listed_scenario(tmp_path, ["70", "60"], {**PERKS, "source": "a survey"})
    assert read.dump()["people"]["perks"]["general"]["source"] == "a survey"


@pytest.mark.parametrize("cell", ["", "many", "nan", "inf", '"1,5"'])
def test_a_cell_that_is_no_number_is_refused_with_its_line(tmp_path: Path, cell: str) -> None:
    [(place, message)] = refused_file(tmp_path, ["70", cell], PERKS)
    assert place == "column"
    assert message == f"people.csv, line 3: {cell.strip(chr(34))!r} is not a number"


def test_numbers_keep_the_bounds_of_their_column(tmp_path: Path) -> None:
    found = refused_file(tmp_path, ["0.5", "1.5", "-1"], PERKS, column="exposure")
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
    assert [found for found, _ in refused_file(tmp_path, ["70", "60"], entry)] == [place]


def test_there_are_as_many_numbers_as_people(tmp_path: Path) -> None:
    [(_, message)] = refused_file(tmp_path, ["70"], PERKS)
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


def by_name(tmp_path: Path, rows: str, **branches: Any) -> Population:
    """Return the army whose generals have the perks in a file."""
    (tmp_path / "people.csv").write_text(f"perks,name\n{rows}")
    listed = {"perks": {"general": {"csv": "people.csv", "column": "perks"}}}
    data = laid_over(SMALL, {"people": listed, "forces": {"branches": branches}})
    scenario = Scenario.model_validate(data, context={"folder": tmp_path})
    again = Scenario.model_validate(scenario.dump())
    assert (again, again.hash) == (scenario, scenario.hash)
    return build_population(again.forces, again.people, 1)


ARMY = "5,army-general-5\n1,army-general-1\n3,army-general-3\n2,army-general-2\n4,army-general-4\n"


def test_a_file_with_names_gives_each_value_to_whom_it_is_for(tmp_path: Path) -> None:
    army = by_name(tmp_path, f"12,guard-general-2\n{ARMY}11,guard-general-1\n")
    generals = [name for name in army.ids if "general" in name]
    perks = army.columns["perks"]
    assert {name: perks[army.row(name)] for name in generals} == {
        **{f"army-general-{number}": number for number in range(1, 6)},
        **{f"guard-general-{number}": 10 + number for number in (1, 2)},
    }


def test_a_branch_with_values_of_its_own_is_not_in_the_file_of_the_others(tmp_path: Path) -> None:
    army = by_name(tmp_path, ARMY, guard={"people": {"perks": 7}})
    assert army.columns["perks"][army.row("army-general-4")] == 4
    assert army.columns["perks"][army.row("guard-general-1")] == 7


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (
            "1,army-general-1\n\n7,army-general-1\n",
            ["people.csv, line 4: 'army-general-1' is listed already; keep one of both"],
        ),
        (
            "1,Padrino\n0_1,army-general-1\n",
            [
                "people.csv, line 2: 'Padrino' is nobody's name; names are like army-1, army-general-1",
                "people.csv, line 3: '0_1' is not a number",
            ],
        ),
        (
            f"{ARMY}9,army-general-9\n",
            [
                "people.csv, line 7: 'army-general-9' is none of those whose values these are; did "
                "you mean 'army-general-5'?",
            ],
        ),
        (
            ARMY.replace("3,army-general-3\n", "").replace("2,army-general-2\n", ""),
            ["people.csv ends in line 4: no value for 'army-general-2' and 1 more"],
        ),
    ],
)
def test_unknown_missing_and_double_names_are_refused_with_their_lines(
    tmp_path: Path, rows: str, faults: list[str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        by_name(tmp_path, rows, guard=None)
    assert [error["msg"] for error in caught.value.errors()] == faults


def test_names_are_those_of_values() -> None:
    assert refused(Distribution, {"names": ["army-1"], "uniform": [0, 1]}) == {
        ("names",): "1 names for 0 values: give each a value"
    }
    assert refused(Distribution, {"values": [1, 2], "names": ["army-1", "army-1"]}) == {
        ("names", 1): "'army-1' is listed already; keep one of both"
    }


@pytest.mark.parametrize("cell", ["0_1", "1_000", "nan", "inf", "\u0661", "1e", "0x1", "--1"])
def test_only_a_number_in_plain_digits_is_one(tmp_path: Path, cell: str) -> None:
    assert refused_file(tmp_path, [cell, "1"], PERKS) == [
        ("column", f"people.csv, line 2: {cell!r} is not a number")
    ]
