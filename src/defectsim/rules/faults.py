"""Faults of a rule that its text shows, before it is compiled or asked.

These are fields that an argument lacks, assignments to one, names that nothing defines, and results
that no engine can use.
Arguments are followed by their names into the functions that the rule calls. What is not understood
is no fault: a name that is bound twice, a function that asks by `hasattr`, a call of anything else.
"""

import ast
import builtins
import dis
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import FunctionType
from typing import Any, NamedTuple

from defectsim.core.errors import UncompilableError, nearest
from defectsim.core.functions import codes
from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS
from defectsim.model.rule import ARGUMENTS, NEWS_FIELDS, Person, Rates, Rule, Stance, Unit
from defectsim.rules.fingerprint import plain, trace
from defectsim.rules.text import Names, falls_through, own_nodes, syntax_tree

type Fields = Mapping[str, Iterable[str]]
"""Names that rules can read, by argument."""
FIELDS: Fields = {
    "agent": (*COLUMNS, *Person.__annotations__),
    "unit": Unit._fields,
    "country": (*NEWS_FIELDS, *LEVERS),
}
"""Those of every scenario."""
WRITES_NOTHING = "a rule changes and keeps nothing; return rates, the engine does the rest"
_DECLARE = {
    "agent": "; a scenario declares it under people.attributes or people.state",
    "country": "; a scenario declares levers of its own under levers",
    "p": "; declare it in the NamedTuple class of p",
}


def hint(owner: str, name: str, fields: Fields) -> str:
    """Return where a field is that an argument lacks, or the nearest name of all arguments."""
    owners = {field: other for other in reversed([*fields]) for field in fields[other]}
    owners |= dict.fromkeys(fields.get(owner, ()), owner)
    if name in owners:
        return f"; {owners[name]} has {name}"
    close = get_close_matches(name, owners, n=1)
    return f"; did you mean {owners[close[0]]}.{close[0]}?" if close else ""


def lacking(owner: str, name: str, fields: Fields) -> str:
    """Return the sentence about a field that an argument lacks."""
    advice = hint(owner, name, fields) or _DECLARE.get(owner, "")
    return f"reads {owner}.{name}, which is not there{advice}"


class Access(NamedTuple):
    """An access to a field of an argument."""

    where: str
    """File, line and column."""
    owner: str
    name: str
    writes: bool


def accesses(rule: Rule[..., Any]) -> list[Access]:
    """Find the accesses of a rule, and of functions that it calls, to fields of its arguments."""
    taken = rule.function.__code__.co_varnames
    return [*_accesses(rule.function, dict(zip(taken, ARGUMENTS, strict=False)), ())]


def _accesses(
    function: Any, owners: Mapping[str, str], callers: tuple[Any, ...]
) -> Iterator[Access]:
    """Yield those of a function, whose arguments `owners` are arguments of the rule."""
    tree = None if function in callers else syntax_tree(function)
    if tree is None:
        return
    names, file = Names(function, tree), function.__code__.co_filename
    tries = _tries(function, tree)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value, name, context) if owner := owners.get(
                names.argument(value) or ""
            ):
                writes = not isinstance(context, ast.Load)
                if writes or not tries:
                    where = f"{file}:{node.lineno}:{node.col_offset + 1}"
                    yield Access(where, owner, name, writes)
            case ast.Call(called):
                inner = plain(names.value(called))
                if isinstance(inner, FunctionType):
                    given = _handed(node, inner, names, owners)
                    yield from _accesses(inner, given, (*callers, function))


def _handed(
    call: ast.Call, function: FunctionType, names: Names, owners: Mapping[str, str]
) -> dict[str, str]:
    """Return the arguments of a function that are arguments of the rule, in a call."""
    given = dict(zip(function.__code__.co_varnames, call.args, strict=False))
    given |= {one.arg: one.value for one in call.keywords if one.arg}
    found = {name: owners.get(names.argument(value) or "") for name, value in given.items()}
    return {name: owner for name, owner in found.items() if owner}


def faults(rule: Rule[..., Any], returns: Any, fields: Fields) -> Iterator[str]:
    """Yield what is wrong with a rule, each time with file, line and column.

    Parameters
    ----------
    returns
        `Rates`, `Stance`, `float`, a probability, or `tuple`, a state.
    fields
        Names that it can read in its scenario.
    """
    readable = {**fields, "p": rule.parameters._fields}
    known = {**readable, "unit": dir(Unit), "p": dir(rule.parameters)}
    for one in accesses(rule):
        if one.writes:
            yield f"{one.where}: the rule assigns to {one.owner}.{one.name}: {WRITES_NOTHING}"
        elif one.name not in known[one.owner]:
            yield f"{one.where}: the rule {lacking(one.owner, one.name, readable)}"
    yield from unknown_names(rule)
    yield from _wrong_results(rule.function, returns)


