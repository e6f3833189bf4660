"""What a rule is made of: its code and all it calls, and the names that it reads."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FunctionType, ModuleType
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
    """Follow a rule into the functions that it calls, by their own names or as attributes of a module."""
    parts: list[str] = []
    names: set[str] = set()
    functions: list[FunctionType] = []
    pending: list[FunctionType] = [rule.function]  # type: ignore[list-item]  # a rule wraps a plain function
    while pending:
        function = pending.pop()
        if function in functions:
            continue
        functions.append(function)
        key = f"{function.__module__}:{function.__qualname__}"
        codes = list(_codes(function.__code__))
        parts.append(f"{key} = {[(code.co_code.hex(), code.co_names, _constants(code)) for code in codes]!r}")
        for code in codes:
            names.update(code.co_names, (text for text in code.co_consts if isinstance(text, str)))
        for name, value in _used(function, codes):
            if isinstance(value, FunctionType):
                pending.append(value)
            else:
                parts.append(f"{key}:{name} = {value!r}")
    return Trace(tuple(parts), frozenset(names), tuple(functions))


def _used(function: FunctionType, codes: Sequence[CodeType]) -> Iterator[tuple[str, Any]]:
    """Yield what a function uses beside its arguments: globals, parts of modules, defaults, what it closes over."""
    names = [name for code in codes for name in code.co_names]
    for name in names:
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType):
            yield from ((f"{name}.{part}", _plain(getattr(value, part))) for part in names if hasattr(value, part))
        elif name in function.__globals__:
            yield name, _plain(value)
    defaults = (function.__defaults__, function.__kwdefaults__)
    yield "defaults", defaults
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, _plain(cell.cell_contents)


def _plain(value: Any) -> Any:
    return value.function if isinstance(value, Rule) else value


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _constants(code: CodeType) -> list[str]:
    return [repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType)]
