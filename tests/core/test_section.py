import math
from typing import Annotated, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from defectsim.core.section import (
    Bounds,
    Count,
    Fraction,
    Number,
    PositiveCount,
    Section,
    annotations,
    refuse_all,
)


class Inner(Section):
    size: int = 1
    share: Fraction = Number(value=0)


class Outer(Section):
    name: str
    strength: Annotated[int, Field(ge=0)] = 0
    inner: Inner = Inner()


def faults(kind: Any, data: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(data)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


def test_unknown_keys_are_refused_together_with_all_other_faults() -> None:
    """The key that was meant is not missing too."""
    data = {
        "nmae": "x",
        "weather": 1,
        "strength": -1,
        "inner": {"szie": 2, "size": "2", "share": 2},
    }
    found = faults(Outer, data)
    assert set(found) == {
        ("nmae",),
        ("weather",),
        ("strength",),
        ("inner", "szie"),
        ("inner", "size"),
        ("inner", "share"),
    }
    assert found["nmae",] == "unknown key; did you mean 'name'?"
    assert found["weather",] == "unknown key; known here: name, strength, inner"
    assert found["inner", "szie"] == "unknown key; did you mean 'size'?"


def test_a_message_survives_braces_in_what_the_user_wrote() -> None:
    assert faults(Outer, {"name": "x", "{strength}": 1}) == {
        ("{strength}",): "unknown key; did you mean 'strength'?"
    }


def test_a_key_that_is_no_text_is_unknown() -> None:
    assert faults(Outer, {"name": "x", 1: 2}) == {
        (1,): "unknown key; known here: name, strength, inner"
    }


def test_sections_do_not_change() -> None:
    section = Outer(name="x")
    with pytest.raises(ValidationError, match="frozen"):
        section.name = "y"


@pytest.mark.parametrize(
    "data", [{"name": 1}, {"name": "x", "strength": "3"}, {"name": "x", "strength": True}]
)
def test_sections_guess_no_types(data: dict[str, Any]) -> None:
    assert len(faults(Outer, data)) == 1


@pytest.mark.parametrize("data", [[], "x", None])
def test_a_section_is_a_mapping(data: Any) -> None:
    assert set(faults(Outer, data)) == {()}


def test_refuse_all_names_each_place_below_the_value_and_passes_over_nothing() -> None:
    with pytest.raises(ValidationError) as caught:
        refuse_all([(("a",), "one"), (("b", 1), "two {of} two")])
    assert [(error["loc"], error["msg"]) for error in caught.value.errors()] == [
        (("a",), "one"),
        (("b", 1), "two {of} two"),
    ]
    refuse_all([])


@pytest.mark.parametrize("bare", [3, 3.5, -0.25])
def test_a_bare_number_is_a_number(bare: float) -> None:
    number = Number.model_validate(bare)
    assert (number.value, number.range, number.source) == (bare, None, None)
    assert number.model_dump() == bare


@pytest.mark.parametrize(
    ("data", "back"),
    [
        ({"value": 3}, 3.0),
        ({"value": 3, "range": [1, 5]}, {"value": 3.0, "range": (1.0, 5.0), "source": None}),
        ({"value": 3, "source": "a book"}, {"value": 3.0, "range": None, "source": "a book"}),
    ],
)
def test_a_number_is_written_bare_unless_more_is_known_of_it(
    data: dict[str, Any], back: Any
) -> None:
    number = Number.model_validate(data)
    assert number.model_dump() == back
    assert Number.model_validate(number.model_dump()) == number


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_range_holds_its_value(low: float, value: float, high: float) -> None:
    data = {"value": value, "range": [low, high]}
    if low <= value <= high:
        assert Number.model_validate(data).span == (value, low, high)
    else:
        assert set(faults(Number, data)) == {()}


def test_a_wrong_range_is_explained() -> None:
    assert "upside down" in faults(Number, {"value": 3, "range": [5, 1]})[()]
    assert "outside its own range [4, 5]" in faults(Number, {"value": 3, "range": [4, 5]})[()]
    assert set(faults(Number, {"value": 3, "range": [1, math.nan]})) == {()}
    assert set(faults(Number, {"value": 3, "range": [1]})) == {("range", 1)}


@pytest.mark.parametrize("data", [True, "3", None, [3], [1, 2]])
def test_other_values_than_numbers_are_refused(data: Any) -> None:
    assert faults(Number, data) == {
        (): "must be a number, or a mapping with value, range and source"
    }


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "value"),
        ({"range": [1, 2]}, "value"),
        ({"value": "3"}, "value"),
        ({"value": 3, "unit": "USD"}, "unit"),
    ],
)
def test_the_parts_of_a_number_are_checked(data: dict[str, Any], place: str) -> None:
    assert set(faults(Number, data)) == {(place,)}


