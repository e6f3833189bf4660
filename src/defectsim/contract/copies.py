"""Fresh copies of a rule: its file run again, as if nobody had ever asked it."""

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from defectsim.behaviour.rule import Rule
from defectsim.core.errors import RuleError


def source(rule: Rule[..., Any]) -> Path:
    """Return the file that a rule stands in."""
    return Path(rule.function.__code__.co_filename)


def fresh(rule: Rule[..., Any]) -> Rule[..., Any]:
    """Return the rule from a new module made of the same file; what the file imports is shared.

    Raises
    ------
    RuleError
        Where the rule does not stand in a file, at its top level.
    """
    path, around = source(rule), rule.function.__globals__
    name = next((name for name, value in around.items() if value is rule), None)
    if name is None or not path.is_file():
        raise RuleError(f"rule {rule.name} does not stand at the top level of a file, so it cannot be run afresh")
    module = ModuleType(_name(rule.function.__module__))
    module.__dict__.update(__file__=str(path), __package__=around.get("__package__"))
    exec(_code(path, path.stat().st_mtime_ns), module.__dict__)
    found = getattr(module, name)
    assert isinstance(found, Rule)
    return found


@cache
def _code(path: Path, _: int) -> Any:
    return compile(path.read_text(encoding="utf-8"), str(path), "exec")


def _name(module: str) -> str:
    """Return the module's own name, unless a file run again under it would take itself for a program."""
    return "again" if module == "__main__" else module
