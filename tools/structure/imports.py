"""Import circles and upward imports, of modules and of folders."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import networkx as nx
from tools.structure.source import Modules


def graph(trees: Modules, source: Path) -> "nx.DiGraph[str]":
    """Return which module imports which, lazy imports included, those for type checkers not."""
    names = {_module(path, source): tree for path, tree in trees.items()}
    found: nx.DiGraph[str] = nx.DiGraph()
    found.add_nodes_from(names)
    for name, tree in names.items():
        found.add_edges_from((name, other) for other in _imported(tree, names) if other != name)
    return found


def circles(imports: "nx.DiGraph[str]") -> list[list[str]]:
    """Return the sets of modules that import each other in a circle."""
    return sorted(
        sorted(part) for part in nx.strongly_connected_components(imports) if len(part) > 1
    )


def _module(path: Path, source: Path) -> str:
    return ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")


def _imported(tree: ast.Module, names: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield the modules of the package that a module imports."""
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                if deeper in names or node.module in names:
                    yield deeper if deeper in names else node.module


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree that are run: not those for type checkers alone."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _run(child)