def unknown_names(rule: Rule[..., Any]) -> Iterator[str]:
    """Yield names in a rule, or in a function that it calls, that stand for nothing."""
    try:
        functions = trace(rule).functions
    except UncompilableError:  # told where it is compiled
        functions = (rule.function,)  # type: ignore[assignment]  # a rule wraps a plain function
    for function in functions:
        tree = syntax_tree(function)
        if tree is not None and not _tries(function, tree):
            yield from _undefined(function)
            yield from _wrong_calls(function, tree)


def _tries(function: FunctionType, tree: ast.AST) -> bool:
    """Check whether a function may expect that something is not there."""
    tried = any(isinstance(node, ast.Try) for node in ast.walk(tree))
    return tried or "hasattr" in function.__code__.co_names


def _undefined(function: FunctionType) -> Iterator[str]:
    known = {*vars(builtins), *function.__globals__}
    for code in codes(function.__code__):
        for one in dis.get_instructions(code):
            if one.opname == "LOAD_GLOBAL" and one.argval not in known and one.positions:
                where = f"{code.co_filename}:{one.positions.lineno}"
                column = (one.positions.col_offset or 0) + 1
                near = nearest(one.argval, (*code.co_varnames, *function.__globals__))
                yield f"{where}:{column}: the rule uses {one.argval}, which nothing defines{near}"


def _wrong_calls(function: FunctionType, tree: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    """Yield calls of `Rates` and of other NamedTuple classes that give what these do not have."""
    names, file = Names(function, tree), function.__code__.co_filename
    for node in ast.walk(tree):
        kind = names.value(node.func) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or not isinstance(kind, type):
            continue
        fields: tuple[str, ...] = getattr(kind, "_fields", ())
        for given in node.keywords if fields else ():
            if given.arg is not None and given.arg not in fields:
                where = f"{file}:{given.lineno}:{given.col_offset + 1}"
                near = nearest(given.arg, fields) or f"; it has {', '.join(fields)}"
                yield f"{where}: the rule gives {kind.__name__} {given.arg}, which it lacks{near}"


EXPECTED = {
    Rates: "Rates of numbers, such as Rates(desert=0.1)",
    Stance: "a Stance, such as Stance(join=0.1)",
    float: "a probability from 0 to 1",
    tuple: "the new state, as a NamedTuple of numbers",
}
"""Results that are wanted of rules, by their type."""


def _wrong_results(function: Any, returns: Any) -> Iterator[str]:
    """Yield results of a function that are wrong as they are written."""
    tree = syntax_tree(function)
    if tree is None or isinstance(tree, ast.Lambda):
        return
    names, file = Names(function, tree), function.__code__.co_filename
    results = [node for node in own_nodes(tree) if isinstance(node, ast.Return)]
    if not any(node.value for node in results):
        if results or falls_through(tree.body):
            where = f"{file}:{function.__code__.co_firstlineno}"
            yield f"{where}: the rule returns nothing, not {EXPECTED[returns]}"
        return
    for node in results:
        if wrong := _wrong(node.value, names, returns):
            where = f"{file}:{node.lineno}:{node.col_offset + 1}"
            yield f"{where}: the rule returns {wrong}, not {EXPECTED[returns]}"


def _wrong(node: ast.expr | None, names: Names, returns: Any) -> str | None:
    """Return what an expression is if it surely is no result of this type."""
    fields = getattr(returns, "_fields", None)
    match node:
        case None | ast.Constant(None):
            return "nothing"
        case ast.Constant(str()):
            return "a text"
        case ast.Tuple(parts) if not any(isinstance(part, ast.Starred) for part in parts):
            fits = returns is tuple or (fields and len(parts) == len(fields))
            return None if fits else f"a tuple of {len(parts)}"
        case ast.Name(name) if not isinstance(value := names.assigned(name), ast.Name | None):
            return _wrong(value, names, returns)
    return "a number" if returns is not float and _is_number(node, names) else None


def _is_number(node: ast.expr, names: Names) -> bool:
    """Check whether an expression surely is a number."""
    match node:
        case ast.Constant(int() | float()) | ast.UnaryOp() | ast.Compare():
            return True
        case ast.Attribute(owner):
            return names.argument(owner) is not None
        case ast.BinOp(left, _, right):
            return _is_number(left, names) and _is_number(right, names)
        case ast.Call(called):
            return getattr(names.value(called), "__module__", None) == "math"
        case ast.Name(name) if not isinstance(value := names.assigned(name), ast.Name | None):
            return _is_number(value, names)
    return False
