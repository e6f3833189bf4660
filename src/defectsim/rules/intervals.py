"""Bounds of a rule's rates while news moves between two values.

A rule is read over intervals (Moore 1966): each operation of its text gets one on the least and the
largest of what it may compute. IEEE 754 rounds in a monotone way, so bounds of sums, products and
quotients are exact; those of exp() and log() are a few units in the last place wider. A rule that
does anything else, such as a loop, has no bounds, and is asked whenever news changes.
"""

import ast
import builtins
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from defectsim.core import functions
from defectsim.model.rule import Rates, Rule
from defectsim.model.transitions import STATUSES
from defectsim.rules.compile import FIXED, CompiledFunction
from defectsim.rules.text import syntax_tree

_MOST_LINES = 60
"""Operations beyond which a rule is not read over intervals: an assumption, since the compilation
of the 323 that the default rule of soldiers has took minutes."""
_exp, _log = FIXED[math.exp], FIXED[math.log]
MOVING_SHARES = ("generals_defected", "declared", *(f"forces_{status}" for status in STATUSES))
MOVING_COUNTS = tuple(f"n_{status}" for status in STATUSES)
MOVING = (*MOVING_SHARES, *MOVING_COUNTS)
"""News that moves by small steps, a share or a number of people; all else is as it is until it
changes."""
ARGUMENTS = ("agent", "unit", "country", "p")
_WIDER, _LEAST = 2.0**-50, 1e-320


def _operation(function: Callable[..., Any]) -> CompiledFunction:
    return CompiledFunction(function, _nrt=False, error_model="numpy", forceinline=True)


def _of(x: Any) -> Any:
    """Return the interval of one number; the third part says that its bounds hold."""
    return 1.0 * x, 1.0 * x, x == x


def _between(low: Any, high: Any) -> Any:
    return 1.0 * low, 1.0 * high, low <= high


def _add(a: Any, b: Any) -> Any:
    low, high = a[0] + b[0], a[1] + b[1]
    return low, high, a[2] & b[2] & (low == low) & (high == high)


def _sub(a: Any, b: Any) -> Any:
    low, high = a[0] - b[1], a[1] - b[0]
    return low, high, a[2] & b[2] & (low == low) & (high == high)


@_operation
def _spanned(p: Any, q: Any, r: Any, s: Any, holds: Any) -> Any:
    total = p + q + r + s
    return min(min(p, q), min(r, s)), max(max(p, q), max(r, s)), holds & (total == total)


def _mult(a: Any, b: Any) -> Any:
    return _spanned(a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1], a[2] & b[2])


def _div(a: Any, b: Any) -> Any:
    holds = a[2] & b[2] & ((b[0] > 0.0) | (b[1] < 0.0))
    return _spanned(a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1], holds)


def _usub(a: Any) -> Any:
    return -a[1], -a[0], a[2]


def _exp_of(a: Any) -> Any:
    low, high = _exp(a[0]), _exp(a[1])
    low, high = max(low - low * _WIDER - _LEAST, 0.0), high + high * _WIDER + _LEAST
    return low, high, a[2] & (high < math.inf)


def _log_of(a: Any) -> Any:
    low, high = _log(a[0]), _log(a[1])
    wider = (abs(low) + abs(high)) * _WIDER
    return low - wider, high + wider, a[2] & (a[0] > 0.0) & (a[1] < math.inf)


def _larger(a: Any, b: Any) -> Any:
    return max(a[0], b[0]), max(a[1], b[1]), a[2] & b[2]


def _smaller(a: Any, b: Any) -> Any:
    return min(a[0], b[0]), min(a[1], b[1]), a[2] & b[2]


def _lt(a: Any, b: Any) -> Any:
    """Return whether a comparison may be true, whether it may be false, and that this holds."""
    return a[0] < b[1], a[1] >= b[0], a[2] & b[2]


def _lt_e(a: Any, b: Any) -> Any:
    return a[0] <= b[1], a[1] > b[0], a[2] & b[2]


def _eq(a: Any, b: Any) -> Any:
    one = (a[0] == a[1]) & (b[0] == b[1])
    return (a[0] <= b[1]) & (b[0] <= a[1]), not (one & (a[0] == b[0])), a[2] & b[2]


def _denied(c: Any) -> Any:
    return c[1], c[0], c[2]


def _both(c: Any, d: Any) -> Any:
    return c[0] & d[0], c[1] | d[1], c[2] & d[2]


def _either(c: Any, d: Any) -> Any:
    return c[0] | d[0], c[1] & d[1], c[2] & d[2]


def _truth(a: Any) -> Any:
    return (a[0] != 0.0) | (a[1] != 0.0), (a[0] <= 0.0) & (a[1] >= 0.0), a[2]


