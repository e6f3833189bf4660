import pytest
from pydantic import TypeAdapter, ValidationError

from defectsim.core.section import Bounds
from defectsim.model.levers import LEVERS, Lever
from defectsim.policies.policy import Conditions

BOUNTY = Lever("USD", 50.0, "sum", Bounds(0, 100), "")
READ = TypeAdapter(Conditions)
CONTEXT = {"levers": {**LEVERS, "bounty": BOUNTY}}


def test_every_lever_stands_at_its_default_unless_told_otherwise() -> None:
    read = READ.validate_python({"pay": 2, "bounty": 70}, context=CONTEXT)
    defaults = {name: lever.default for name, lever in LEVERS.items()}
    assert {name: number.value for name, number in read.items()} == {
        **defaults,
        "pay": 2,
        "bounty": 70,
    }
    assert READ.validate_python({}, context=CONTEXT)["bounty"].value == 50


def test_all_that_is_no_lever_or_out_of_bounds_is_named_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        READ.validate_python(
            {"pya": 1, "bounty": 101, "sanctions": {"value": 1, "range": [0, 2]}}, context=CONTEXT
        )
    assert {error["loc"]: error["msg"] for error in caught.value.errors()} == {
        ("pya",): "there is no such lever; did you mean 'pay'?",
        ("bounty",): "101 is out of bounds: must be between 0 and 100",
        ("sanctions",): "2 is out of bounds: must be between 0 and 1",
    }
