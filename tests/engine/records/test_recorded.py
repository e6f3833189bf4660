"""Desertions become known when an order strikes people off, late and not all of them."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from builders import small_scenario
from defectsim.core.clock import Clock
from defectsim.core.section import Number
from defectsim.engine.begin import simulate
from defectsim.engine.events import EVENT, PLACE, Events
from defectsim.engine.records.outcome import strike_off_dates, struck_off
from defectsim.engine.setup import StudySetup
from defectsim.model.institutions import RecordingRules
from defectsim.model.transitions import Status
from defectsim.population.units import NOBODY

START = dt.date(2018, 1, 1)
CLOCK = Clock(start=START, end=dt.date(2018, 7, 1))
WEEK = dt.timedelta(weeks=1)


def deserting(*steps: int) -> Events:
    """Return events in which person n deserts in the n-th of some steps, the first of them first."""
    records = [(step, row, PLACE["desert"], 0, 0, NOBODY) for row, step in enumerate(steps)]
    return Events.from_records(np.array(records, EVENT))


def dates_of(events: Events, **said: Any) -> list[int]:
    return strike_off_dates(events, CLOCK, RecordingRules(**said))[1].tolist()


def by_hand(step: int, orders: list[dt.date] | None, delay: int) -> int | None:
    """Return the date by which somebody who deserts in a step is struck off, day by day."""
    gone = CLOCK.date(step + 1)
    for date in (START + dt.timedelta(days) for days in range(400)):
        if (date - gone).days >= delay and (orders is None or date in orders):
            return CLOCK.step_on(date)
    return None


@given(
    st.lists(st.integers(0, 24), min_size=1).map(sorted),
    st.none()
    | st.lists(
        st.integers(0, 300).map(lambda day: START + dt.timedelta(day)), min_size=1, max_size=4
    ),
    st.integers(0, 60),
)
def test_each_is_struck_off_at_the_first_order_once_gone_long_enough(
    steps: list[int], orders: list[dt.date] | None, delay: int
) -> None:
    found = dates_of(deserting(*steps), orders=orders, delay_days=Number(value=delay))
    for step, date in zip(steps, found, strict=True):
        wanted = by_hand(step, orders, delay)
        assert date == wanted if wanted is not None else date > CLOCK.steps


def test_without_orders_everybody_is_struck_off_at_once() -> None:
    assert dates_of(deserting(0, 5, 24)) == [1, 6, 25]


def test_only_deserters_are_struck_off() -> None:
    defecting = Events.from_records(np.array([(1, 1, PLACE["defect"], 0, 0, NOBODY)], EVENT))
    assert defecting.end.tolist() == [Status.DEFECTED]
    assert dates_of(defecting) == []


def army(seed: int = 1, **recording: Any) -> StudySetup:
    soldier = {"parameters": {"base_desertion": 5.0, "base_defection": 0.0}}
    forces = {"branches": {"army": {"strength": 3000, "generals": 5}}}
    return StudySetup(
        small_scenario(behaviour={"soldier": soldier}, forces=forces, recording=recording), seed
    )


def counted(setup: StudySetup, last: int = 25) -> np.ndarray[Any, Any]:
    finished = simulate(setup, 0)
    return struck_off(finished, finished.events, 0, last)


def test_all_are_recorded_by_default_and_a_share_where_it_is_given() -> None:
    setup = army()
    true = simulate(setup, 0).counts[..., Status.DESERTED]
    assert np.array_equal(counted(setup), true)
    deserters, known = int(true[-1].sum()), int(counted(army(share=0.3))[-1].sum())
    assert deserters > 1000
    assert binomtest(known, deserters, 0.3).pvalue > 0.01


def test_a_larger_share_records_the_same_people_and_more() -> None:
    few, many = (counted(army(share=share)) for share in (0.3, 0.6))
    assert (few <= many).all()
    assert few[-1].sum() < many[-1].sum()


def test_orders_after_the_end_of_the_clock_do_nothing() -> None:
    assert counted(army(orders=[dt.date(2019, 1, 1)])).sum() == 0


def test_nobody_is_struck_off_after_the_last_date() -> None:
    early, whole = counted(army(), last=7), counted(army())
    assert np.array_equal(early[:8], whole[:8])
    assert (early[8:] == whole[7]).all()


def test_an_order_before_the_clock_is_refused_by_its_place() -> None:
    with pytest.raises(ValueError, match="starts only on 2018-01-01") as said:
        small_scenario(recording={"orders": [dt.date(2018, 2, 1), dt.date(2017, 2, 1)]})
    assert "recording.orders.1" in str(said.value)
