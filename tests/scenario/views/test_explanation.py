import datetime as dt
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from builders import START, small_scenario
from defectsim.core.errors import ScenarioError
from defectsim.scenario.schema import Scenario
from defectsim.scenario.views.explanation import explanation


def day(number: int) -> dt.date:
    return START + dt.timedelta(number)


POLICIES: dict[str, Any] = {
    "offer": {
        "lever": "off_ramp",
        "value": {"value": 0.5, "range": [0.25, 0.75], "source": "assumption: trust"},
        "announced": day(7),
        "effective": day(28),
        "until": day(90),
        "actor": "abroad",
        "audience": {"rank": ["general"]},
    },
    "ban": {
        "lever": "travel_ban",
        "value": 0.5,
        "effective": day(14),
        "ramp_days": 20,
        "source": "a decree [/1]",
    },
    "more_pay": {"lever": "pay", "value": 2, "effective": day(14), "cost": 3000, "until": day(75)},
    "second_raise": {
        "lever": "pay",
        "value": 2,
        "effective": day(21),
        "actor": "x",
        "when": "defected > 5",
        "cost": 70,
    },
}
ACTS: dict[str, Any] = {
    "purge": {
        "act": "defectsim.policies.government:purge",
        "date": day(20),
        "parameters": {"share": 0.1},
        "audience": {"agents": ["army-general-2"]},
        "actor": "ruler",
        "source": "a newspaper",
    }
}


def scenario(**changes: Any) -> Scenario:
    return small_scenario(
        **{"policies": POLICIES, "acts": ACTS, "conditions": {"sanctions": 0.1}, **changes}
    )


def shown(made: Scenario, at: dt.date | None = None, width: int = 160) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(explanation(made, at))
    return console.export_text()


def rows(text: str, word: str) -> list[list[str]]:
    """Return the cells of lines that have a word in their first or second column."""
    lines = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in text.splitlines()
        if "│" in line
    ]
    return [line for line in lines if word in line[:2]]


def test_policies_and_acts_are_listed_in_order_of_their_first_dates() -> None:
    text = shown(scenario())
    order = [text.index(name) for name in ("offer", "ban", "more_pay", "purge", "second_raise")]
    assert order == sorted(order)
    assert [line[0] for line in rows(text, "offer")] == [str(day(7))]
    for said in (
        f"effective {day(28)}",
        f"until {day(90)}",
        "off_ramp 0.5 (0.25 to 0.75)",
        "by abroad",
        "assumption: trust",
        "over 20 days",
        "a decree [/1]",
        "government:purge",
        "share 0.1, arrested 0",
        "army-general-2",
        "a newspaper",
        "defected > 5",
    ):
        assert said in text
    assert "Levers" not in text


def test_a_cost_is_given_by_month_and_within_the_clock() -> None:
    text = shown(scenario())
    months = 61 / (365.25 / 12)
    assert "3,000 USD a month," in text
    assert f"{3000 * months:,.0f} in all" in text
    assert "70 USD a month from then on" in text


def test_levers_on_a_date_are_listed_for_each_group_of_people() -> None:
    text = shown(scenario(), day(24))
    assert f"On {day(24)}, between the steps of {day(21)} and {day(28)}" in text
    assert [line[1:] for line in rows(text, "A")] == [["general", "7", "ban, more_pay, offer"]]
    assert [line[1:] for line in rows(text, "B")] == [["everybody else", "75", "ban, more_pay"]]
    assert rows(text, "off_ramp") == [["off_ramp", "0..1", "0.5", "0"]]
    assert rows(text, "travel_ban") == [["travel_ban", "0..1", "0.25", "0.25"]]
    assert rows(text, "pay") == [["pay", "multiple", "2", "2"]]
    assert rows(text, "sanctions") == [["sanctions", "0..1", "0.1", "0.1"]]
    assert "second_raise is left out: it waits for defected > 5" in text
    assert not rows(text, "protest")
    assert "protest (0)" in text


def test_a_promise_acts_before_it_is_in_effect_and_a_later_policy_is_not_listed_as_waiting() -> (
    None
):
    text = shown(scenario(), day(7))
    assert f"On {day(7)}, a step begins" in text
    assert rows(text, "off_ramp") == [["off_ramp", "0..1", "0.5", "0"]]
    assert "is left out" not in text


def test_groups_are_described_by_the_further_criteria_of_others() -> None:
    audiences = (
        {"rank": ["general"]},
        {"rank": ["general"], "branch": ["army"]},
        {"exposure": 0.2},
    )
    policies = {
        f"p{n}": {**POLICIES["ban"], "actor": f"{n}", "audience": one}
        for n, one in enumerate(audiences)
    }
    text = shown(scenario(policies=policies), day(24))
    assert "general, not: general; army, not: exposure at least 0.2" in text
    assert "these are of seed 0" in text


def test_a_scenario_in_which_governments_do_nothing_says_so() -> None:
    text = shown(small_scenario(), START)
    assert "Governments do nothing." in text
    assert [line[1:] for line in rows(text, "A")] == [["everybody", "82", "–"]]


@pytest.mark.parametrize("date", [START - dt.timedelta(1), dt.date(2018, 7, 1)])
def test_a_day_that_the_clock_does_not_cover_is_refused(date: dt.date) -> None:
    with pytest.raises(ScenarioError, match=f"--at: {date} is not a day of the clock"):
        explanation(scenario(), date)


@pytest.mark.parametrize("width", [80, 100])
def test_a_narrow_screen_holds_it(width: int) -> None:
    text = shown(scenario(), day(24), width)
    assert max(map(len, text.splitlines())) <= width
    assert all(
        line.rstrip()[-1] in "│┃" for line in text.splitlines() if line.startswith(("│", "┃"))
    )


def test_the_levers_can_be_shown_on_the_first_of_all_days() -> None:
    made = scenario(clock={"start": dt.date.min, "end": dt.date(1, 3, 1)}, acts={}, policies={})
    assert "On 0001-01-01, a step begins" in shown(made, dt.date.min)
