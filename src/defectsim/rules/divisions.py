"""Divisions that cannot be by zero, which a compiled rule need not check.

Python raises where a rule divides by zero, so compiled rules check each divisor, and a loop that
may raise is computed one person at a time. A divisor whose lower bound, as written, is above 0
needs no check: a positive number, ``max(x, 0.01)``, ``1.0 + exp(x)``, or sums and products of such.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

_UNBOUNDED = -math.inf


def divides_safely(function: Any) -> bool:
    """Check whether no division of a function, as its text shows, can be by zero."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
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
