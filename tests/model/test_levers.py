import itertools
import math
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from defectsim.core.section import Bounds
from defectsim.model.levers import LEVERS, Lever, Levers, OwnLever
from defectsim.model.rule import Country

SHARES = st.floats(0, 1)
ANY = Lever("0..1", 0.0, "any", Bounds(0, 1), "")
PRODUCT = Lever("multiple", 1.0, "product", Bounds(low=0), "")
SUM = Lever("USD", 0.0, "sum", Bounds(), "")
CURFEW: dict[str, Any] = {"unit": "0..1", "default": 0, "combiner": "any"}


def test_independent_promises_combine_to_the_chance_that_one_of_them_holds() -> None:
    assert ANY.combined(0.5, [0.5]) == 0.75
    assert ANY.combined(0.0, [0.3, 0.4]) == pytest.approx(0.58)


def test_multiples_multiply_the_condition() -> None:
    assert PRODUCT.combined(30.0, [2.0, 0.5, 3.0]) == 90.0


def test_sums_are_added_to_the_condition() -> None:
    assert SUM.combined(100.0, [20.0, -50.0, 3.0]) == 73.0


@pytest.mark.parametrize(("lever", "condition"), [(ANY, 0.3), (PRODUCT, 30.0), (SUM, -7.0)])
def test_without_policies_the_condition_holds(lever: Lever, condition: float) -> None:
    assert lever.combined(condition, []) == pytest.approx(condition, rel=1e-15)


@given(SHARES, st.lists(SHARES, max_size=5))
def test_a_further_promise_never_makes_a_share_smaller_nor_more_than_all(
    condition: float, values: list[float]
) -> None:
    reached = [ANY.combined(condition, values[:count]) for count in range(len(values) + 1)]
    assert all(0 <= share <= 1 for share in reached)
    assert all(before <= after + 1e-12 for before, after in itertools.pairwise(reached))


@given(SHARES)
def test_one_sure_promise_is_sure(other: float) -> None:
    assert ANY.combined(other, [1.0]) == ANY.combined(1.0, [other]) == 1.0


@pytest.mark.parametrize("lever", [*LEVERS.values(), SUM], ids=[*LEVERS, "sum"])
@given(st.floats(0.01, 1), st.lists(st.floats(0.01, 1), max_size=4))
def test_a_neutral_policy_changes_nothing(
    lever: Lever, condition: float, values: list[float]
) -> None:
    with_it = lever.combined(condition, [*values, lever.neutral])
    assert with_it == pytest.approx(lever.combined(condition, values), rel=1e-12)


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
def test_levers_are_declared_with_a_unit_a_meaning_and_a_default_that_is_allowed(
    lever: Lever,
) -> None:
    assert lever.unit
    assert lever.meaning.endswith(".")
    assert lever.bounds.fault(lever.default) is None
    assert lever.bounds.fault(lever.neutral) is None


@pytest.mark.parametrize(
    "lever", [lever for lever in LEVERS.values() if lever.combiner == "any"], ids=str
)
def test_chances_are_shares(lever: Lever) -> None:
    assert (lever.bounds.low, lever.bounds.high) == (0, 1)


def test_a_basket_costs_something_since_rules_divide_by_it() -> None:
    assert LEVERS["subsistence"].bounds.fault(0.0) is not None
    assert LEVERS["subsistence"].bounds.fault(math.nan) is not None


def test_rules_can_read_every_lever() -> None:
    assert set(LEVERS) == set(Levers.__annotations__) <= set(get_type_hints(Country))


def refused(**changes: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        OwnLever.model_validate({**CURFEW, **changes})
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize(
    ("combiner", "bounds"),
    [("any", Bounds(0, 1)), ("product", Bounds(low=0)), ("sum", Bounds())],
    ids=str,
)
def test_a_lever_of_a_scenarios_own_has_the_widest_bounds_that_its_combiner_allows(
    combiner: str, bounds: Bounds
) -> None:
    own = OwnLever.model_validate(
        {**CURFEW, "combiner": combiner, "default": 0.5, "meaning": "Nights."}
    )
    assert own.lever == Lever("0..1", 0.5, own.combiner, bounds, "Nights.")


def test_or_those_that_it_says() -> None:
    own = OwnLever.model_validate(
        {"unit": "USD", "default": 5, "combiner": "sum", "bounds": [0, 10_000]}
    )
    assert own.lever.bounds == Bounds(0, 10_000)
    assert own.lever.bounds.fault(10_001.0) is not None


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"default": 1.5}, "default", "1.5 is out of bounds: must be between 0 and 1"),
        ({"default": {"value": 1, "range": [0, 2]}}, "default", "2 is out of bounds"),
        (
            {"default": 0.6, "bounds": [0, 0.5]},
            "default",
            "0.6 is out of bounds: must be between 0 and 0.5",
        ),
        (
            {"combiner": "product", "default": -1},
            "default",
            "-1 is out of bounds: must be at least 0",
        ),
        (
            {"bounds": [0, 2]},
            "bounds",
            "2 is out of bounds: must be between 0 and 1, since the combiner is any",
        ),
        (
            {"combiner": "product", "bounds": [-1, 2]},
            "bounds",
            "must be at least 0, since the combiner is product",
        ),
        ({"combiner": "sum", "bounds": [5, -5]}, "bounds", "is upside down"),
        (
            {"combiner": "product", "bounds": [10, 90], "default": 30},
            "bounds",
            "must hold 1, the policy value that",
        ),
        ({"combiner": "max"}, "combiner", "product"),
        ({"unit": ""}, "unit", "is empty: write something"),
        ({"boudns": [0, 1]}, "boudns", "did you mean 'bounds'?"),
    ],
)
def test_a_lever_that_cannot_be_is_refused(
    changes: dict[str, Any], place: str, message: str
) -> None:
    faults = refused(**changes)
    assert faults.keys() == {(place,)}
    assert message in faults[(place,)]


@pytest.mark.parametrize("key", ["unit", "combiner", "default"])
def test_unit_combiner_and_default_must_be_given(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OwnLever.model_validate({name: value for name, value in CURFEW.items() if name != key})
    assert [error["loc"] for error in caught.value.errors()] == [(key,)]
