from typing import Annotated

from defectsim.core.section import annotations


class Lower:
    second: Annotated[float, "not a number", 2]
    plain: float


class Upper(Lower):
    third: Annotated[int, 3, 4]


def test_declarations_are_collected_by_kind_with_those_of_the_class_below() -> None:
    assert annotations(Upper, int) == {"second": 2, "third": 3}
    assert annotations(Upper, str) == {"second": "not a number"}
    assert annotations(Lower, dict) == {}


def test_declarations_stand_in_their_order() -> None:
    class Table:
        b: Annotated[float, 1]
        a: Annotated[float, 2]

    assert list(annotations(Table, int)) == ["b", "a"]
