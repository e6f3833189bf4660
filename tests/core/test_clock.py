import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from defectsim.core.clock import Clock

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def test_a_clock_counts_whole_steps_and_its_dates_begin_at_the_start() -> None:
    clock = Clock(start=dt.date(2014, 1, 6), end=dt.date(2014, 1, 28))
    assert clock.steps == 3
    assert clock.dates() == [dt.date(2014, 1, day) for day in (6, 13, 20, 27)]


def test_a_step_that_ends_on_the_last_day_is_taken() -> None:
    assert Clock(start=dt.date(2014, 1, 6), end=dt.date(2014, 1, 13)).steps == 1


def test_steps_cross_leap_days() -> None:
    clock = Clock(start=dt.date(2020, 2, 24), end=dt.date(2020, 3, 9))
    assert clock.date(1) == dt.date(2020, 3, 2)


def test_a_year_of_days_is_a_year() -> None:
    clock = Clock(start=dt.date(2014, 1, 1), end=dt.date(2018, 1, 1), step_days=1)
    assert clock.steps * clock.years_per_step == pytest.approx(4, abs=0.002)


@given(DATES, st.integers(366, 20_000), st.integers(1, 366))
def test_the_last_date_is_less_than_a_step_before_the_end(
    start: dt.date, days: int, step_days: int
) -> None:
    clock = Clock(start=start, end=start + dt.timedelta(days), step_days=step_days)
    assert len(clock.dates()) == clock.steps + 1
    assert 0 <= (clock.end - clock.dates()[-1]).days < step_days


@pytest.mark.parametrize("days", [0, -1])
def test_an_end_that_does_not_follow_the_start_is_refused(days: int) -> None:
    end = dt.date(2014, 1, 6) + dt.timedelta(days)
    with pytest.raises(
        ValidationError, match=f"the end {end} must come after the start 2014-01-06"
    ) as caught:
        Clock(start=dt.date(2014, 1, 6), end=end)
    assert caught.value.errors()[0]["loc"] == ("end",)


def test_a_clock_too_short_for_a_step_is_refused() -> None:
    with pytest.raises(ValidationError, match="step"):
        Clock(start=dt.date(2014, 1, 6), end=dt.date(2014, 1, 8))


@pytest.mark.parametrize("step_days", [0, 367, 7.5, "7", True])
def test_a_step_is_a_whole_number_of_days_within_a_year(step_days: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Clock.model_validate(
            {"start": dt.date(2014, 1, 6), "end": dt.date(2015, 1, 6), "step_days": step_days}
        )
    assert [error["loc"] for error in caught.value.errors()] == [("step_days",)]


@pytest.mark.parametrize("start", ["2014-01-06", dt.datetime(2014, 1, 6, 12), 2014])
def test_only_dates_are_dates(start: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Clock.model_validate({"start": start, "end": dt.date(2015, 1, 6)})
    assert [error["loc"] for error in caught.value.errors()] == [("start",)]
