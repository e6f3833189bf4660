import itertools
import math
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsim.behaviour.rule import Country
from defectsim.core.levers import LEVERS, Lever, Levers
from defectsim.core.section import Bounds

SHARES = st.floats(0, 1)
ANY = Lever("0..1", 0.0, "any", Bounds(0, 1), "")
PRODUCT = Lever("multiple", 1.0, "product", Bounds(low=0), "")


def test_independent_promises_combine_to_the_chance_that_one_of_them_holds() -> None:
    assert ANY.combined(0.5, [0.5]) == 0.75
    assert ANY.combined(0.0, [0.3, 0.4]) == pytest.approx(0.58)


def test_multiples_multiply_the_condition() -> None:
    assert PRODUCT.combined(30.0, [2.0, 0.5, 3.0]) == 90.0


@pytest.mark.parametrize(("lever", "condition"), [(ANY, 0.3), (PRODUCT, 30.0)])
def test_without_policies_the_condition_holds(lever: Lever, condition: float) -> None:
    assert lever.combined(condition, []) == pytest.approx(condition, rel=1e-15)


@given(SHARES, st.lists(SHARES, max_size=5))
def test_a_further_promise_never_makes_a_share_smaller_nor_more_than_all(condition: float, values: list[float]) -> None:
    reached = [ANY.combined(condition, values[:count]) for count in range(len(values) + 1)]
    assert all(0 <= share <= 1 for share in reached)
    assert all(before <= after + 1e-12 for before, after in itertools.pairwise(reached))


@given(SHARES)
def test_one_sure_promise_is_sure(other: float) -> None:
    assert ANY.combined(other, [1.0]) == ANY.combined(1.0, [other]) == 1.0


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
@given(st.floats(0.01, 1), st.lists(st.floats(0.01, 1), max_size=4))
def test_a_neutral_policy_changes_nothing(lever: Lever, condition: float, values: list[float]) -> None:
    with_it = lever.combined(condition, [*values, lever.neutral])
    assert with_it == pytest.approx(lever.combined(condition, values), rel=1e-12)


@pytest.mark.parametrize("lever", LEVERS.values(), ids=LEVERS)
def test_levers_are_declared_with_a_unit_a_meaning_and_a_default_that_is_allowed(lever: Lever) -> None:
    assert lever.unit
    assert lever.meaning.endswith(".")
    assert lever.bounds.fault(lever.default) is None
    assert lever.bounds.fault(lever.neutral) is None


@pytest.mark.parametrize("lever", [lever for lever in LEVERS.values() if lever.combiner == "any"], ids=str)
def test_chances_are_shares(lever: Lever) -> None:
    assert (lever.bounds.low, lever.bounds.high) == (0, 1)


def test_a_basket_costs_something_since_rules_divide_by_it() -> None:
    assert LEVERS["subsistence"].bounds.fault(0.0) is not None
    assert LEVERS["subsistence"].bounds.fault(math.nan) is not None


def test_rules_can_read_every_lever() -> None:
    assert set(LEVERS) == set(Levers.__annotations__) <= set(get_type_hints(Country))
