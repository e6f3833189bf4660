"""Conditions: what they hold for, and what is refused."""

import numpy as np
import pytest
from pydantic_core import PydanticCustomError

from defectsim.core.expressions import LONGEST, Condition

SERIES = {
    "gone": np.array([0, 2, 4], np.int32),
    "share": np.array([0.0, 0.5, 1.0]),
    "seen.pay": np.array([3.0, 2.0, np.nan]),
    "seen.mean pay": np.array([1.0, 1.0, 1.0]),
}
NAMES, OBSERVERS = ("gone", "share"), ("seen",)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("gone >= 2", [False, True, True]),
        ("gone > 1 and share < 1", [False, True, False]),
        ("gone == 0 or not share < 1", [True, False, True]),
        ("1 < gone <= 4", [False, True, True]),
        ("-gone + 2 * share / 2 < 0", [False, True, True]),
        ("gone / share > 3", [False, True, True]),
        ("seen.pay > 2", [True, False, False]),
        ("seen['mean pay'] == 1", [True, True, True]),
        ("(gone - 1) * 2 != 2", [True, False, True]),
        ("gone * 10000000000 > 30000000000", [False, False, True]),
        ("gone * gone * 1000000000 * gone > 0", [False, True, True]),
    ],
)
def test_a_condition_holds_at_dates(text: str, dates: list[bool]) -> None:
    assert Condition.parse(text, NAMES, OBSERVERS).holds(SERIES).tolist() == dates


def test_a_condition_without_a_series_holds_everywhere_or_nowhere() -> None:
    assert Condition.parse("1 < 2", NAMES, OBSERVERS).holds(SERIES).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gon > 1", "nobody counts 'gon'; did you mean 'gone'?"),
        ("qqqqq > 1", "nobody counts 'qqqqq'; there are gone, share"),
        ("sen.pay > 1", "there is no observer 'sen'; did you mean 'seen'?"),
        ("gone", "'gone' is a number: compare it, as in share_defected >= 0.3"),
        ("not gone", "'gone' in 'not gone': compare it with a number"),
        (
            "1 + (gone > 1) > 0",
            "'gone > 1' in '1 + (gone > 1)': it is true or false, and no number",
        ),
        ("gone > 1" + 400 * "0", "a number of 401 digits is too large to be compared"),
        ("gone > 1e999", "is too large to be compared"),
        ("gone >", "'gone >' is no condition: write names, numbers and signs"),
        ("", "'' is no condition: write names, numbers and signs"),
        ("1 < " * LONGEST + "2", "is no condition: write names, numbers and signs"),
        ("gone.real.imag > 1", "'gone.real.imag' cannot stand in a condition"),
        ("seen[0] > 1", "'seen[0]' cannot stand in a condition"),
        ("gone ** 2 > 1", "'gone ** 2' cannot stand in a condition"),
        ("gone is True", "'gone is True' cannot stand in a condition"),
        ("max(gone) > 1", "'max(gone)' cannot stand in a condition"),
        ("__import__('os').getcwd() > 1", "cannot stand in a condition"),
        ("[g for g in gone] > 1", "cannot stand in a condition"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, said: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        Condition.parse(text, NAMES, OBSERVERS)
    assert said in str(error.value)
