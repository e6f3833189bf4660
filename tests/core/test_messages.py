"""What pydantic finds is told in words of people, with what to do."""

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from defectsim.core.messages import message
from defectsim.core.section import FileName, FormedText, Identifier, NumberPair, Section, details_of


class Inner(Section):
    size: int = 1


class Outer(Section):
    text: str = "x"
    some: Annotated[str, Field(min_length=1)] = "x"
    file: FileName = "x"
    formed: FormedText = "x"
    yes: bool = True
    whole: Annotated[int, Field(ge=1, le=5000)] = 1
    pair: NumberPair = (0, 1)
    names: dict[Identifier, int] = {}
    items: Annotated[list[str], Field(min_length=1)] = ["x"]
    inner: Inner = Inner()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text": 3}, 'must be text: put it in quotes, as in "3"'),
        ({"text": True}, 'must be text: put it in quotes, as in "true"'),
        ({"text": None}, "must be text, not null"),
        ({"text": []}, "must be text"),
        ({"some": ""}, "is empty: write something"),
        (
            {"file": "My file"},
            "names are small letters, digits, -, _ and dots, the first a letter or digit",
        ),
        ({"names": {"A-b": 1}}, "names are small letters, digits and _, the first a letter"),
        ({"yes": 1}, "must be true or false"),
        ({"whole": 0}, "must be at least 1"),
        ({"whole": 6000}, "must be at most 5,000"),
        ({"whole": "1"}, "must be a whole number"),
        ({"pair": [1]}, "an entry is missing: there must be two"),
        ({"pair": [1, 2, 3]}, "must have 2 entries, not 3"),
        ({"pair": [1, float("inf")]}, "must be a number that is not infinite"),
        ({"pair": 3}, "must be a list of two, as in [a, b]"),
        ({"names": []}, "must be a mapping of keys"),
        ({"items": []}, "is empty: give one at least"),
        ({"items": "a"}, "must be a list, as in [a, b]"),
        ({"inner": 3}, "must be a mapping of keys; known here: size"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_in_our_words_however_often_it_is_handed_on(
    data: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(data)
    assert [message(one) for one in caught.value.errors()] == [said]
    again = ValidationError.from_exception_data("again", details_of(caught.value))
    assert [message(one) for one in again.errors()] == [said]


def test_text_of_a_form_of_its_own_may_look_like_a_number() -> None:
    assert Outer.model_validate({"formed": 7}).formed == "7"
