"""The text of acts: transitions that they name, before anything is run."""

import ast
from collections.abc import Collection, Iterator

from defectsim.core.code.loading import Code
from defectsim.core.errors import nearest

type _Functions = dict[str, ast.FunctionDef]


def wrong_transitions(code: Code, known: Collection[str]) -> Iterator[str]:
    """Yield, for each unknown transition that an act has people take, its line and what to do."""
    if code.text is None:
        return
    top = ast.parse(code.text).body
    functions = {one.name: one for one in top if isinstance(one, ast.FunctionDef)}
    for call in _calls(functions, code.name.rpartition(":")[2]):
        for name in _named(call):
            if name not in known:
                where = f"{code.file or code.name}:{call.lineno}"
                choice = nearest(name, known) or f"; it lets them {', '.join(known)}"
                yield f"{where}: an act lets nobody {name!r}{choice}"


def _calls(functions: _Functions, act: str) -> Iterator[ast.Call]:
    """Yield the calls in an act, and in functions of its file that it uses."""
    pending, done = [act], set[str]()
    while pending:
        name = pending.pop()
        if name in done or name not in functions:
            continue
        done.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Name):
                pending.append(node.id)
            elif isinstance(node, ast.Call):
                yield node


def _named(call: ast.Call) -> Iterator[str]:
    """Yield the transition of a call of `leave`, if it is written out."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "leave":
        return
    keyword = [one.value for one in call.keywords if one.arg == "transition"]
    for value in (call.args[:1] or keyword)[:1]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
