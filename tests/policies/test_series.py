"""Values of levers by date: between two dates, by branch and unit, and what is refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import defectsim as ds
from builders import START, laid_over, small_population, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.policies.calendar import Calendar
from defectsim.policies.series import Series
from defectsim.scenario.schema import Scenario

WEEKS = [START + dt.timedelta(7 * week) for week in range(5)]
CASUALTIES: dict[str, Any] = {"unit": "people/week", "default": 0, "combiner": "sum"}
MONTH: dict[str, Any] = {
    "clock": {"end": START + dt.timedelta(30)},
    "levers": {"casualties": {**CASUALTIES, "bounds": [0, 100]}},
}
FILE = """\
name: war
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-01-30}
forces:
  company: {officer: 1, enlisted: 9}
  branches:
    army: {strength: 40, generals: 2}
    guard: {strength: 20, generals: 1}
people: {pay: 10, outside: 200}
levers:
  casualties: {unit: people/week, default: 0, combiner: sum, bounds: [0, 100]}
"""
CONDITION = "conditions: {casualties: {series: {csv: c.csv, column: killed%s}%s}}\n"
BY_DATE = "2018-01-01,1\n2018-01-08,2\n2018-01-15,3\n2018-01-22,4\n"


def scenario(**changes: Any) -> Scenario:
    return small_scenario(**laid_over(MONTH, changes))


def levers(condition: Any = 0, **policies: dict[str, Any]) -> np.ndarray:
    """Return the casualties of each person in each step; shape (steps, people)."""
    one = scenario(conditions={"casualties": condition}, policies=policies)
    people = small_population()
    line = one.calendar.timeline(people, people.columns)
    return line.values[:, line.audience, [*one.every_lever].index("casualties")]


def loaded(folder: Path, csv: str, more: str = "", unit: str = "", text: str = "") -> Scenario:
    (folder / "c.csv").write_text(csv)
    (folder / "war.yaml").write_text(FILE + (text or CONDITION % (more, unit)))
    return ds.load(folder / "war.yaml")


def refused(folder: Path, csv: str, more: str = "", unit: str = "", text: str = "") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        loaded(folder, csv, more, unit, text)
    return [fault.message for fault in caught.value.faults]


def by_date(*values: float, **more: Any) -> dict[str, Any]:
    return {"series": {"dates": WEEKS[: len(values)], "values": [*values], **more}}


def test_a_value_holds_until_the_next_or_leads_to_it() -> None:
    dates, asked = WEEKS[::2], WEEKS[:4]
    held = Series(dates=dates, values=[1.0, 5.0, 3.0])
    straight = Series(dates=dates, values=[1.0, 5.0, 3.0], between="linear")
    assert held.on(asked).tolist() == [[1, 1, 5, 5]]
    assert straight.on(asked).tolist() == [[1, 3, 5, 4]]
    assert straight.on([WEEKS[4], WEEKS[4] + dt.timedelta(900)]).tolist() == [[3, 3]]


def test_a_condition_that_is_a_series_is_what_policies_are_added_to() -> None:
    march = {"lever": "casualties", "value": 10, "effective": WEEKS[2]}
    assert levers(by_date(1, 2, 3, 4))[:, 0].tolist() == [1, 2, 3, 4]
    assert levers(by_date(1, 2, 3, 4), march=march)[:, 0].tolist() == [1, 2, 13, 14]


def test_a_policy_that_is_a_series_acts_between_its_dates_alone_and_may_rise() -> None:
    march = {
        "lever": "casualties",
        "value": by_date(8, 8, 4, 4),
        "effective": WEEKS[1],
        "until": WEEKS[3],
    }
    assert levers(march=march)[:, 0].tolist() == [0, 8, 4, 0]
    assert levers(march={**march, "ramp_days": 14})[:, 0].tolist() == [0, 0, 2, 0]


def test_a_policy_that_waits_takes_the_values_of_its_days() -> None:
    waits = {
        "lever": "casualties",
        "value": by_date(5, 6, 7, 8),
        "effective": START,
        "when": "deserted >= 3",
    }
    one = scenario(policies={"march": waits})
    people = small_population()
    place = [*one.every_lever].index("casualties")

    def unrolled(calendar: Calendar) -> list[float]:
        return calendar.timeline(people, people.columns).values[:, 0, place].tolist()

    assert unrolled(one.calendar) == [0, 0, 0, 0]
    assert unrolled(one.calendar.fired({"march": WEEKS[2]})) == [0, 0, 7, 8]


def test_each_branch_has_its_own_values() -> None:
    army, guard = [1.0, 2.0, 3.0, 4.0], [9.0, 8.0, 7.0, 6.0]
    values = {"guard": guard, "army": army}
    seen = levers({"series": {"dates": WEEKS[:4], "values": values, "by": "branch"}})
    of_army = small_population().branch == 0
    assert seen[:, of_army].T.tolist() == [army] * of_army.sum()
    assert seen[:, ~of_army].T.tolist() == [guard] * (~of_army).sum()


def test_a_unit_without_values_has_those_of_the_nearest_unit_above() -> None:
    values = {
        name: [float(number)]
        for number, name in enumerate(
            ("guard", "army", "army brigade 1", "army company 2"), start=1
        )
    }
    seen = levers({"series": {"dates": WEEKS[:1], "values": values, "by": "unit"}})[0]
    people = small_population()
    names = people.units.names
    expected = []
    for unit in people.unit.tolist():
        while names[unit] not in values:
            unit = people.units.parent[unit]
        expected.append(values[names[unit]][0])
    assert seen.tolist() == expected
    assert set(expected) == {1, 2, 3, 4}


def test_a_policy_by_branch_reaches_its_audience_alone() -> None:
    march = {
        "lever": "casualties",
        "value": {
            "series": {"dates": [START], "values": {"army": [3], "guard": [5]}, "by": "branch"}
        },
        "effective": START,
        "audience": {"rank": ["general"]},
    }
    seen, people = levers(march=march)[0], small_population()
    generals = people.rank == 3
    assert seen.tolist() == np.where(generals, np.where(people.branch == 0, 3, 5), 0).tolist()


def test_a_file_becomes_lists_and_its_name_their_source(tmp_path: Path) -> None:
    said = ", by: branch, date: week, between: linear"
    rows = "week,branch,killed\n2018-01-01,army,1\n2018-01-01,guard,2\n2018-01-31,army,3\n2018-01-31,guard,4\n"
    one = loaded(tmp_path, rows, said, ", unit: people/week")
    series = one.conditions["casualties"].series
    assert series == Series(
        dates=[dt.date(2018, 1, 1), dt.date(2018, 1, 31)],
        values={"army": [1.0, 3.0], "guard": [2.0, 4.0]},
        by="branch",
        between="linear",
        source="c.csv, column killed",
    )
    again = Scenario.model_validate(one.dump())
    assert again == one
    assert again.hash == one.hash != loaded(tmp_path, rows.replace("army,3", "army,5"), said).hash


LINE = "c.csv, line "


@pytest.mark.parametrize(
    ("rows", "more", "faults"),
    [
        (
            "week,dead\n2018-01-01,1",
            "",
            ["c.csv has no column 'date'", "c.csv has no column 'killed'"],
        ),
        (
            "date,kiled\n2018-01-01,1",
            ", by: unit",
            [
                "c.csv has no column 'killed'; did you mean 'kiled'?",
                "c.csv has no column 'unit'",
            ],
        ),
        (
            "date,killed\n2018-01-01,\n1 Jan,2\n2018-01-15,inf\n2018-01-22,101",
            "",
            [
                LINE + "2: '' is not a number",
                LINE + "3: '1 Jan' is not a date: write it as in 2019-01-31",
                LINE + "4: 'inf' is not a number",
                LINE + "5: 101 is out of bounds: must be between 0 and 100",
            ],
        ),
        (
            "date,killed\n2018-01-01,1\n2018-01-15,2\n2018-01-08,2\n2018-01-08,x",
            "",
            [
                LINE + "4: 2018-01-08 comes after 2018-01-15: sort by date",
                LINE + "5: 'x' is not a number",
                LINE + "5: 2018-01-08 is listed already: keep one of both",
            ],
        ),
        (
            "date,killed\n2018-01-01,1\n2018-01-08,2\n2018-01-22,3",
            "",
            [
                LINE + "4: a gap of 14 days, from 2018-01-08 to 2018-01-22, where others are of "
                "7: add what lies between"
            ],
        ),
        (
            "date,killed\n2017-12-18,1\n2017-12-25,1\n2018-01-01,1\n2018-01-08,2\n2018-01-15,2\n"
            "2018-01-22,2\n2018-01-29,3\n2018-02-05,3",
            "",
            [
                LINE + "2: 2017-12-18 is outside of the clock, which goes from 2018-01-01 to "
                "2018-01-29: take it out",
                LINE + "3: 2017-12-25 is outside of the clock, which goes from 2018-01-01 to "
                "2018-01-29: take it out",
                LINE + "9: 2018-02-05 is outside of the clock, which goes from 2018-01-01 to "
                "2018-01-29: take it out",
            ],
        ),
        (
            "date,killed\n2018-01-08,1\n2018-01-15,2",
            "",
            [
                LINE + "2: the first date is 2018-01-08, and values are needed from 2018-01-01 "
                "on: add earlier ones",
                LINE + "3: the last date is 2018-01-15, and values are needed until "
                "2018-01-22: add later ones",
            ],
        ),
        (
            "date,branch,killed\n2018-01-01,armee,1\n2018-01-08,armee,1\n2018-01-15,armee,1\n"
            "2018-01-22,armee,1",
            ", by: branch",
            [
                LINE + "2: there is no branch 'armee'; did you mean 'army'?",
                LINE + "5: the file has no rows of army: add them",
                LINE + "5: the file has no rows of guard: add them",
            ],
        ),
        (
            "date,unit,killed\n2018-01-01,army,1\n2018-01-01,army company 5,1",
            ", by: unit",
            [
                LINE + "3: the file has no rows of guard: add them, which hold for those of its "
                "units that have none",
                LINE + "3: there is no unit 'army company 5'; units are like army company 1, "
                "army brigade 1, or army for the whole branch",
            ],
        ),
        (
            "date,branch,killed\n2018-01-01,army,1\n2018-01-01,guard,1\n2018-01-22,army,1\n"
            "2018-01-23,guard,1",
            ", by: branch",
            [LINE + "3: army has a row of 2018-01-22 and guard has none: give all the same dates"],
        ),
    ],
)
def test_whatever_is_wrong_with_a_file_is_told_at_once_with_its_line(
    tmp_path: Path, rows: str, more: str, faults: list[str]
) -> None:
    assert refused(tmp_path, rows, more) == faults


def test_a_fault_stands_where_the_scenario_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        loaded(tmp_path, "date,killed\n2018-01-01,x")
    (fault,) = caught.value.faults
    assert (fault.path, fault.line) == ("conditions.casualties.series.csv", FILE.count("\n") + 1)


def test_a_unit_of_measurement_that_is_not_the_levers_is_refused(tmp_path: Path) -> None:
    rows = f"date,killed\n{BY_DATE}"
    assert refused(tmp_path, rows, "", ", unit: people/day") == [
        "'people/day' is not the unit of the lever, which is 'people/week'"
    ]


def test_a_policy_needs_values_only_while_it_acts(tmp_path: Path) -> None:
    march = "{lever: casualties, value: {series: {csv: c.csv, column: killed}}, effective: %s}"
    text = f"policies: {{march: {march}}}\n"
    late = "date,killed\n2018-01-08,2\n2018-01-15,3\n2018-01-22,4\n"
    assert loaded(tmp_path, late, text=text % "2018-01-08").policies["march"].source is None
    assert refused(tmp_path, late, text=text % "2018-01-07") == [
        LINE + "2: the first date is 2018-01-08, and values are needed from 2018-01-07 on: add "
        "earlier ones"
    ]


ABOVE = ("conditions", "casualties", "a series", "series", "by date")


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        (
            {"dates": WEEKS[:2], "values": [1]},
            [(("values", "all"), "has 1 value for 2 dates: give each date one")],
        ),
        (
            {"dates": WEEKS[:2], "values": {"army": [1], "guard": [2, 3, 4]}, "by": "branch"},
            [
                (("values", "army"), "has 1 value for 2 dates: give each date one"),
                (("values", "guard"), "has 3 values for 2 dates: give each date one"),
            ],
        ),
        (
            {"dates": WEEKS[:1], "values": {"army": [1], "guard": [2]}},
            [((), "values of army, guard: say by: branch, or by: unit")],
        ),
        (
            {"dates": WEEKS[:1], "values": [1], "by": "branch"},
            [
                (
                    ("values",),
                    "one list for all: give each branch a list of its own, as in army: [1, 2], or "
                    "leave out by",
                )
            ],
        ),
        (
            {"dates": WEEKS[:1], "values": 3},
            [(("values",), "must be a list of numbers, or such a list for each branch or unit")],
        ),
        (
            {"dates": WEEKS[:1], "values": [-1]},
            [(("values", "all", 0), "-1 is out of bounds: must be between 0 and 100")],
        ),
        (
            {"dates": WEEKS[:1], "values": {"army": [1], "gard": [-1]}, "by": "branch"},
            [
                (("values", "gard", 0), "-1 is out of bounds: must be between 0 and 100"),
                (("values", "gard"), "there is no branch 'gard'; did you mean 'guard'?"),
                (("values",), "there are none of guard: add them"),
            ],
        ),
        (
            {
                "dates": [WEEKS[1], WEEKS[0], WEEKS[0]],
                "values": {"army": [1, 2, 3], "guard": [1, 2, 3]},
                "by": "branch",
            },
            [
                (("dates", 1), "2018-01-01 comes after 2018-01-08: sort by date"),
                (("dates", 2), "2018-01-01 is listed already: keep one of both"),
            ],
        ),
    ],
)
def test_lists_that_do_not_fit_are_refused_at_the_date_or_value(
    said: dict[str, Any], faults: list[tuple[tuple[str | int, ...], str]]
) -> None:
    with pytest.raises(ValidationError) as caught:
        levers({"series": said})
    assert [
        (tuple(part for part in error["loc"] if part not in ABOVE), error["msg"])
        for error in caught.value.errors()
    ] == faults


@pytest.mark.parametrize("second", ["2018-01-01,guard", "2018-01-08,guard"])
def test_a_file_by_branch_that_is_read_as_one_series_is_refused(
    tmp_path: Path, second: str
) -> None:
    rows = f"date,branch,killed\n2018-01-01,army,1\n{second},2\n"
    assert refused(tmp_path, rows) == [
        "c.csv has a column branch: write by: branch, or take the column out"
    ]
    assert refused(tmp_path, rows.replace("branch", "unit"))[0].startswith(
        "c.csv has a column unit"
    )


def test_a_number_takes_the_place_of_a_series_and_a_series_that_of_a_number(
    tmp_path: Path,
) -> None:
    one = loaded(tmp_path, f"date,killed\n{BY_DATE}")
    other = ds.load(tmp_path / "war.yaml", ["conditions.casualties=3"])
    assert other.conditions["casualties"].value == 3
    priced = "conditions: {pay: {value: 2, source: a report}}\n"
    (tmp_path / "base.yaml").write_text(FILE + priced)
    (tmp_path / "over.yaml").write_text(
        "extends: base.yaml\nconditions: {pay: {series: {csv: c.csv, column: killed}}}\n"
    )
    over = ds.load(tmp_path / "over.yaml")
    assert over.conditions["pay"].series.values == one.conditions["casualties"].series.values


@pytest.mark.parametrize("first", [dt.date(1, 1, 1), dt.date(9998, 12, 1)])
def test_a_series_may_begin_and_end_with_the_first_and_the_last_of_all_dates(
    first: dt.date,
) -> None:
    whole = {"dates": [dt.date.min, dt.date.max], "values": [0, 100], "between": "linear"}
    clock = {"start": first, "end": first + dt.timedelta(395), "step_days": 7}
    one = scenario(clock=clock, conditions={"casualties": {"series": whole}})
    people = small_population()
    line = one.calendar.timeline(people, people.columns)
    assert line.values.shape[0] == 56
