"""Conditions: what they hold for, and what is refused."""

import numpy as np
import pytest
from pydantic import ValidationError
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


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("number", ["gone / (share - share)", "-1 / (gone - gone)", "seen.pay"])
def test_no_comparison_holds_where_there_is_no_number(number: str, sign: str) -> None:
    condition = Condition.parse(f"{number} {sign} 1", NAMES, OBSERVERS)
    assert not condition.holds(SERIES)[2]


def test_all_that_is_wrong_with_a_condition_is_told_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Condition.parse("gon > 1 and shar > 2 and gon < 9", NAMES, OBSERVERS)
    assert [one["msg"] for one in caught.value.errors()] == [
        "nobody counts 'gon'; did you mean 'gone'?",
        "nobody counts 'shar'; did you mean 'share'?",
    ]


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
        ("gone > 1" + 400 * "0", "a number is too large to be compared: 1.8e+308 is about"),
        ("gone > 1e999", "a number is too large to be compared: 1.8e+308 is about the largest"),
        ("1 < 2", "'1 < 2' names no count: compare one, as in share_defected >= 0.3"),
        ("gone >", "'gone >' is no condition: write names, numbers and signs"),
        ("", "'' is no condition: write names, numbers and signs"),
        (
            "1 < " * LONGEST + "2",
            f"{'1 < ' * 15!r}... has 2,001 characters, and 500 is the most of a condition",
        ),
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
    with pytest.raises((PydanticCustomError, ValidationError)) as error:
        Condition.parse(text, NAMES, OBSERVERS)
    assert said in str(error.value)
