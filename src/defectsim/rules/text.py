"""Facts about a rule that its text shows: safe divisions, and the transitions of which it gives rates.

Python raises where a rule divides by zero, so compiled rules check each divisor, and a loop that
may raise is computed one person at a time. A divisor whose lower bound, as written, is above 0
needs no check: a positive number, ``max(x, 0.01)``, ``1.0 + exp(x)``, or sums and products of such.
A text that is not that of the code, since a file has changed, shows nothing.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any

from defectsim.model.rule import Rates, Rule
from defectsim.rules.fingerprint import trace

_UNBOUNDED = -math.inf


def _tree(function: Any) -> ast.Module | None:
    """Return the syntax tree of a function; None where there is no text of its code."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return None
    code = function.__code__
    parts = [one for one in compile(tree, "", "exec").co_consts if isinstance(one, CodeType)]
    same = [one.co_code == code.co_code and one.co_names == code.co_names for one in parts]
    return tree if any(same) else None


def transitions_given(rule: Rule[..., Any]) -> tuple[int, ...]:
    """Return the places in `Rates` of transitions for which a rule may give a rate.

    Those that it names wherever it makes `Rates`; all, where it may give them otherwise.
    """
    named: set[str] = set()
    for function in trace(rule).functions:
        names = _rates_named(function)
        if names is None or {"_replace", "_make"} & trace(rule).names:
            return tuple(range(len(Rates._fields)))
        named |= names
    return tuple(place for place, name in enumerate(Rates._fields) if name in named) or (0,)


def _rates_named(function: Any) -> set[str] | None:
    """Return the transitions that a function names in calls of `Rates`; None where it does more."""
    aliases = {name for name, value in function.__globals__.items() if value is Rates} | {"Rates"}
    if aliases.isdisjoint({*function.__code__.co_names, *function.__code__.co_freevars}):
        return set()
    tree = _tree(function)
    if tree is None:
        return None
    body = [
        node for top in tree.body for part in getattr(top, "body", []) for node in ast.walk(part)
    ]
    calls = [
        node for node in body if isinstance(node, ast.Call) and _last_name(node.func) in aliases
    ]
    uses = sum(_last_name(node) in aliases for node in body)
    keywords = [keyword.arg for call in calls for keyword in call.keywords]
    if uses != len(calls) or None in keywords or any(call.args for call in calls):
        return None
    return {keyword for keyword in keywords if keyword}


def _last_name(node: ast.AST) -> str:
    """Return a name, or that of an attribute; '' of anything else."""
    match node:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return ""


def divides_safely(function: Any) -> bool:
    """Check whether no division of a function, as its text shows, can be by zero."""
    tree = _tree(function)
    if tree is None:
        return False
    code = function.__code__
    local = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    names = {name: value for name, value in function.__globals__.items() if name not in local}
    bounds = _Bounds(names, _assigned(tree))
    return all(bounds.lower(divisor) > 0.0 for divisor in _divisors(tree))


def _divisors(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what is divided by, and powers, which divide where their exponent is negative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign):
            right = node.right if isinstance(node, ast.BinOp) else node.value
            if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod | ast.Pow):
                yield right


def _assigned(tree: ast.AST) -> dict[str, ast.expr]:
    """Return the expressions of names that are assigned once, by a statement of their own."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = [node.id for node in names if isinstance(node.ctx, ast.Store)]
    return {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and len(node.targets) == 1
        and stored.count(node.targets[0].id) == 1
    }


class _Bounds:
    """Lower bounds of expressions."""

    def __init__(self, names: Mapping[str, Any], assigned: Mapping[str, ast.expr]) -> None:
        self._globals, self._assigned = names, assigned

    def lower(self, node: ast.expr) -> float:
        """Return a number that the expression is never below."""
        match node:
            case ast.Constant(int() | float() as value):
                return float(value)
            case ast.Name(name) if name in self._assigned:
                return self.lower(self._assigned[name])
            case ast.Name(name):
                known = self._globals.get(name)
                return float(known) if isinstance(known, int | float) else _UNBOUNDED
            case ast.IfExp(_, body, orelse):
                return min(self.lower(body), self.lower(orelse))
            case ast.BinOp(left, ast.Add() | ast.Mult() as way, right):
                return self._joined(self.lower(left), way, self.lower(right))
            case ast.Call(ast.Name(name), [*arguments], []):
                return self._of_call(name, [self.lower(one) for one in arguments])
        return _UNBOUNDED

    def _joined(self, left: float, way: ast.operator, right: float) -> float:
        if isinstance(way, ast.Add):
            return left + right
        return left * right if min(left, right) >= 0.0 else _UNBOUNDED

    def _of_call(self, name: str, arguments: list[float]) -> float:
        if name == "max" and name not in self._globals:
            return max(arguments)
        return 0.0 if self._globals.get(name) is math.exp else _UNBOUNDED
