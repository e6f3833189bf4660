"""Thresholds that rounding moves: shares that are multiplied before they are compared.

29 of 100 people are the share 0.29, and 0.29 * 100 is 28.999999999999996.
"""

import ast
import math
from collections.abc import Iterator
from types import FunctionType

from defectsim.contract.report import Finding, failed, not_judged, passed
from defectsim.contract.rule_under_test import RuleUnderTest
from defectsim.core.errors import UncompilableError
from defectsim.model.rule import NEWS_FIELDS, Unit
from defectsim.rules.text import syntax_tree

_SHARES = {
    "unit": {name for name in Unit._fields if not name.startswith("commander")},
    "country": {name for name in NEWS_FIELDS if name.startswith(("forces_", "generals_"))},
}


def compared_shares(tested: RuleUnderTest) -> Finding:
    """Compare shares as they are, not as percentages, which are rounded."""
    try:
        functions = tested.decision.trace.functions
    except UncompilableError:
        return not_judged("its code cannot be followed")
    for function in functions:
        for line, share in _rounded(function):
            place = f"{function.__code__.co_filename}:{line}"
            return failed(
                f"{place} multiplies {share} before it is compared, which rounds: 29/100 * 100 is "
                "28.999999999999996; compare the share itself, or a number of people such as "
                "country.n_defected"
            )
    return passed("it compares no share that was multiplied")


def _rounded(function: FunctionType) -> Iterator[tuple[int, str]]:
    """Yield lines in which a share, times a number that is no power of two, is compared."""
    tree = syntax_tree(function)
    if tree is None:
        return
    assigned = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
    }
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Compare)):
        for side in (node.left, *node.comparators):
            side = assigned.get(side.id, side) if isinstance(side, ast.Name) else side
            if share := _multiplied(side):
                yield node.lineno, share


def _multiplied(side: ast.expr) -> str | None:
    """Return the share that an expression multiplies, if it is only that."""
    match side:
        case ast.BinOp(ast.Attribute(ast.Name(owner), name), ast.Mult(), ast.Constant(factor)):
            pass
        case ast.BinOp(ast.Constant(factor), ast.Mult(), ast.Attribute(ast.Name(owner), name)):
            pass
        case _:
            return None
    exact = isinstance(factor, int | float) and abs(math.frexp(factor)[0]) == 0.5
    return f"{owner}.{name}" if name in _SHARES.get(owner, ()) and not exact else None
