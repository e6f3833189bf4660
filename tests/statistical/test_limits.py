"""What the engine must give in cases with exact answers."""

import datetime as dt
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from builders import NOBODY, small_scenario
from defectsim.engine.begin import simulate
from defectsim.engine.protocol import Engine
from defectsim.engine.setup import StudySetup
from defectsim.model.transitions import Status

START = dt.date(2018, 1, 1)


def alone(
    people: int, rule: str, days: int, attributes: dict[str, Any], step_days: int = 7
) -> Engine:
    """Live once in one well-mixed unit of enlisted people, under a rule of the tests' own."""
    scenario = small_scenario(
        clock={"start": START, "end": START + dt.timedelta(days=days), "step_days": step_days},
        forces={
            "company": {"officer": 0, "nco": 0, "enlisted": people},
            "branches": {"army": None, "guard": {"strength": people, "generals": 0}},
        },
        people={"frailty": 1, "attributes": attributes},
        behaviour={"soldier": rule, "general": "rules:steady", "follow": NOBODY},
    )
    return simulate(StudySetup(scenario, 0), 0)


def defected(engine: Engine) -> np.ndarray[Any, Any]:
    return engine.counts[:, :, :, Status.DEFECTED].sum(axis=(1, 2))


@pytest.mark.long
def test_contagion_follows_the_logistic_curve() -> None:
    people, seeds, beta = 100_000, 1_000, 8.0
    seed = {"values": [1.0] * seeds + [0.0] * (people - seeds)}
    engine = alone(people, "rules:contagion", 500, {"seed": seed}, step_days=1)
    share = defected(engine)[1:] / people
    years = np.arange(len(share)) / 365.25
    start = seeds / people
    logistic = start / (start + (1 - start) * np.exp(-beta * years))
    assert np.abs(share - logistic).max() < 0.02
    assert share[-1] > 0.99
    slower = start / (start + (1 - start) * np.exp(-0.8 * beta * years))
    assert np.abs(share - slower).max() > 0.1


@pytest.mark.long
@pytest.mark.parametrize(("second", "joined"), [(1.0, 100), (2.0, 1)])
def test_granovetters_thresholds(second: float, joined: int) -> None:
    thresholds = [0.0, second, *map(float, range(2, 100))]
    engine = alone(100, "rules:threshold", 7 * 110, {"threshold": {"values": thresholds}})
    assert defected(engine)[-1] == joined


BIG: dict[str, Any] = {
    "forces": {
        "company": {"officer": 4, "nco": 26, "enlisted": 90},
        "branches": {
            "army": {"strength": 6_000, "generals": 20},
            "guard": {"strength": 4_000, "generals": 20},
        },
    },
    "behaviour": {
        "soldier": {"parameters": {"base_desertion": 0.1, "base_defection": 0.05}},
        "general": {"parameters": {"base_flight": 0.05, "base_defection": 0.1}},
    },
    "plots": {"quorum": 1},
}

NO_EXAMPLE = dict.fromkeys(
    ("example_deserted", "example_defected", "commander_deserted", "commander_defected"), 0
)
NO_SERVICE = {"base_shirking": 0, "base_plotting": 0}


def shares_gone(step_days: int, replicates: int, **changes: Any) -> np.ndarray[Any, Any]:
    """Return the shares deserted and defected after 1,820 days; shape (replicates, 2)."""
    clock = {"start": START, "end": START + dt.timedelta(days=1820), "step_days": step_days}
    setup = StudySetup(small_scenario(clock=clock, **{**BIG, **changes}), 0)
    ends = [
        simulate(setup, replicate).counts[-1].sum(axis=(0, 1)) for replicate in range(replicates)
    ]
    return np.array([[end[Status.DESERTED], end[Status.DEFECTED]] for end in ends]) / sum(ends[0])


@cache
def daily() -> np.ndarray[Any, Any]:
    return shares_gone(1, 24)


@pytest.mark.long
def test_weekly_and_daily_steps_give_the_same_expected_shares_gone() -> None:
    weekly = shares_gone(7, 24)
    assert weekly.mean(axis=0).min() > 0.005
    assert stats.ttest_ind(weekly, daily()).pvalue.min() > 0.05


@pytest.mark.long
def test_that_comparison_sees_a_rate_that_differs_by_a_tenth() -> None:
    more = {"soldier": {"parameters": {"base_desertion": 0.11, "base_defection": 0.05}}}
    assert stats.ttest_ind(shares_gone(7, 24, behaviour=more), daily()).pvalue[0] < 0.05


def test_where_nobody_sees_the_others_steps_of_any_length_let_the_same_people_go() -> None:
    soldier = {"base_desertion": 0.1, "base_defection": 0.05, **NO_EXAMPLE, **NO_SERVICE}
    blind = {
        "soldier": {"parameters": soldier},
        "general": {"parameters": {"base_flight": 0, "base_defection": 0, "base_plotting": 0}},
        "belief": {"parameters": {"declared": 0, "near": 0}},
        "follow": {"parameters": {"base": -100}},
    }
    assert (
        np.abs(shares_gone(7, 4, behaviour=blind) - shares_gone(1, 4, behaviour=blind)).max()
        <= 2 / 10_000
    )


NOTHING = {"general": "rules:steady", "follow": NOBODY}


def test_a_constant_rate_gives_exponential_times() -> None:
    constant = {"rule": "rules:steady", "parameters": {"desert": 0.3}}
    clock = {"start": START, "end": START + dt.timedelta(days=730), "step_days": 1}
    changes = {**BIG, "behaviour": {**NOTHING, "soldier": constant}, "people": {"frailty": 1}}
    engine = simulate(StudySetup(small_scenario(clock=clock, **changes), 0), 0)
    days = engine.events.step[engine.events.transition == 0] + np.random.default_rng(0).random(
        len(engine.events.step)
    )
    gone = 1 - math.exp(-0.3 * 730 / 365.25)
    expected = stats.truncexpon(b=0.3 * 730 / 365.25, scale=365.25 / 0.3)
    assert abs(len(days) / 10_000 - gone) < 4 * math.sqrt(gone * (1 - gone) / 10_000)
    assert stats.kstest(days, expected.cdf).pvalue > 0.01
    assert (
        stats.kstest(days, stats.truncexpon(b=0.4 * 730 / 365.25, scale=365.25 / 0.4).cdf).pvalue
        < 0.01
    )
