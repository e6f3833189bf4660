"""Pydantic's errors in words of people, with what to do."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, LiteralString

from pydantic_core import ErrorDetails

IDENTIFIER = "^[a-z][a-z0-9_]*$"
"""Pattern of names within a scenario."""
FILE_NAME = "^[a-z0-9][a-z0-9_.-]*$"
"""Pattern of names that are those of folders too."""
_PATTERNS = {
    IDENTIFIER: "names are small letters, digits and _, the first a letter",
    FILE_NAME: "names are small letters, digits, -, _ and dots, the first a letter or digit",
}


def _text(value: Any, _: Mapping[str, Any]) -> str:
    if value is None:
        return "must be text, not null"
    if isinstance(value, bool | int | float | dt.date):
        return f'must be text: put it in quotes, as in "{str(value).lower()}"'
    return "must be text"


def _date(value: Any, _: Mapping[str, Any]) -> str:
    try:
        dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        return "must be a date, as in 2019-01-31"
    return f"must be a date: write it without quotes, as in {value}"


MAPPING = "a mapping of keys"
"""Form of a section, if nothing else is known of it."""
_WORDS: dict[str, str | Callable[[Any, Mapping[str, Any]], str]] = {
    "missing": "this key is missing; it must be given",
    "string_type": _text,
    "string_too_short": "is empty: write something",
    "string_pattern_mismatch": lambda _, given: _PATTERNS[given["pattern"]],
    "date_type": _date,
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number that is not infinite",
    "greater_than_equal": lambda _, given: f"must be at least {given['ge']:,}",
    "less_than_equal": lambda _, given: f"must be at most {given['le']:,}",
    "dict_type": f"must be {MAPPING}",
    "model_type": f"must be {MAPPING}",
    "list_type": "must be a list, as in [a, b]",
    "tuple_type": "must be a list of two, as in [a, b]",
    "too_short": "is empty: give one at least",
    "too_long": lambda _, given: (
        f"must have {given['max_length']} entries, not {given['actual_length']}"
    ),
}


def message(error: ErrorDetails, form: str = MAPPING) -> str:
    """Return what is wrong with what a user wrote.

    Parameters
    ----------
    form
        Form of the section in which the error was found.
    """
    words = _WORDS.get(error["type"])
    if error["type"] == "model_type" and not error["loc"]:
        return f"must be {form}"
    if error["type"] == "missing" and isinstance(error["loc"][-1], int):
        return "an entry is missing: there must be two"
    if words is None or isinstance(words, str):
        return words or error["msg"].replace("Input should be", "must be")
    return words(error["input"], error.get("ctx", {}))


def kind(error: ErrorDetails) -> LiteralString:
    """Return the kind of an error whose words have become ours."""
    kinds: tuple[LiteralString, ...] = ("refused", "unknown_key", "missing")
    return next((one for one in kinds if one == error["type"]), "malformed")
