"""What the public remembers of protest and calls."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from builders import small_population, small_scenario
from defectsim.policies.memory import memory

NEWS = {"learning_days": 7, "memory_days": 28}


def remembered(endured: list[float], **news: Any) -> list[float]:
    """Return the memory in each of some weeks in which the regime endures something."""
    scenario = small_scenario(news=news)
    return memory(np.array(endured, float), scenario.clock, scenario.news).tolist()


def test_a_week_teaches_half_of_what_is_left_to_learn_once_it_is_over() -> None:
    assert remembered([1, 1, 1, 1], **NEWS) == [0, 0.5, 0.75, 0.875]


def test_what_is_over_is_forgotten_by_half_in_the_time_of_memory() -> None:
    after = remembered([1, 1, 1, *[0] * 9], **NEWS)
    assert after[3] == 0.875
    assert after[7] == pytest.approx(0.4375, abs=1 / 8)
    assert after[11] == pytest.approx(0.22, abs=1 / 16)


def test_less_than_what_is_remembered_teaches_nothing() -> None:
    assert remembered([1, 1, 0.25, 0.25], **NEWS)[3] < remembered([1, 1, 1, 1], **NEWS)[2]


@pytest.mark.parametrize("endured", [[1.0] * 4, [0.0] * 4])
def test_nobody_learns_where_nothing_is_said_of_it(endured: list[float]) -> None:
    assert remembered(endured) == [0.0] * 4


def test_belief_recovers_while_protest_is_weathered() -> None:
    protest = {"protest": {"lever": "protest", "effective": dt.date(2018, 1, 1), "value": 0.8}}
    scenario, population = small_scenario(news=NEWS, policies=protest), small_population()
    values = scenario.calendar.timeline(population, {}).values[:, 0]
    place = list(scenario.calendar.levers).index("weathered")
    assert values[0, place] == 0
    assert (np.diff(values[:, place]) >= 0).all()
    assert values[-1, place] == pytest.approx(0.8, abs=1 / 16)
