"""Facts about a rule that its text shows: safe divisions, and the transitions of which it gives rates.

Python raises where a rule divides by zero, so compiled rules check each divisor, and a loop that
may raise is computed one person at a time. A divisor whose lower bound, as written, is above 0
needs no check: a positive number, ``max(x, 0.01)``, ``1.0 + exp(x)``, or sums and products of such.
A text that is not that of the code, since a file has changed, shows nothing. Both facts are proved
or not taken: what is not understood may divide by zero, and may give any rate.
"""

import ast
import inspect
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from defectsim.core.functions import codes
from defectsim.model.rule import Rates, Rule
from defectsim.rules.fingerprint import plain, used

type _Function = ast.FunctionDef | ast.Lambda

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_UNBOUNDED = -math.inf


def syntax_tree(function: FunctionType) -> _Function | None:
    """Return the syntax tree of a function; None where there is no text of its code.

    All of its file is compiled: what code is made of a function depends on what the file imports.
    """
    code = function.__code__
    try:
        functions, compiled = _parsed("".join(inspect.findsource(code)[0]))
    except (OSError, SyntaxError, ValueError):
        return None
    found = functions[code.co_name, code.co_firstlineno]
    return found[0] if len(found) == 1 and code in compiled else None


@lru_cache(16)
def _parsed(text: str) -> tuple[dict[tuple[str, int], list[_Function]], list[CodeType]]:
    """Return the functions of a file by name and first line, and all code in it."""
    tree = ast.parse(text)
    functions = defaultdict[tuple[str, int], list[_Function]](list)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            functions[_begins(node)].append(node)
    return functions, list(codes(compile(tree, "", "exec", dont_inherit=True)))


def _begins(node: _Function) -> tuple[str, int]:
    """Return the name of a function and its first line, which may be a decorator's."""
    if isinstance(node, ast.Lambda):
        return "<lambda>", node.lineno
    return node.name, min([node.lineno, *(one.lineno for one in node.decorator_list)])


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes in a function that are not in another one."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES):
            yield from own_nodes(child)


class Names:
    """Meanings of the names in a function.

    Attributes
    ----------
    bound
        Names that the function, or one in it, binds: to the expression that is assigned to a name
        alone, in the function itself, or else to None.
    """

    def __init__(self, function: FunctionType, tree: _Function) -> None:
        self.bound: dict[str, list[ast.expr | None]] = defaultdict(list)
        self._known = dict(function.__globals__)
        self._arguments = {one.arg for one in (*tree.args.posonlyargs, *tree.args.args)}
        closed_over = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        for name, cell in closed_over:
            self._known[name] = cell.cell_contents if cell != CellType() else None
        alone = set()
        for node in own_nodes(tree):
            match node:
                case ast.Assign([ast.Name(name) as target], value):
                    self.bound[name].append(value)
                    alone.add(target)
        for node in ast.walk(tree):
            for name in () if node in alone or node is tree else _names_bound(node):
                self.bound[name].append(None)

    def value(self, node: ast.expr) -> Any:
        """Return the value of a global, or of a part of a module; None for anything else."""
        match node:
            case ast.Name(name) if name not in self.bound:
                return self._known.get(name)
            case ast.Attribute(owner, name) if isinstance(module := self.value(owner), ModuleType):
                return getattr(module, name, None)
        return None

    def argument(self, node: ast.expr) -> str | None:
        """Return the argument of the function that an expression surely is; None for anything else."""
        match node:
            case ast.Name(name) if name in self._arguments and self.bound[name] == [None]:
                return name
            case ast.Name(name) if isinstance(other := self.assigned(name), ast.Name):
                return self.argument(other) if other.id in self._arguments else None
        return None

    def assigned(self, name: str) -> ast.expr | None:
        """Return the expression of a name that is assigned once and bound nowhere else."""
        values = self.bound.get(name, [])
        return values[0] if len(values) == 1 else None

    def is_builtin(self, name: str) -> bool:
        """Check whether a name is neither bound nor global."""
        return name not in self.bound and name not in self._known


def _names_bound(node: ast.AST) -> list[str]:
    """Return the names that a node binds, if only for a scope of its own."""
    match node:
        case ast.Name(name, ast.Store() | ast.Del()) | ast.arg(name) | ast.MatchStar(str(name)):
            return [name]
        case ast.ExceptHandler(_, str(name)) | ast.MatchAs(_, str(name)):
            return [name]
        case ast.FunctionDef(name) | ast.ClassDef(name) | ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.alias(name, other):
            return [other or name.partition(".")[0]]
        case ast.Global(names) | ast.Nonlocal(names):
            return names
    return []


def falls_through(body: list[ast.stmt]) -> bool:
    """Check whether statements may end without returning or raising."""
    match body[-1]:
        case ast.Return() | ast.Raise() | ast.While(ast.Constant(True)):
            return False
        case ast.If(_, then, [_, *_] as otherwise):
            return falls_through(then) or falls_through(otherwise)
    return True


