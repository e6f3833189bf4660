"""Measures that need no run: files, lines, names, docstrings."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

OPENERS = ("Say", "Let", "What", "Who", "Whose", "Whom", "Whether", "How")
"""Words that no docstring opens with."""
LONG_LINE, LONG_FILE, LONG_FUNCTION = 100, 500, 40

type Modules = dict[Path, ast.Module]


def modules(source: Path) -> Modules:
    """Return the syntax tree of every module below a folder."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(source.rglob("*.py"))
    }


def sizes(trees: Modules) -> dict[str, object]:
    """Return how many files, lines and long things there are."""
    lines = [line for path in trees for line in path.read_text(encoding="utf-8").splitlines()]
    folders = Counter(path.parent for path in trees)
    fullest, count = folders.most_common(1)[0]
    long = sum(len(line) > LONG_LINE for line in lines)
    return {
        "files": len(trees),
        "largest folder": f"{count} files, {fullest.name}/",
        "lines": len(lines),
        f"lines over {LONG_LINE} characters": f"{long} ({100 * long / len(lines):.1f} %)",
        f"files over {LONG_FILE} lines": sum(
            len(path.read_text(encoding="utf-8").splitlines()) > LONG_FILE for path in trees
        ),
        f"functions over {LONG_FUNCTION} lines": len(list(long_functions(trees))),
    }


def long_functions(trees: Modules) -> Iterator[str]:
    """Yield the functions whose body, without its docstring, has too many lines."""
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
                if length > LONG_FUNCTION:
                    yield f"{path}:{node.lineno} {node.name} ({length})"


def types_defined_twice(trees: Modules) -> dict[str, list[str]]:
    """Return the public type names that more than one module defines."""
    homes: dict[str, list[str]] = {}
    for path, tree in trees.items():
        for name in _types(tree):
            if not name.startswith("_"):
                homes.setdefault(name, []).append(str(path))
    return {name: paths for name, paths in sorted(homes.items()) if len(paths) > 1}


def _types(tree: ast.Module) -> Iterator[str]:
    """Yield the classes and type aliases of a module."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.TypeAlias(name=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp()):
                if name[0].isupper() and not name.isupper():
                    yield name


def docstrings_that_open_badly(trees: Modules) -> list[str]:
    """Return the docstrings, of attributes too, that open with an everyday word, not with a verb."""
    return [
        f"{path}:{node.lineno} {opener}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and (opener := _opener(node.value)) in OPENERS
    ]


def _opener(value: ast.expr) -> str:
    """Return the first word of a string that stands alone; default: nothing."""
    match value:
        case ast.Constant(value=str(text)):
            return text.strip().split(" ", 1)[0].rstrip(",:")
    return ""
