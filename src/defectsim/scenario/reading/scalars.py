"""Scalars of YAML 1.2 as Python values, by their tags."""

import math
from collections.abc import Callable
from datetime import date

from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import Resolver

from defectsim.scenario.reading.tree import Scalar

CORE = "tag:yaml.org,2002:"
_RESOLVER = Resolver()


def tag_of(text: str, *, plain: bool) -> str:
    """Return the tag of an untagged scalar, `plain` if it is not quoted either."""
    tag = str(_RESOLVER.resolve(ScalarNode, text, (plain, not plain)))
    return tag if tag in READERS else CORE + "str"


def _text(text: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("text with half a surrogate pair; write the character itself")
    return text


def _null(text: str) -> None:
    if text.lower() not in {"", "~", "null"}:
        raise ValueError(f"{text!r} is not null")


def _bool(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def _int(text: str) -> int:
    digits = text.replace("_", "")
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits.lstrip("+-")[:2], 10)
    try:
        return int(digits, base)
    except ValueError:
        raise ValueError(f"{text[:40]!r} cannot be read as a whole number") from None


def _float(text: str) -> float:
    digits = text.lower().replace("_", "")
    try:
        value = float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        raise ValueError(f"{text[:40]!r} cannot be read as a number") from None
    if math.isnan(value):
        raise ValueError(f"{text} is not a number to calculate with; write a value or null")
    if math.isinf(value) and "inf" not in digits:
        raise ValueError(f"{text[:40]} is too large; write .inf if you mean infinity")
    return value


def _date(text: str) -> date:
    if len(text) > len("2019-01-30"):
        raise ValueError(f"{text!r} has a time of day; write the date alone, as in {text[:10]}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        example = "write it as in 2019-01-30"
        raise ValueError(f"{text!r} is not a date of the calendar; {example}") from None


READERS: dict[str, Callable[[str], Scalar]] = {
    CORE + "null": _null,
    CORE + "bool": _bool,
    CORE + "int": _int,
    CORE + "float": _float,
    CORE + "timestamp": _date,
    CORE + "str": _text,
}
"""Readers of scalars; each raises ValueError for text that it cannot read."""