def transitions_given(rule: Rule[..., Any]) -> tuple[int, ...]:
    """Return the places in `Rates` of transitions for which a rule may give a rate.

    Those that it names wherever it makes the `Rates` that it returns, itself or by functions that
    it calls; all, where it may give them otherwise.
    """
    named = _named_by(rule.function, ())
    fields = Rates._fields
    given = tuple(place for place, name in enumerate(fields) if named is None or name in named)
    return given or (0,)


def _named_by(function: Any, callers: tuple[Any, ...]) -> set[str] | None:
    """Return the transitions that a function names in what it returns; None where it may do more."""
    if function in callers:
        return set()
    tree = syntax_tree(function)
    if tree is None:
        return None
    results: list[ast.expr | None] = [tree.body] if isinstance(tree, ast.Lambda) else []
    results += [node.value for node in own_nodes(tree) if isinstance(node, ast.Return)]
    returned = _Returned(Names(function, tree), (*callers, function))
    return returned.by_all(results) if results else None


class _Returned:
    """Transitions that are named in expressions that a function returns."""

    def __init__(self, names: Names, functions: tuple[Any, ...]) -> None:
        self._names, self._functions = names, functions
        self._open: set[str] = set()

    def by_all(self, nodes: list[ast.expr | None]) -> set[str] | None:
        """Return those of several expressions; None if one of them is not known."""
        named: set[str] = set()
        for node in nodes:
            more = self._by(node)
            if more is None:
                return None
            named |= more
        return named

    def _by(self, node: ast.expr | None) -> set[str] | None:
        match node:
            case ast.Call(called, arguments, keywords):
                value = self._names.value(called)
                if value is Rates:
                    named = {keyword.arg for keyword in keywords if keyword.arg}
                    return None if arguments or len(named) < len(keywords) else named
                function = plain(value)
                known = isinstance(function, FunctionType)
                return _named_by(function, self._functions) if known else None
            case ast.IfExp(_, body, other):
                return self.by_all([body, other])
            case ast.Name(name) if name in self._open:
                return set()
            case ast.Name(name) if name in self._names.bound:
                self._open.add(name)
                return self.by_all(self._names.bound[name])
        value = self._names.value(node) if node else None
        if isinstance(value, Rates):
            return {name for name, rate in value._asdict().items() if rate != 0.0}
        return None


def divides_safely(function: Any) -> bool:
    """Check whether no division of a function, as its text shows, can be by zero."""
    tree = syntax_tree(function)
    if tree is None or _divides_by_name(function):
        return False
    bounds = _Bounds(names := Names(function, tree), names.bound)
    return all(bounds.lower(divisor) > 0.0 for divisor in _divisors(tree))


def _divides_by_name(function: FunctionType) -> bool:
    """Check whether a function may call `divmod`, or one of the module `operator`."""
    values = [value for _, value in used(function)]
    return any("divmod" in code.co_names for code in codes(function.__code__)) or any(
        value is divmod or getattr(value, "__module__", "") == "_operator" for value in values
    )


def _divisors(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what is divided by, and powers, which divide where their exponent is negative."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign):
            right = node.right if isinstance(node, ast.BinOp) else node.value
            if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod | ast.Pow):
                yield right


class _Bounds:
    """Lower bounds of expressions."""

    def __init__(self, names: Names, bound: Mapping[str, list[ast.expr | None]]) -> None:
        self._names, self._bound = names, bound

    def lower(self, node: ast.expr) -> float:
        """Return a number that the expression is never below."""
        match node:
            case ast.Constant(int() | float() as value):
                return float(value)
            case ast.Name(name) if name in self._bound:
                return self._of_assigned(name, self._bound[name])
            case ast.Name() | ast.Attribute():
                known = self._names.value(node)
                return float(known) if isinstance(known, int | float) else _UNBOUNDED
            case ast.IfExp(_, body, orelse):
                return min(self.lower(body), self.lower(orelse))
            case ast.BinOp(left, ast.Add() | ast.Mult() as way, right):
                return self._joined(self.lower(left), way, self.lower(right))
            case ast.Call(called, [*arguments], []):
                return self._of_call(called, [self.lower(one) for one in arguments])
        return _UNBOUNDED

    def _of_assigned(self, name: str, values: list[ast.expr | None]) -> float:
        """Return the bound of a name that is assigned once, and not from itself."""
        match values:
            case [ast.expr() as value]:
                return _Bounds(self._names, {**self._bound, name: []}).lower(value)
        return _UNBOUNDED

    def _joined(self, left: float, way: ast.operator, right: float) -> float:
        if isinstance(way, ast.Add):
            return left + right
        return left * right if min(left, right) >= 0.0 else _UNBOUNDED

    def _of_call(self, called: ast.expr, arguments: list[float]) -> float:
        match called:
            case ast.Name("max") if self._names.is_builtin("max"):
                return max(arguments, default=_UNBOUNDED)
        return 0.0 if self._names.value(called) is math.exp else _UNBOUNDED
