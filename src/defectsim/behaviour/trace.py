"""What a rule is made of: its code and all it calls, and the names that it reads."""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from defectsim.behaviour.rule import Rule


@dataclass(frozen=True)
class Trace:
    """A rule's parts.

    Attributes
    ----------
    parts
        One text for each function that the rule is made of, and for each constant that these use.
    names
        Every attribute, global or literal name in them; what a rule reads of a person is among these.
    functions
        The functions themselves.
    """

    parts: tuple[str, ...]
    names: frozenset[str]
    functions: tuple[FunctionType, ...]

    @cached_property
    def fingerprint(self) -> str:
        """A hash that changes whenever the rule could behave differently when compiled."""
        return hashlib.sha256("\n".join((sys.version, *self.parts)).encode()).hexdigest()


def trace(rule: Rule[..., Any]) -> Trace:
    """Follow a rule into the functions that it calls."""
    parts: dict[str, str] = {}
    names: set[str] = set()
    functions: list[FunctionType] = []
    pending: list[FunctionType] = [rule.function]  # type: ignore[list-item]  # a rule wraps a plain function
    while pending:
        function = pending.pop()
        key = f"{function.__module__}:{function.__qualname__}"
        if key in parts:
            continue
        functions.append(function)
        codes = list(_codes(function.__code__))
        parts[key] = repr([(code.co_code.hex(), code.co_names, _constants(code)) for code in codes])
        for code in codes:
            names.update(code.co_names, (text for text in code.co_consts if isinstance(text, str)))
            for name in code.co_names:
                called = _plain(function.__globals__.get(name))
                if isinstance(called, FunctionType):
                    pending.append(called)
                elif name in function.__globals__:
                    parts[f"{key}:{name}"] = repr(called)
    return Trace(tuple(f"{key} = {parts[key]}" for key in sorted(parts)), frozenset(names), tuple(functions))


def _plain(value: Any) -> Any:
    return value.function if isinstance(value, Rule) else value


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _constants(code: CodeType) -> list[str]:
    return [repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType)]
