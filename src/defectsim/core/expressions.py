"""A small language of conditions over named series of numbers: parsed, checked, never run as code."""

import ast
import operator
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsim.core.errors import nearest
from defectsim.core.section import refuse, refuse_all

type _Numbers = NDArray[Any]

LONGEST = 500
"""Most characters of a condition."""
_SHOWN = 60
"""Characters that are shown of a longer one."""
TOO_LARGE = f"a number is too large to be compared: {sys.float_info.max:.1e} is about the largest"
"""Message for a number that floating point does not hold."""
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: np.where(right == 0, np.nan, left / right),
    ast.USub: operator.neg,
    ast.Not: np.logical_not,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: lambda left, right: (left < right) | (left > right),  # never of no number
}


@dataclass(frozen=True)
class Condition:
    """A condition such as ``share_defected >= 0.3 and seen.pay < 5``.

    It has numbers, names, ``+ - * /``, comparisons, ``and``, ``or`` and ``not``. A name is a series,
    or a number of an observer: ``seen.pay``, or ``seen["mean pay"]``. Where something is divided by
    zero, or an observer has no such number on a date, no comparison holds, ``!=`` neither.
    """

    text: str
    _tree: ast.expr

    @classmethod
    def parse(cls, text: str, names: Collection[str], owners: Collection[str]) -> "Condition":
        """Read a condition, or refuse it.

        Parameters
        ----------
        names
            Known names of series.
        owners
            Names of observers, whose numbers are known only when they are asked.
        """
        expect_short(text)
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise refuse(
                f"{text!r} is no condition: write names, numbers and signs, as in "
                "share_defected >= 0.3 and generals_defected > 2"
            ) from error
        refuse_all(((), fault) for fault in dict.fromkeys(_faults(tree, names, owners)))
        if not _is_truth(tree):
            raise refuse(f"{text!r} is a number: compare it, as in share_defected >= 0.3")
        if not any(isinstance(node, ast.Name) for node in ast.walk(tree)):
            raise refuse(f"{text!r} names no count: compare one, as in share_defected >= 0.3")
        return cls(text, tree)

    @classmethod
    def parsed(cls, text: str) -> "Condition":
        """Return a condition that has been checked."""
        return cls(text, ast.parse(text.strip(), mode="eval").body)

    def holds(self, series: Mapping[str, _Numbers]) -> NDArray[np.bool_]:
        """Return where the condition holds; names of observers' numbers are ``seen.pay``."""
        with np.errstate(all="ignore"):
            return np.asarray(_value(self._tree, series), bool)


def expect_short(text: str) -> None:
    """Refuse the text of a condition that is longer than any."""
    if len(text) > LONGEST:
        raise refuse(
            f"{text[:_SHOWN]!r}... has {len(text):,} characters, and {LONGEST} is the most of a "
            "condition: write a shorter one"
        )


def _is_truth(node: ast.expr) -> bool:
    return isinstance(node, ast.BoolOp | ast.Compare) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def _faults(node: ast.expr, names: Collection[str], owners: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with an expression."""
    match node:
        case ast.Constant(int() | float() as number) if not isinstance(number, bool):
            if abs(number) > sys.float_info.max:
                yield TOO_LARGE
        case ast.Name(name):
            if name not in names:
                known = nearest(name, names) or f"; there are {', '.join(names)}"
                yield f"nobody counts {name!r}{known}"
        case ast.Attribute(ast.Name(owner)) | ast.Subscript(ast.Name(owner), ast.Constant(str())):
            if owner not in owners:
                yield f"there is no observer {owner!r}{nearest(owner, owners)}"
        case ast.UnaryOp(ast.USub() as op, _) | ast.UnaryOp(ast.Not() as op, _):
            yield from _operands(node, [node.operand], isinstance(op, ast.Not), names, owners)
        case ast.BoolOp(_, values):
            yield from _operands(node, values, True, names, owners)
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right):
            yield from _operands(node, [left, right], False, names, owners)
        case ast.Compare(left, signs, others) if all(type(one) in _OPERATORS for one in signs):
            yield from _operands(node, [left, *others], False, names, owners)
        case _:
            yield (
                f"{ast.unparse(node)!r} cannot stand in a condition, which has names, numbers, "
                "+ - * /, comparisons, and, or and not"
            )


def _operands(
    node: ast.expr,
    parts: list[ast.expr],
    truths: bool,
    names: Collection[str],
    owners: Collection[str],
) -> Iterator[str]:
    """Yield what is wrong with operands, which must be truths, or else numbers."""
    for part in parts:
        yield from _faults(part, names, owners)
        if _is_truth(part) != truths:
            must = "compare it with a number" if truths else "it is true or false, and no number"
            yield f"{ast.unparse(part)!r} in {ast.unparse(node)!r}: {must}"


def _value(node: Any, series: Mapping[str, _Numbers]) -> Any:
    match node:
        case ast.Constant(int() | float() as number):
            return float(number)
        case ast.Name(name):
            return np.asarray(series[name], float)
        case ast.Attribute(ast.Name(owner), name):
            return np.asarray(series[f"{owner}.{name}"], float)
        case ast.Subscript(ast.Name(owner), ast.Constant(str(name))):
            return np.asarray(series[f"{owner}.{name}"], float)
        case ast.UnaryOp(op, operand):
            return _OPERATORS[type(op)](_value(operand, series))
        case ast.BinOp(left, op, right):
            return _OPERATORS[type(op)](_value(left, series), _value(right, series))
        case ast.BoolOp(op, values):
            return reduce(_OPERATORS[type(op)], (_value(one, series) for one in values))
        case ast.Compare(left, signs, others):
            compared = [_value(one, series) for one in (left, *others)]
            both = zip(signs, pairwise(compared), strict=True)
            return reduce(np.logical_and, (_OPERATORS[type(sign)](*pair) for sign, pair in both))
    raise TypeError(ast.dump(node))