def test_a_number_counts_as_one() -> None:
    number = Number(value=3.75, range=(3, 4))
    assert float(number) == 3.75
    assert int(number) == 3


@pytest.mark.parametrize(
    ("kind", "allowed", "refused"),
    [
        (Fraction, [0, 0.5, 1], [-1e-9, 1.0000001, math.nan, math.inf]),
        (Count, [0, 3, 4.0], [-1, 2.5, math.nan]),
        (PositiveCount, [1, 1e6], [0, 1.5]),
    ],
)
def test_bounds_are_kept_by_the_value_and_by_its_whole_range(
    kind: Any, allowed: list[float], refused: list[float]
) -> None:
    adapter = TypeAdapter(kind)
    assert [adapter.validate_python(value).value for value in allowed] == allowed
    assert adapter.validate_python({"value": allowed[0], "range": [allowed[0], allowed[-1]]})
    for value in refused:
        assert set(faults(kind, value)) == {()}
        low, high = min(value, allowed[0]), max(value, allowed[0])
        assert set(faults(kind, {"value": allowed[0], "range": [low, high]})) == {()}


@pytest.mark.parametrize("kind", [Count, PositiveCount])
def test_infinity_is_no_count(kind: Any) -> None:
    assert set(faults(kind, math.inf)) == {()}


@pytest.mark.parametrize(
    ("bounds", "value", "fault"),
    [
        (Bounds(0, 1), 7.5, "7.5 is out of bounds: must be between 0 and 1"),
        (Bounds(low=2), -9, "-9 is out of bounds: must be at least 2"),
        (Bounds(high=3), 4, "4 is out of bounds: must be at most 3"),
        (Bounds(whole=True), 2.5, "2.5 must be a whole number"),
        (Bounds(), math.nan, "must be a number, not nan"),
    ],
)
def test_a_fault_names_the_bounds(bounds: Bounds, value: float, fault: str) -> None:
    assert bounds.fault(value) == fault


def test_bounds_that_hold_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="bounds from 3 to 1 are upside down"):
        Bounds(3, 1)
    with pytest.raises(ValueError, match="bounds from nan to 1 are upside down"):
        Bounds(math.nan, 1)
    with pytest.raises(TypeError, match="give bounds as numbers, not '0'"):
        Bounds("0", 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Number, Fraction, Count])
@pytest.mark.parametrize(
    "data",
    [
        1,
        0,
        -1,
        0.5,
        "1",
        None,
        {"value": 1},
        {"value": 1, "range": [0, 1], "source": "x"},
        {"value": 1, "range": [0]},
        {"value": 1, "unit": "x"},
        {"range": [0, 1]},
    ],
)
def test_the_json_schema_accepts_what_is_accepted(kind: Any, data: Any) -> None:
    adapter = TypeAdapter(kind)
    try:
        adapter.validate_python(data)
        accepted = True
    except ValidationError:
        accepted = False
    assert jsonschema.Draft202012Validator(adapter.json_schema()).is_valid(data) == accepted


class Lower:
    second: Annotated[float, "not a number", 2]
    plain: float


class Upper(Lower):
    third: Annotated[int, 3, 4]


def test_annotations_are_collected_by_kind_with_those_of_base_classes() -> None:
    assert annotations(Upper, int) == {"second": 2, "third": 3}
    assert annotations(Upper, str) == {"second": "not a number"}
    assert annotations(Lower, dict) == {}


def test_annotations_are_in_their_order() -> None:
    class Table:
        b: Annotated[float, 1]
        a: Annotated[float, 2]

    assert list(annotations(Table, int)) == ["b", "a"]
