"""YAML files and texts as trees, despite faults as far as possible."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import Scanner, ScannerError

from defectsim.core.errors import Fault, nearest
from defectsim.core.messages import message
from defectsim.scenario.reading.composer import Composer, Place
from defectsim.scenario.reading.syntax import in_words
from defectsim.scenario.reading.tree import Mark, Node, dotted, kind, locate

MAX_BYTES = 64 * 1024 * 1024


def load_tree(
    path: Path, name: str, asked: Mark, faults: list[Fault], layer: int = 0
) -> Node | None:
    """Read the mapping in a file, which marks call `name`, and over which `layer` files are laid.

    If it cannot be read, the fault is at the place `asked`, which names it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        siblings = (sibling.name for sibling in path.parent.glob("*.y*ml"))
        faults.append(asked.fault(f"there is no file {name}{nearest(path.name, siblings)}"))
        return None
    except OSError as error:
        faults.append(asked.fault(f"cannot read {name}: {error.strerror}"))
        return None
    except ValueError:  # its name has a null character
        faults.append(asked.fault(f"no file can be called {name}: give another name"))
        return None
    if len(data) > MAX_BYTES:
        faults.append(Mark(name).fault("larger than 64 MiB: too large to be read"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Mark(name, line).fault("not UTF-8 text; save the file as UTF-8"))
        return None
    return text_tree(text, name, faults, layer)


def text_tree(text: str, name: str, faults: list[Fault], layer: int = 0) -> Node | None:
    """Read the mapping in the text of a file; see `load_tree`."""
    root = parse(text, lambda line, column: Mark(name, line, column, layer), faults)
    if root is not None and not isinstance(root.value, dict):
        problem = f"what stands here must be a mapping of keys, not {kind(root)}"
        faults.append(root.mark.fault(problem))
        return None
    return root


def parse(
    text: str, place: Place, faults: list[Fault], path: Sequence[str | int] = ()
) -> Node | None:
    """Parse one YAML value; return None if its syntax is wrong; see `Composer`."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    try:
        return Composer(yaml.parse(text), place, faults, path).document()
    except ReaderError as error:
        before = text[: error.position]
        mark = place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problem = f"YAML does not allow the character U+{error.character:04X}"
        faults.append(mark.fault(problem, dotted(path)))
    except MarkedYAMLError as error:
        faults.append(_syntax(error, place, dotted(path)))
    return None


def shown_path(path: Path) -> str:
    """Return the path relative to the working folder, if inside it."""
    absolute = Path(os.path.abspath(path))
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path)


def _syntax(error: MarkedYAMLError, place: Place, path: str) -> Fault:
    at, begun = (
        mark and place(mark.line + 1, mark.column + 1)
        for mark in (error.problem_mark or error.context_mark, error.context_mark)
    )
    problem = in_words(error.problem or error.context)
    if begun and begun.line != at.line:
        problem += f" (begun at {begun})"
    return at.fault(problem, path)


class _Scanner(Scanner):
    """ruamel's scanner, with errors for two things that it does not expect."""

    def fetch_directive(self) -> None:
        problem = "YAML directives are refused; remove the line"
        raise ScannerError(None, None, problem, self.reader.get_mark())

    def scan_flow_scalar_non_spaces(self, double: Any, start_mark: Any) -> Any:
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):  # from chr
            problem = "an escape for a character beyond U+10FFFF"
            raise ScannerError(None, None, problem, self.reader.get_mark()) from None


def validate[Model: BaseModel](
    kind: type[Model], tree: Node, data: Any, context: Mapping[str, Any] | None, faults: list[Fault]
) -> Model | None:
    """Validate a tree; append to `faults` what is wrong and where it is written.

    Parts of `data`, which is the tree as plain data, may be validated already.
    """
    try:
        return kind.model_validate(data, context=context)
    except ValidationError as error:
        found = (_fault(tree, details) for details in error.errors(include_url=False))
        faults += [fault for fault in found if fault is not None]
    return None


def _fault(tree: Node, details: ErrorDetails) -> Fault | None:
    """Return an error of pydantic as a fault, by the parts of its path that the file should have.

    None if the value could not even be read, since a fault says so already, or if what could not be
    read may put it right.
    """
    loc, of_key = (
        details["loc"],
        details["type"] == "unknown_key" or details["loc"][-1:] == ("[key]",),
    )
    node, path, whole = tree, [], True
    for place, part in enumerate(loc, start=1):
        below = node.child(part)
        if below or (details["type"] == "missing" and place == len(loc)):
            path.append(part)
        node, whole = below or node, whole and below is not None
        if node.unread and node is not tree:
            return None
    if tree.unread and (not whole or details["type"] == "refused"):
        return None
    return locate(tree, loc, key=of_key).fault(message(details), dotted(path))