def _choose(c: Any, a: Any, b: Any) -> Any:
    low = min(a[0] if c[0] else math.inf, b[0] if c[1] else math.inf)
    high = max(a[1] if c[0] else -math.inf, b[1] if c[1] else -math.inf)
    return low, high, c[2] & (a[2] | (not c[0])) & (b[2] | (not c[1]))


def _most(a: Any) -> Any:
    """Return the upper bound of a rate, NaN where none is known."""
    return a[1] if a[2] & (a[0] >= 0.0) else math.nan


OPERATIONS: Mapping[str, Any] = {
    function.__name__.removeprefix("_"): _operation(function)
    for function in (
        *(_of, _between, _add, _sub, _mult, _div, _usub, _exp_of, _log_of, _larger, _smaller),
        *(_lt, _lt_e, _eq, _denied, _both, _either, _truth, _choose, _most),
    )
}


class _NoBoundsError(Exception):
    """Raised for a rule that does what has no interval."""


_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mult", ast.Div: "div"}
_COMPARED = {
    ast.Lt: "lt(%s, %s)",
    ast.LtE: "lt_e(%s, %s)",
    ast.Gt: "lt(%s, %s)",
    ast.GtE: "lt_e(%s, %s)",
    ast.Eq: "eq(%s, %s)",
    ast.NotEq: "denied(eq(%s, %s))",
}
_CALLS: Sequence[tuple[Any, str]] = (
    *((math.exp, "exp_of"), (functions.exp, "exp_of")),
    *((math.log, "log_of"), (functions.log, "log_of")),
    *((max, "larger"), (min, "smaller")),
)


def _number(found: Any) -> str:
    """Return what was found of an expression, if it is the interval of a number."""
    if not isinstance(found, str) or found in ARGUMENTS:
        raise _NoBoundsError
    return found


def bounds(rule: Rule[..., Any], given: Sequence[int]) -> CompiledFunction | None:
    """Compile a rule over intervals, if it has bounds.

    Returns
    -------
    CompiledFunction or None
        Function of `agent`, `unit`, the country with the least and with the largest value of each
        field, and `p`, to upper bounds of the annual rates of the transitions that are `given`; NaN
        where none is known.
    """
    lines = _read(rule, given)
    if lines is None:
        return None
    text = "\n    ".join(["def bounded(agent, unit, country, most_of_country, p):", *lines])
    scope: dict[str, Any] = {**OPERATIONS, "inf": math.inf}
    exec(text, scope)
    return _operation(scope["bounded"])


def has_bounds(rule: Rule[..., Any]) -> bool:
    """Check whether the rates of a rule have bounds while news moves."""
    return _read(rule, ()) is not None


def _read(rule: Rule[..., Any], given: Sequence[int]) -> Sequence[str] | None:
    """Return the lines of a rule over intervals, or None."""
    lines, names = _Lines(), dict(zip(rule.function.__code__.co_varnames, ARGUMENTS, strict=False))
    try:
        rates = _Reading(rule.function, names, lines).result()
    except _NoBoundsError:
        return None
    if isinstance(rates, str):
        return None
    found = [rates.get(Rates._fields[one], "of(0.0)") for one in given]
    return [*lines, f"return ({''.join(f'most({one}), ' for one in found)})"]


class _Lines(list[str]):
    """Lines of the function that is written, each of which assigns a name of its own."""

    def assign(self, expression: str) -> str:
        """Add a line, and return the name that it assigns."""
        if len(self) >= _MOST_LINES:
            raise _NoBoundsError
        self.append(f"t{len(self)} = {expression}")
        return f"t{len(self) - 1}"


