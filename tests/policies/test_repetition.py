"""Dates of what is done again and again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from defectsim.policies.repetition import Repetition


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("every", "first", "dates"),
    [
        ("7 days", "2018-01-01", ["2018-01-01", "2018-01-08", "2018-01-15"]),
        ("1 week", "2018-01-01", ["2018-01-01", "2018-01-08", "2018-01-15"]),
        ("1 month", "2018-01-31", ["2018-01-31", "2018-02-28", "2018-03-31"]),
        ("2 months", "2018-11-30", ["2018-11-30", "2019-01-30", "2019-03-30"]),
        ("1 year", "2020-02-29", ["2020-02-29", "2021-02-28", "2022-02-28"]),
    ],
)
def test_days_are_counted_and_months_end_with_their_last_day(
    every: str, first: str, dates: list[str]
) -> None:
    repetition = Repetition.parse(every, day(first))
    assert [*repetition.dates(day(dates[-1]))] == [day(one) for one in dates[:-1]]
    assert repetition.last(day(dates[-1])) == day(dates[-1])


@given(
    st.sampled_from(["1 day", "3 days", "2 weeks", "1 month", "5 months", "1 year"]),
    st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)),
    st.integers(-400, 4_000),
)
def test_the_last_date_is_the_last_of_all_dates(every: str, first: dt.date, days: int) -> None:
    repetition, until = Repetition.parse(every, first), first + dt.timedelta(days)
    dates = [*repetition.dates(until + dt.timedelta(1))]
    assert repetition.last(until) == (dates[-1] if dates else None)
    assert dates == [repetition.date(place) for place in range(len(dates))]
    assert repetition.date(len(dates)) > until


@pytest.mark.parametrize(
    ("every", "message"),
    [
        ("week", "'week' is no distance in time: write it as in 7 days, or 1 month"),
        ("0 days", "'0 days' is no distance in time: write it as in 7 days, or 1 month"),
        ("101 years", "101 years is longer than a hundred years"),
        ("40000 days", "40000 days is longer than a hundred years"),
    ],
)
def test_what_is_no_distance_is_refused(every: str, message: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        Repetition.parse(every, dt.date(2018, 1, 1))
    assert str(caught.value) == message
