"""Ranges of fields follow the columns, levers, rule and scenario that declare them."""

from typing import Any

import pytest

from builders import small_scenario
from defectsim.contract.fields import FieldRange, attributes, field_ranges
from defectsim.core.choices import RuleKind
from defectsim.core.parameters import Parameter
from defectsim.core.section import Bounds, Number

ALL = field_ranges("soldier", None, {}, {})


def own(
    kind: RuleKind = "soldier", branch: dict[str, Any] | None = None, **people: Any
) -> FieldRange:
    changes = (
        {"forces": {"branches": {"guard": {"people": {"attributes": branch}}}}} if branch else {}
    )
    return attributes(kind, small_scenario(people={"attributes": people}, **changes))["x"]


@pytest.mark.parametrize(
    ("owner", "field", "low", "high"),
    [
        ("agent", "pay", 0.0, 1e6),
        ("agent", "grievance", -1e6, 1e6),
        ("agent", "cohesion", 0.0, 1.0),
        ("agent", "ties_defected", 0.0, 1.0),
        ("unit", "deserted", 0.0, 1.0),
        ("country", "generals_defected", 0.0, 1.0),
        ("country", "subsistence", 0.01, 1e6),
        ("country", "travel_ban", 0.0, 1.0),
    ],
)
def test_fields_keep_the_bounds_that_are_declared(
    owner: str, field: str, low: float, high: float
) -> None:
    assert (ALL[owner][field].low, ALL[owner][field].high) == (low, high)


@pytest.mark.parametrize(
    ("kind", "ranks"), [("soldier", (0, 1, 2)), ("general", (3,)), ("follow", (0, 1, 2, 3))]
)
def test_ranks_are_those_of_the_kind_of_rule(kind: RuleKind, ranks: tuple[int, ...]) -> None:
    assert field_ranges(kind, None, {}, {})["agent"]["rank"].candidates == ranks


@pytest.mark.parametrize(
    ("number", "bounds", "low", "high"),
    [
        (Number(value=2), Bounds(low=0), 0, 1e6),
        (Number(value=2), Bounds(-3, 5), -3, 5),
        (Number(value=2, range=(1, 4)), None, 1, 4),
        (Number(value=2), None, 2, 2),
    ],
)
def test_parameters_keep_their_bounds_or_else_the_range_or_else_the_value(
    number: Number, bounds: Bounds | None, low: float, high: float
) -> None:
    declares = {"x": Parameter("1", bounds, "")} if bounds else {}
    found = field_ranges("soldier", None, {"x": number}, declares)["p"]["x"]
    assert (found.low, found.high, found.default) == (low, high, 2)


def test_attributes_have_the_support_of_their_distribution() -> None:
    found = own(x={"normal": [25, 12]})
    assert 6 * 12 > found.high - 25 > 5.9 * 12
    assert found.low - 25 == pytest.approx(25 - found.high)
    assert found.default == 25
    assert not found.only_candidates
    assert own(x={"exponential": 10}).low > 0


def test_attributes_that_are_numbers_are_those_numbers() -> None:
    found = own(x={"enlisted": 1, "nco": {"value": 2}, "officer": 5})
    assert found.only_candidates
    assert set(found.candidates) == {1, 2, 5}


def test_attributes_of_branches_and_defaults_count() -> None:
    assert set(own(branch={"x": 7}, x={"nco": 3, "officer": 4}).candidates) == {0, 3, 4, 7}


def test_attributes_of_other_ranks_do_not_count() -> None:
    assert own("general", x={"general": {"uniform": [2, 3]}, "enlisted": 100}).high <= 3