class _Reading:
    """A function as it is read over intervals: what names stand for, and what it returns."""

    def __init__(self, function: Any, names: Mapping[str, Any], lines: _Lines) -> None:
        tree = syntax_tree(function)
        if tree is None or function.__closure__:
            raise _NoBoundsError
        self._globals, self._names, self._lines = function.__globals__, dict(names), lines
        self._local = function.__code__.co_varnames
        self._body = [ast.Return(tree.body)] if isinstance(tree, ast.Lambda) else tree.body

    def result(self) -> Any:
        """Return the name of the interval that is returned, or those of rates by transition."""
        return self._block(self._body, self._names)

    def _block(self, body: Sequence[ast.stmt], names: dict[str, Any]) -> Any:
        """Read statements up to one that returns."""
        for place, statement in enumerate(body):
            match statement:
                case ast.Expr(ast.Constant()):
                    continue
                case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, value):
                    names[name] = self._value(value, names)
                case ast.AugAssign(ast.Name(name) as target, operation, value):
                    names[name] = self._value(ast.BinOp(target, operation, value), names)
                case ast.Return(value):
                    return self._returned(value, names)
                case ast.If(test, then, orelse):
                    condition, rest = self._condition(test, names), body[place + 1 :]
                    one = self._block([*then, *rest], dict(names))
                    return self._chosen(condition, one, self._block([*orelse, *rest], dict(names)))
                case _:
                    raise _NoBoundsError
        raise _NoBoundsError

    def _chosen(self, condition: str, one: Any, other: Any) -> Any:
        if isinstance(one, str) and isinstance(other, str):
            return self._lines.assign(f"choose({condition}, {one}, {other})")
        if isinstance(one, str) or isinstance(other, str):
            raise _NoBoundsError
        return {
            name: self._chosen(condition, one.get(name, "of(0.0)"), other.get(name, "of(0.0)"))
            for name in one | other
        }

    def _returned(self, node: ast.expr | None, names: Mapping[str, Any]) -> Any:
        match node:
            case ast.Call(called, [], keywords) if self._known(called) is Rates:
                return {str(one.arg): self._value(one.value, names) for one in keywords}
            case ast.IfExp(test, body, orelse):
                one, other = self._returned(body, names), self._returned(orelse, names)
                return self._chosen(self._condition(test, names), one, other)
            case None:
                raise _NoBoundsError
        return self._value(node, names)

    def _known(self, node: ast.expr) -> Any:
        """Return what a global name, or an attribute of one, stands for."""
        match node:
            case ast.Name(name) if name not in self._local:
                return self._globals.get(name, getattr(builtins, name, None))
            case ast.Attribute(owner, name):
                return getattr(self._known(owner), name, None)
        return None

    def _value(self, node: ast.expr | None, names: Mapping[str, Any]) -> Any:
        """Return the name of the interval of an expression, or of an argument of rules."""
        match node:
            case ast.Constant(bool() | int() | float() as value):
                return f"of({float(value)!r})"
            case ast.Name(name) if name in names:
                return names[name]
            case ast.Attribute(ast.Name(owner), name) if owner in names:
                return self._attribute(names[owner], name)
            case ast.Name() | ast.Attribute():
                return self._constant(self._known(node))
            case ast.UnaryOp(ast.USub(), operand):
                return self._lines.assign(f"usub({self._operand(operand, names)})")
            case ast.BinOp(left, operation, right) if type(operation) in _BINARY:
                sides = f"{self._operand(left, names)}, {self._operand(right, names)}"
                return self._lines.assign(f"{_BINARY[type(operation)]}({sides})")
            case ast.IfExp(test, body, orelse):
                condition = self._condition(test, names)
                return self._chosen(condition, self._value(body, names), self._value(orelse, names))
            case ast.Call(called, [_, *_] as arguments, []):
                known = self._known(called)
                return self._call(known, [self._value(one, names) for one in arguments])
        raise _NoBoundsError

    def _operand(self, node: ast.expr, names: Mapping[str, Any]) -> str:
        return _number(self._value(node, names))

    def _attribute(self, owner: str, name: str) -> str:
        if owner == "country" and name in MOVING:
            return self._lines.assign(f"between(country.{name}, most_of_country.{name})")
        if owner not in ARGUMENTS:
            raise _NoBoundsError
        return self._lines.assign(f"of({owner}.{name})")

    def _constant(self, value: Any) -> str:
        if not isinstance(value, int | float):
            raise _NoBoundsError
        return f"of({float(value)!r})"

    def _call(self, called: Any, arguments: list[Any]) -> Any:
        function = called.function if isinstance(called, Rule) else called
        operation = next((name for one, name in _CALLS if one is function), None)
        if operation:
            found, *others = map(_number, arguments)
            if not others and operation in ("exp_of", "log_of"):
                return self._lines.assign(f"{operation}({found})")
            for other in others:
                found = self._lines.assign(f"{operation}({found}, {other})")
            return found
        if not hasattr(function, "__code__"):
            raise _NoBoundsError
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        if len(names) != len(arguments):
            raise _NoBoundsError
        return _Reading(function, dict(zip(names, arguments, strict=True)), self._lines).result()

    def _condition(self, node: ast.expr, names: Mapping[str, Any]) -> str:
        """Return the name of what is known of a condition."""
        match node:
            case ast.BoolOp(operation, [first, *others]):
                joined = "both" if isinstance(operation, ast.And) else "either"
                found = self._condition(first, names)
                for other in others:
                    found = f"{joined}({found}, {self._condition(other, names)})"
                return self._lines.assign(found)
            case ast.UnaryOp(ast.Not(), operand):
                return self._lines.assign(f"denied({self._condition(operand, names)})")
            case ast.Compare(left, [operation], [right]) if type(operation) in _COMPARED:
                sides = [self._operand(left, names), self._operand(right, names)]
                if isinstance(operation, ast.Gt | ast.GtE):
                    sides.reverse()
                return self._lines.assign(_COMPARED[type(operation)] % tuple(sides))
        return self._lines.assign(f"truth({self._operand(node, names)})")
