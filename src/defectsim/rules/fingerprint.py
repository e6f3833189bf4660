"""Fingerprints of rules: their code and all that it uses, and the names that they read."""

import dis
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from defectsim.core.code.loading import Code
from defectsim.core.errors import RuleError, UncompilableError
from defectsim.core.functions import codes
from defectsim.model.rule import Rule, Unit


@dataclass(frozen=True)
class Trace:
    """Parts of a rule.

    Attributes
    ----------
    parts
        Text of the rule's function, of each that it calls, and of each constant that these use.
    names
        Attribute, global and literal names in them, the columns that the rule reads among them.
    functions
        The functions themselves.
    """

    parts: tuple[str, ...]
    names: frozenset[str]
    functions: tuple[FunctionType, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Hash that changes if and only if the compiled rule could behave differently.

        Releases of Python share bytecode if they share its tag (``cpython-312``).
        """
        return hashlib.sha256(
            "\n".join((str(sys.implementation.cache_tag), *self.parts)).encode()
        ).hexdigest()


def trace(rule: Rule[..., Any]) -> Trace:
    """Trace a rule into the functions that it calls, by name or as attributes of a module."""
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
        inner = list(codes(function.__code__))
        parts.append(
            f"{key} = {[(code.co_code.hex(), code.co_names, _constants(code)) for code in inner]!r}"
        )
        for code in inner:
            names.update(code.co_names, (text for text in code.co_consts if isinstance(text, str)))
            names.update(Unit._fields if _takes_units_apart(code) else ())
        for name, value in used(function):
            if isinstance(value, FunctionType):
                pending.append(value)
                continue
            parts.append(f"{key}:{name} = {_identity(rule, name, value)}")
            names.update(_texts(value))
    return Trace(tuple(parts), frozenset(names), tuple(functions))


_PARTS = {"BINARY_SUBSCR", "BINARY_SLICE", "UNPACK_SEQUENCE", "UNPACK_EX", "CALL_FUNCTION_EX"}
_OVER_ALL = {"sum", "len", "sorted", "any", "all", "list", "tuple", "enumerate", "zip", "map"}


def _takes_units_apart(code: CodeType) -> bool:
    """Check whether code may read fields of `unit`, a tuple, without their names."""
    instructions = [*dis.get_instructions(code)]
    whole = any(
        one.opname == "LOAD_FAST" and one.argval == "unit" and after.opname != "LOAD_ATTR"
        for one, after in pairwise(instructions)
    )
    parts = any(one.opname in _PARTS for one in instructions)
    return whole and (parts or not _OVER_ALL.isdisjoint(code.co_names))


def used(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield the globals, parts of modules, defaults and closed-over values of a function."""
    names = [name for code in codes(function.__code__) for name in code.co_names]
    for name in names:
        if name in function.__globals__:
            yield from _unpacked(name, function.__globals__[name], names)
    yield "defaults", (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if cell != CellType():  # one that is assigned later is empty
            yield from _unpacked(name, cell.cell_contents, names)


def _unpacked(name: str, value: Any, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield a value or, of a module, the parts that are used."""
    if not isinstance(value, ModuleType):
        yield name, plain(value)
        return
    for part in names:
        if hasattr(value, part):
            others = [other for other in names if other != part]
            yield from _unpacked(f"{name}.{part}", getattr(value, part), others)


def _identity(rule: Rule[..., Any], name: str, value: Any) -> str:
    """Return a text of a value, which Numba freezes into the code of a compiled rule."""
    match value:
        case None | bool() | int() | float() | str() if not isinstance(value, Enum):
            return repr(value)
        case tuple():
            return f"({', '.join(_identity(rule, name, part) for part in value)})"
        case np.ndarray():
            return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
        case Enum():
            return f"{value!r} {value.value!r}"
        case type():
            members = [(key, one.value) for key, one in getattr(value, "__members__", {}).items()]
            fields = getattr(value, "_fields", ())
            return f"{value.__module__}:{value.__qualname__} {fields} {members}"
        case BuiltinFunctionType() | np.ufunc():
            return f"{value.__name__} {value!r}"
    raise UncompilableError(
        f"rule {rule.name}: uses {name}, {value!r}, which cannot be compiled into it: use numbers, "
        "texts, tuples, arrays, enumerations and functions; or run it uncompiled with --engine "
        "reference."
    )


def _texts(value: Any) -> set[str]:
    """Return the texts in a value: names by which a rule may read a column."""
    if isinstance(value, tuple):
        return {text for part in value for text in _texts(part)}
    return {value} if isinstance(value, str) else set()


def plain(value: Any) -> Any:
    """Return the plain function of a rule, or of a Numba dispatcher."""
    return value.function if isinstance(value, Rule) else getattr(value, "py_func", value)


def _constants(code: CodeType) -> list[str]:
    constants = [constant for constant in code.co_consts if not isinstance(constant, CodeType)]
    return [repr(sorted(one, key=repr) if isinstance(one, frozenset) else one) for one in constants]


def fingerprint(code: Code) -> str:
    """Compute a hash of code: of its texts and, for a rule that can be traced, of all that it calls."""
    parts = [code.texts]
    if isinstance(code.thing, Rule):
        try:
            parts.append(trace(code.thing).fingerprint)
        except RuleError:
            parts.append("not to be followed")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
