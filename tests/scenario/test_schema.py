import datetime as dt

import pytest
from pydantic import ValidationError

from builders import small_scenario


def protest(first: int, last: int) -> dict[str, object]:
    day = dt.date(2018, 1, 1)
    return {
        "lever": "protest",
        "value": 0.5,
        "effective": day + dt.timedelta(days=first),
        "until": day + dt.timedelta(days=last),
    }


@pytest.mark.parametrize(("first", "last"), [(1, 7), (8, 9), (15, 20)])
def test_a_policy_that_would_fall_between_two_steps_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValidationError, match="between two steps only") as caught:
        small_scenario(policies={"march": protest(first, last)})
    assert caught.value.errors()[0]["loc"] == ("policies", "march")


@pytest.mark.parametrize(("first", "last"), [(1, 8), (7, 8), (-20, 1), (-20, -10), (5_000, 5_001)])
def test_a_policy_that_meets_a_step_or_lies_outside_the_clock_is_not(first: int, last: int) -> None:
    assert (
        small_scenario(policies={"march": protest(first, last)}).policies["march"].value.value
        == 0.5
    )


def test_a_shorter_step_meets_it() -> None:
    assert small_scenario(clock={"step_days": 1}, policies={"march": protest(1, 2)})
