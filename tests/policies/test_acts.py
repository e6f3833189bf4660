"""Acts that are done once or again and again, and transitions that their text misspells."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import defectsim as ds
from builders import START, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.scenario.schema import Scenario

RAISE: dict[str, Any] = {"act": "example_scripts:raise_pay"}


def scenario(**said: Any) -> Scenario:
    return small_scenario(acts={"one": {**RAISE, **said}})


def refused(**said: Any) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        scenario(**said)
    return [(error["loc"][2:], error["msg"]) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("said", "place", "message"),
    [
        ({}, (), "has no date: give date or, if it repeats, every and from"),
        ({"every": "7 days"}, (), "repeats from no date: give from, the date of the first time"),
        (
            {"every": "7 days", "from": START, "date": START},
            (),
            "has a date and repeats: take out date, or every",
        ),
        (
            {"date": START, "until": START},
            (),
            "from and until are of acts that repeat: add every, as in 7 days",
        ),
        (
            {"every": "7 days", "from": START, "until": START},
            (),
            "until 2018-01-01 must be after from 2018-01-01",
        ),
        (
            {"every": "weekly", "from": START},
            ("every",),
            "'weekly' is no distance in time: write it as in 7 days, or 1 month",
        ),
        (
            {"every": "7 days", "from": START - dt.timedelta(1)},
            ("from",),
            "2017-12-31 is before the clock, which begins on 2018-01-01: give that day or a later one",
        ),
        (
            {"every": "3 days", "from": START},
            ("every",),
            "both 2018-01-04 and 2018-01-07 fall into the step of 2018-01-08: repeat it less "
            "often, or take shorter steps",
        ),
        (
            {"every": "7 days", "form": START},
            ("form",),
            "unknown key; did you mean 'from'?",
        ),
    ],
)
def test_dates_that_do_not_go_together_are_refused(
    said: dict[str, Any], place: tuple[str, ...], message: str
) -> None:
    assert (place, message) in refused(**said)


def test_dates_in_what_is_left_after_the_last_step_do_not_fall_together() -> None:
    clock = {"start": dt.date(9999, 11, 29), "end": dt.date.max}  # 32 days: four steps
    one = {**RAISE, "every": "4 days", "from": dt.date(9999, 12, 20)}
    assert small_scenario(clock=clock, acts={"one": one}).clock.steps == 4


def test_an_act_is_due_in_the_step_that_its_date_falls_into() -> None:
    act = scenario(date=START).acts["one"]
    days = [-365, -1, 0, 6, 7]
    due = [act.due(START + dt.timedelta(number), 7) for number in days]
    assert due == [None, None, START, START, None]
    assert act.due(dt.date.min, 366) is None


def test_an_act_that_repeats_is_due_on_the_last_of_its_dates_until_it_ends() -> None:
    end = START + dt.timedelta(15)
    act = scenario(**{"every": "7 days", "from": START, "until": end}).acts["one"]
    due = [act.due(START + dt.timedelta(number), 7) for number in (-1, 0, 6, 7, 20, 21)]
    assert due == [None, START, START, *[START + dt.timedelta(n) for n in (7, 14)], None]


def test_an_act_that_repeats_survives_a_dump() -> None:
    one = scenario(**{"every": "1 month", "from": START, "until": dt.date(2018, 3, 1)})
    assert one.dump()["acts"]["one"]["from"] == START
    assert Scenario.model_validate(one.dump()) == one


def test_acts_that_undo_each_other_on_a_day_of_both_are_refused() -> None:
    names = {"designate": {"every": "7 days", "from": START}, "delist": {"date": START}}
    acts = {
        name: {"act": f"defectsim.policies.government:{name}", **said}
        for name, said in names.items()
    }
    with pytest.raises(ValidationError, match="undoes, on 2018-01-01, what the act designate"):
        small_scenario(acts=acts)


ACTS = """\
def sweep(people):
    people.leave("arest", people.draw("a") < 0.5)
    _more(people)


def _more(people):
    people.leave(transition="go", chosen=people.draw("b") < 0.5)
    people.leave(_named(), people.draw("b") < 0.5)


def _named():
    return "nothing"


def another(people):
    people.leave("elope", people.draw("b") < 0.5)
"""
FILE = """\
name: tiny
question: Does it hold?
clock: {start: 2018-01-01, end: 2018-04-01}
forces:
  company: {officer: 1, enlisted: 9}
  branches: {army: {strength: 40, generals: 2}}
people: {pay: 10, outside: 200}
acts:
  sweep: {act: "own_acts.py:sweep", date: 2018-02-01}
"""


def test_check_finds_a_misspelt_transition_in_the_text_of_an_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own_acts.py").write_text(ACTS)
    Path("tiny.yaml").write_text(FILE)
    with pytest.raises(ScenarioError) as caught:
        ds.load("tiny.yaml")
    assert [str(fault) for fault in caught.value.faults] == [
        "tiny.yaml:9:16: acts.sweep.act: own_acts.py:2: an act lets nobody 'arest'; did you mean "
        "'arrest'?",
        "tiny.yaml:9:16: acts.sweep.act: own_acts.py:7: an act lets nobody 'go'; it lets them "
        "desert, defect, retire, shirk, plot, resume, recall, arrest, dismiss, prosecute",
    ]
